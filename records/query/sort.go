package query

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/schema"
)

// sortKey is one criterion of the order.
type sortKey struct {
	descending bool
	fields     map[records.Type]*field // nil for the type itself
	rank       func(f *field, r *records.Record) rank
}

// rank is where a record stands by one criterion.
type rank struct {
	absent bool // the field is not set, or to nothing that it can hold
	number float64
	text   string // of what is no number, which stands after all numbers
}

// fieldOpened is the field whose newest value comes first where nothing else is
// asked for.
const fieldOpened = "opened_at"

// sortKeys reads the values of one sort: term.
func (c *compiler) sortKeys(t term) ([]sortKey, error) {
	if t.not {
		return nil, syntaxError(t.column, "an order cannot be excluded", "to turn the order round, write sort:-FIELD")
	}
	var keys []sortKey
	for _, v := range t.values {
		if v.op != "" {
			return nil, noOrder(v, keySort)
		}
		name, descending := strings.CutPrefix(v.text, "-")
		if name == keyType {
			keys = append(keys, sortKey{descending: descending, rank: rankOfType})
			continue
		}
		if c.isDue(name) {
			keys = append(keys, c.dueOrder(descending))
			continue
		}
		fields, err := c.resolve(name, v.column)
		if err != nil {
			return nil, err
		}
		k := sortKey{descending: descending, fields: map[records.Type]*field{}, rank: c.rank}
		for i, f := range fields {
			if f != nil && f.kind == kindNested {
				return nil, syntaxError(v.column, fmt.Sprintf("%s holds more than one value, so nothing can be sorted by it", name), "")
			}
			k.fields[c.types[i].Name] = f
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func rankOfType(_ *field, r *records.Record) rank { return rank{text: string(r.Type)} }

// newestFirst is the order where nothing else is asked for.
func (c *compiler) newestFirst() sortKey {
	k := sortKey{descending: true, fields: map[records.Type]*field{}, rank: c.rank}
	for _, t := range c.types {
		if f := opening(t); f != nil {
			c.needs.add(f.name)
			k.fields[t.Name] = f
		}
	}
	return k
}

// opening returns the field that says since when a record of the type exists,
// nil where it has none.
func opening(t *schema.Type) *field {
	if f := fieldOf(t, fieldOpened); f != nil {
		return f
	}
	if len(t.States) > 0 && t.States[0].Stamp != "" {
		return fieldOf(t, t.States[0].Stamp)
	}
	return nil
}

// rank finds where a record stands by a field; f is nil where its type has no
// such field.
func (c *compiler) rank(f *field, r *records.Record) rank {
	if f == nil {
		return rank{absent: true}
	}
	texts := f.get(r).Strings()
	if len(texts) == 0 {
		return rank{absent: true}
	}
	n, ordered, ok := c.ordinal(f, texts[0])
	switch {
	case ordered && ok:
		return rank{number: n}
	case ordered:
		return rank{absent: true}
	}
	return rank{number: math.Inf(1), text: strings.ToLower(texts[0])}
}

// ordinal returns the number by which a value of an ordered kind sorts; ok is
// false for what such a field cannot hold.
func (c *compiler) ordinal(f *field, text string) (n float64, ordered, ok bool) {
	switch f.kind {
	case kindChoice:
		i := choice(f, text)
		return float64(i), true, i >= 0
	case kindDate:
		at, ok := c.days(text)
		return float64(at), true, ok
	case kindTime:
		at, ok := c.microseconds(text)
		return float64(at), true, ok
	case kindNumber:
		n, ok := number(text)
		return n, true, ok
	case kindLoose:
		n, ok := number(text)
		return n, ok, ok
	}
	return 0, false, false
}

// Sort puts records into the query's order, which is the same whatever their
// order before.
func (q *Query) Sort(rs []*records.Record) {
	type ranked struct {
		record *records.Record
		ranks  []rank
	}
	all := make([]ranked, len(rs))
	for i, r := range rs {
		all[i] = ranked{r, q.ranks(r)}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		for i, k := range q.order {
			if order := k.compare(a.ranks[i], b.ranks[i]); order != 0 {
				return order
			}
		}
		return cmp.Or(
			cmp.Compare(a.record.Type, b.record.Type),
			cmp.Compare(a.record.ID, b.record.ID),
			cmp.Compare(a.record.Path, b.record.Path),
		)
	})
	for i := range all {
		rs[i] = all[i].record
	}
}

func (q *Query) ranks(r *records.Record) []rank {
	out := make([]rank, len(q.order))
	for i, k := range q.order {
		out[i] = k.rank(k.fields[r.Type], r)
	}
	return out
}

func (k sortKey) compare(a, b rank) int {
	if a.absent || b.absent {
		switch {
		case !a.absent:
			return -1
		case !b.absent:
			return 1
		}
		return 0
	}
	order := cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.text, b.text))
	if k.descending {
		return -order
	}
	return order
}
