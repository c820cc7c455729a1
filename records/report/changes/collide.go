package changes

import (
	"fmt"

	"frontdesk/records"
	"frontdesk/records/conflict"
	"frontdesk/records/figure"
)

// collisions counts the plans that something is in the way of.
func (b *books) collisions(s *figure.Scope) figure.Result {
	book := b.plans.Of(s.Data, planBook)
	planned := figure.Select(s.Cases, func(c *figure.Case) bool {
		plan, ok := book.PlanOf(c.Record)
		return ok && plan.Span.End.After(s.AsOf)
	})
	r := figure.CountOf(figure.Select(planned, func(c *figure.Case) bool {
		found, _ := book.Some(c.Record, 1)
		return len(found) > 0
	}))
	r.N = len(planned)
	return r
}

// note says of how many something is to be known, "" of none.
func note(n int, one, many string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 " + one + "."
	}
	return fmt.Sprintf("%d %s.", n, many)
}

// planBook gathers what is planned, and what can be in its way.
func planBook(d *figure.Data) *conflict.Book {
	var rs []*records.Record
	for _, t := range []records.Type{changeType, windowType, serviceType, assetType} {
		for _, c := range d.Of(t) {
			rs = append(rs, c.Record)
		}
	}
	return conflict.NewBook(conflict.Input{Types: d.Types, Set: records.NewSet(rs), TimeZone: d.Zone})
}
