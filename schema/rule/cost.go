package rule

import (
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// bytesPerCost is how many characters of text one unit of cost handles.
const bytesPerCost = 10

// sizes charges a call by the size of what it reads and makes. CEL itself does so
// only where it knows the types beforehand, and the fields of records have none:
// without it, a text could be doubled until memory ends.
type sizes struct{}

// CallCost returns the cost of a call.
func (sizes) CallCost(function, _ string, args []ref.Val, result ref.Val) *uint64 {
	cost := uint64(1)
	for _, arg := range args {
		cost += sizeOf(arg)
	}
	switch {
	case function == operators.Add:
		cost += sizeOf(result)
	case function == overloads.Matches && len(args) == 2:
		text, _ := args[0].(types.String)
		pattern, _ := args[1].(types.String)
		cost += uint64(len(text)) * uint64(1+len(pattern)/20)
	}
	return &cost
}

// sizeOf returns what it costs to go through a value once.
func sizeOf(v ref.Val) uint64 {
	switch v := v.(type) {
	case types.String:
		return uint64(len(v)) / bytesPerCost
	case types.Bytes:
		return uint64(len(v)) / bytesPerCost
	case traits.Sizer:
		if n, ok := v.Size().(types.Int); ok {
			return uint64(n)
		}
	}
	return 0
}
