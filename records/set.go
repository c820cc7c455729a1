package records

import (
	"cmp"
	"slices"
	"sync"
)

// Set is a collection of records that can be asked by id. It keeps the order
// type, path.
type Set struct {
	all  []*Record
	byID func() map[ID][]*Record
}

// NewSet makes a set of the records.
func NewSet(rs []*Record) *Set {
	s := &Set{all: slices.Clone(rs)}
	order := func(a, b *Record) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Path, b.Path)) }
	if !slices.IsSortedFunc(s.all, order) {
		slices.SortStableFunc(s.all, order)
	}
	s.byID = sync.OnceValue(s.ids) // many ask for no id
	return s
}

func (s *Set) ids() map[ID][]*Record {
	byID := make(map[ID][]*Record, len(s.all))
	for i, r := range s.all {
		if have, ok := byID[r.ID]; ok {
			byID[r.ID] = append(have, r)
			continue
		}
		byID[r.ID] = s.all[i : i+1 : i+1]
	}
	return byID
}

// All returns the records, ordered by type and path. The slice must not be
// changed.
func (s *Set) All() []*Record { return s.all }

// Len returns the number of records.
func (s *Set) Len() int { return len(s.all) }

// Find returns the records that a reference names: "type/id", or an id that
// records of several types may share. Ids are compared exactly.
func (s *Set) Find(ref string) []*Record {
	typ, id := SplitRef(ref)
	return s.FindTyped(typ, id)
}

// FindTyped returns the records of the type with the id; typ "" means any type.
func (s *Set) FindTyped(typ Type, id ID) []*Record {
	found := s.byID()[id]
	if typ == "" {
		return found
	}
	var out []*Record
	for _, r := range found {
		if r.Type == typ {
			out = append(out, r)
		}
	}
	return out
}
