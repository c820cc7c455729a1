package intake

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"frontdesk/records"
	"frontdesk/records/frontmatter"
)

// step is a row in the order in which a replay tells them.
type step struct {
	group int       // number of the row's record
	row   int       // number in the table
	taken bool      // whether it can be put in order; else it changes nothing
	last  bool      // of its record
	at    time.Time // as the row states it
	when  time.Time // the latest time among this and the record's rows before it
	by    string
}

// version is a record after one of its rows.
type version struct {
	step
	data    []byte // nil where the row leaves the file as it was
	subject string
	note    string // why the row was not taken
}

// steps returns the rows of the records that wanted picks, in the order of
// time. Within a record the record's own order holds: a row that is dated before
// the one that it follows comes right behind that one. Rows that do not say who
// wrote them and when are none of them.
func (p *planner) steps(wanted func(group) bool) []step {
	b := newBuilder(p)
	var all []step
	for n, g := range p.groups {
		if wanted(g) {
			all = append(all, b.stepsOf(n, g)...)
		}
	}
	slices.SortStableFunc(all, func(x, y step) int { return x.when.Compare(y.when) })
	return all
}

// stepsOf returns the rows of one record in its own order.
func (b *builder) stepsOf(n int, g group) []step {
	placed := b.ordered(g, b.begin(g.id))
	rows := slices.Clone(placed)
	if len(placed) < len(g.rows) {
		in := map[int]bool{}
		for _, i := range placed {
			in[i] = true
		}
		rows = append(rows, slices.DeleteFunc(slices.Clone(g.rows), func(i int) bool { return in[i] })...)
	}
	var out []step
	for k, i := range rows {
		at, by, faults := b.actor(b.p.table.cellsOf(i))
		if len(faults) > 0 {
			continue
		}
		s := step{group: n, row: i, by: by, taken: k < len(placed) && (k == 0 || b.p.m.events)}
		s.at, _ = records.ParseTime(at)
		s.when = s.at
		if k := len(out) - 1; k >= 0 && out[k].when.After(s.when) {
			s.when = out[k].when
		}
		out = append(out, s)
	}
	if len(out) > 0 {
		out[len(out)-1].last = true
	}
	return out
}

// ahead is how many versions each worker may be ahead of who takes them.
const ahead = 512

// versions makes the records after each of the steps, in the order of the steps.
// Each worker follows the records whose number is its own modulo the number of
// workers, so that no two meet; memory holds the records that are between their
// first and last row. Nothing that was wrong with a row or record is told again.
func (p *planner) versions(ctx context.Context, steps []step) iter.Seq2[version, error] {
	return func(yield func(version, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		made := make([]chan version, max(1, runtime.GOMAXPROCS(0)))
		var group sync.WaitGroup
		defer group.Wait()
		defer cancel()
		for w := range made {
			made[w] = make(chan version, ahead)
			group.Go(func() { p.follow(ctx, steps, w, len(made), made[w]) })
		}
		for _, s := range steps {
			select {
			case v := <-made[s.group%len(made)]:
				if !yield(v, nil) {
					return
				}
			case <-ctx.Done():
				yield(version{}, ctx.Err())
				return
			}
		}
	}
}

// follow makes the versions of every n-th record, from the one numbered w on.
func (p *planner) follow(ctx context.Context, steps []step, w, n int, out chan<- version) {
	b := newBuilder(p)
	open := map[int]*chronicle{}
	for _, s := range steps {
		if s.group%n != w {
			continue
		}
		c := open[s.group]
		if c == nil {
			c = &chronicle{draft: b.begin(p.groups[s.group].id)}
			open[s.group] = c
		}
		select {
		case out <- b.next(c, s):
		case <-ctx.Done():
			return
		}
		if s.last {
			delete(open, s.group)
		}
	}
}

// chronicle is a record between two of its rows.
type chronicle struct {
	draft *draft
	data  []byte // the file as it is
}

// next lays the row of a step over a record. Where the record could not be
// written, the file stays as it was.
func (b *builder) next(c *chronicle, s step) version {
	v := version{step: s, subject: c.draft.id + ": row not taken"}
	before := b.glance(c.draft)
	if !s.taken || !b.row(c.draft, s.row) {
		for _, p := range c.draft.out.problems {
			v.note = shorten(oneSpace(p.Message), longestNote)
		}
		c.draft.out.problems = nil
		return v
	}
	c.draft.out.problems = nil
	v.subject = c.draft.id + ": nothing changed"
	if c.data != nil && before.equal(b.glance(c.draft)) {
		return v
	}
	data, fault, _ := b.file(c.draft, b.p.typ.CheckFields)
	if fault != "" || bytes.Equal(data, c.data) {
		return v
	}
	v.subject = b.subject(c.draft, before, c.data == nil)
	v.data, c.data = data, data
	return v
}

// glance is a record before a row.
type glance struct {
	view             []cell
	values, imported []*records.Value
	log              int
}

func (b *builder) glance(d *draft) glance {
	return glance{slices.Clone(d.view), slices.Clone(d.values), slices.Clone(d.imported), len(d.log)}
}

// equal reports whether two glances are of the same file.
func (g glance) equal(h glance) bool {
	return g.log == h.log && slices.Equal(g.view, h.view) && slices.EqualFunc(g.values, h.values, (*records.Value).Equal) &&
		slices.EqualFunc(g.imported, h.imported, (*records.Value).Equal)
}

// longestSubject bounds the subject of a commit, in characters.
const longestSubject = 100

// longestNote bounds what a commit says of a row that was not taken.
const longestNote = 500

// subject says what a row changed: tracked fields with what they became, others
// by name. Of a new record it says the state, where that is not the usual one.
func (b *builder) subject(d *draft, before glance, fresh bool) string {
	told := b.events(d, before.log)
	if fresh {
		told = slices.DeleteFunc(told, func(e string) bool { return !strings.HasPrefix(e, records.FieldState+" ") || e == b.usual })
		told = slices.Insert(told, 0, "opened")
	} else if names := b.changed(d, before); len(names) > 0 {
		told = append(told, strings.Join(names, ", ")+" changed")
	}
	return shorten(d.id+": "+cmp.Or(strings.Join(told, ", "), "text changed"), longestSubject)
}

// events puts the log's lines from the numbered one on into words.
func (b *builder) events(d *draft, from int) (told []string) {
	for _, line := range d.log[from:] {
		for i, v := range line.set {
			switch {
			case v == nil:
			case v.IsNull():
				told = append(told, b.track[i].name+" cleared")
			default:
				told = append(told, b.track[i].name+" "+frontmatter.Inline(v))
			}
		}
	}
	return told
}

// changed lists the fields that a row changed and that the log does not tell of.
func (b *builder) changed(d *draft, before glance) (names []string) {
	for i, v := range d.values {
		logged := slices.ContainsFunc(b.track, func(t tracked) bool { return t.log && t.index == i })
		if logged || v.Equal(before.values[i]) {
			continue
		}
		if i < len(b.fields) {
			names = append(names, b.fields[i].name)
		} else if i -= len(b.fields); i < len(b.derived) {
			names = append(names, b.derived[i].Name)
		} else {
			names = append(names, b.stamped[i-len(b.derived)].Name)
		}
	}
	if !slices.EqualFunc(d.imported, before.imported, (*records.Value).Equal) {
		names = append(names, records.FieldImported)
	}
	return names
}
