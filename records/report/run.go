package report

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/schema"
)

// Month is what figures are grouped by instead of a field: each month of the period.
const Month = "month"

// Asked is what somebody wants to know.
type Asked struct {
	From, To time.Time // of the period, To without; zero for no such end
	By       string    // field by which to group, or Month; "" for none
	Figures  []string  // ids of those that are wanted; none means all
}

// Figure is a figure of a report with its result.
type Figure struct {
	figure.Definition
	figure.Result
	Groups []Group
}

// Group is the result of a figure for a part of the records.
type Group struct {
	Key   string // value of the field, "" where it is not set
	Title string // of the record that it names
	figure.Result
}

// Done is a report that was computed.
type Done struct {
	Report  figure.Report
	Asked   Asked
	AsOf    time.Time
	Zone    *time.Location
	Figures []Figure
}

// Run computes a report. The same data give the same result. The error is that of ctx.
func Run(ctx context.Context, r figure.Report, d *figure.Data, a Asked) (*Done, error) {
	done := &Done{Report: r, Asked: a, AsOf: d.AsOf, Zone: d.Zone}
	whole := figure.NewScope(d, r.Subject, a.From, a.To)
	for _, def := range r.Figures {
		if len(a.Figures) == 0 || slices.Contains(a.Figures, def.ID) {
			done.Figures = append(done.Figures, Figure{Definition: def})
		}
	}
	each(ctx, len(done.Figures), func(i int) { done.Figures[i].Result = done.Figures[i].Compute(whole) })
	switch a.By {
	case "":
	case Month:
		done.byMonth(ctx, whole)
	default:
		done.byField(ctx, whole)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return done, nil
}

// MaxParts is how many values of groups a report may have. Nobody reads more, and they
// take minutes.
const MaxParts = 250_000

// Parts returns how many values of groups a report would have by the field that is asked
// for: the figures times the groups.
func Parts(r figure.Report, d *figure.Data, a Asked) int {
	if a.By == "" || a.By == Month {
		return 0
	}
	groups := map[string]bool{}
	for _, c := range d.Of(r.Subject) {
		for _, v := range c.Record.Get(a.By).Strings() {
			groups[v] = true
		}
	}
	if len(a.Figures) > 0 {
		return len(groups) * len(a.Figures)
	}
	return len(groups) * len(r.Figures)
}

// byField adds the results for the records of each value of a field, the most frequent
// value first. A record whose field is a list counts for each of its items.
func (done *Done) byField(ctx context.Context, whole *figure.Scope) {
	parts := map[string][]*figure.Case{}
	for _, c := range whole.Cases {
		values := c.Record.Get(done.Asked.By).Strings()
		if len(values) == 0 {
			values = []string{""}
		}
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			parts[v] = append(parts[v], c)
		}
	}
	keys := make([]string, 0, len(parts))
	for k := range parts {
		keys = append(keys, k)
	}
	ref := refOf(whole.Type, done.Asked.By)
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(compareEmpty(a, b), orderOf(whole.Type, done.Asked.By, a, b), cmp.Compare(len(parts[b]), len(parts[a])), cmp.Compare(a, b))
	})
	for _, k := range keys {
		title := k
		if c := whole.Find(ref, k); ref != "" && c != nil {
			title = cmp.Or(c.Record.Title(), k)
		}
		part := whole.With(parts[k])
		done.add(ctx, k, title, part, func(figure.Definition) bool { return true })
	}
}

// maxMonths is how many months a report has groups for, counted from the last one: one
// record with a mistyped year must not make thousands of them.
const maxMonths = 600

// byMonth adds the results for each month of the period, of figures that have one.
func (done *Done) byMonth(ctx context.Context, whole *figure.Scope) {
	months := whole.Months()
	note := ""
	if n := len(months) - maxMonths; n > 0 {
		months = months[n:]
		note = fmt.Sprintf("Only the last %d months are given one by one, from %s on.", maxMonths, whole.Month(months[0].Start))
	}
	for _, m := range months {
		part := whole.During(m.Start, m.End)
		done.add(ctx, whole.Month(m.Start), "", part, func(d figure.Definition) bool { return !d.Stock && d.Shape != figure.Months })
	}
	for i := range done.Figures {
		if f := &done.Figures[i]; len(f.Groups) > 0 {
			f.Note = figure.Notes(f.Note, note)
		}
	}
}

func (done *Done) add(ctx context.Context, key, title string, part *figure.Scope, wanted func(figure.Definition) bool) {
	each(ctx, len(done.Figures), func(i int) {
		if f := &done.Figures[i]; wanted(f.Definition) {
			f.Groups = append(f.Groups, Group{Key: key, Title: title, Result: f.Compute(part)})
		}
	})
}

// each calls do for the numbers below n, on all cores, until ctx ends.
func each(ctx context.Context, n int, do func(int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wait.Wait()
}

// compareEmpty puts what is not set last.
func compareEmpty(a, b string) int {
	switch {
	case (a == "") == (b == ""):
		return 0
	case a == "":
		return 1
	}
	return -1
}

// orderOf compares two values of a field by the order of its choices, 0 where it has none.
func orderOf(t *schema.Type, field, a, b string) int {
	if t == nil || t.Field(field) == nil {
		return 0
	}
	choices := t.Field(field).Choices()
	if field == records.FieldState {
		choices = t.StateNames()
	}
	i, j := slices.Index(choices, a), slices.Index(choices, b)
	if i < 0 || j < 0 {
		return 0
	}
	return cmp.Compare(i, j)
}

// refOf returns the type that a field refers to, "" where it does not.
func refOf(t *schema.Type, field string) records.Type {
	if t == nil || t.Field(field) == nil {
		return ""
	}
	return t.Field(field).Ref
}
