package intake

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"frontdesk/records"
	"frontdesk/records/check"
	"frontdesk/records/diag"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// Problem is a row or a record that was not taken as it stands.
type Problem struct {
	Line    int    `json:"line"` // of the file, from 1; 0 where no line is to blame
	Case    string `json:"case"` // id of the record, "" where it cannot be told
	Message string `json:"message"`
}

// File is a record file that an import makes. Its path depends on the desk.
type File struct {
	Type   records.Type
	ID     records.ID
	Opened time.Time // decides the month of its folder
	Data   []byte
	Line   int  // first line of the file that speaks of it
	Named  bool // made because another record names it
}

// Plan is what the rows of a source become, before anything is written.
type Plan struct {
	Type     records.Type
	Files    []File    // those that others name first; then in the order of the rows
	Events   int       // data rows read, those with problems included
	Left     int       // events that the mapping leaves out on purpose
	Problems []Problem // by line
	Unused   []string  // columns that the mapping neither reads nor ignores
}

// Build turns the rows of a source into record files. It reads the source and
// touches nothing else. A mapping that does not fit the types or the header is a
// *MappingError.
func Build(ctx context.Context, m *Mapping, types *schema.Types, d *desk.Desk, src Source) (*Plan, error) {
	p, err := newPlanner(m, types, d, src)
	if err != nil {
		return nil, err
	}
	return p.plan(ctx)
}

// newPlanner reads the rows of a source. Its errors are those of Build.
func newPlanner(m *Mapping, types *schema.Types, d *desk.Desk, src Source) (*planner, error) {
	if ds := m.Check(types); diag.Count(ds, diag.Error) > 0 {
		return nil, &MappingError{Path: m.Path, Diagnostics: ds}
	}
	data, err := src.read(m.file.member)
	if err != nil {
		return nil, err
	}
	t, problems, err := readTable(m, data)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", src.Name, err)
	}
	in := &check.Input{Desk: d, Types: types}
	p := &planner{m: m, types: types, typ: types.Get(m.Type), desk: d, table: t, problems: problems}
	p.judge = func(r *records.Record) []diag.Diagnostic { return check.Local(in, r) }
	return p, nil
}

// planner makes the plan of one import.
type planner struct {
	m        *Mapping
	types    *schema.Types
	typ      *schema.Type
	desk     *desk.Desk
	table    *table
	judge    func(*records.Record) []diag.Diagnostic // as check does, apart from other records
	problems []Problem
	groups   []group // once planned
}

// group is the rows of one record.
type group struct {
	id   string
	rows []int // numbers in the table, in the file's order
}

// outcome is what a group became.
type outcome struct {
	file     *File
	problems []Problem
	mentions []mention
}

func (p *planner) plan(ctx context.Context) (*Plan, error) {
	p.groups = p.group()
	outcomes := make([]outcome, len(p.groups))
	err := parallel(ctx, len(p.groups), func() func(int) error {
		b := newBuilder(p)
		return func(i int) error {
			outcomes[i] = b.build(p.groups[i])
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	plan := &Plan{Type: p.m.Type, Events: p.table.read, Left: p.table.left, Unused: p.table.unused}
	var mentions []mention
	for _, o := range outcomes {
		p.problems = append(p.problems, o.problems...)
		mentions = append(mentions, o.mentions...)
	}
	plan.Files = p.named(mentions)
	for _, o := range outcomes {
		if o.file != nil {
			plan.Files = append(plan.Files, *o.file)
		}
	}
	sortProblems(p.problems)
	plan.Problems = p.problems
	return plan, nil
}

func sortProblems(ps []Problem) {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Case, b.Case), cmp.Compare(a.Message, b.Message))
	})
}

// group gathers the rows of each record, in the order in which records first
// appear. Rows without an id that can be one are problems.
func (p *planner) group() []group {
	id := p.target(&p.m.id)
	made := map[string]result{}
	at := map[string]int{}
	twins := map[string]twin{}
	var groups []group
	for i := range p.table.rows {
		cells := p.table.cellsOf(i)
		text := id.text(func(slot int) string { return p.table.texts[cells[slot]] })
		r, ok := made[text]
		if !ok {
			r = p.checkID(id, text, twins)
			made[text] = r
		}
		if r.fault != "" {
			p.problem(i, r.name, r.fault)
			continue
		}
		key := r.value.Text
		n, ok := at[key]
		if !ok {
			n = len(groups)
			at[key] = n
			groups = append(groups, group{id: key})
		}
		groups[n].rows = append(groups[n].rows, i)
	}
	return groups
}

// twin is an id, and the text that it was made of first.
type twin struct{ id, text string }

// checkID makes an id of a row's text. Ids that differ only in case would be
// one file on many systems; texts that differ in more would be one case.
func (p *planner) checkID(id *target, text string, twins map[string]twin) result {
	if text == "" {
		return result{fault: "the row has no id"}
	}
	r := id.make(text)
	if r.fault != "" || r.value == nil {
		return result{name: oneSpace(text), fault: first(r.fault, "the row has no id")}
	}
	key := r.value.Text
	if err := p.typ.CheckID(records.ID(key)); err != nil {
		return result{name: oneSpace(text), fault: err.Error()}
	}
	fold := strings.ToLower(key)
	other, ok := twins[fold]
	switch {
	case ok && other.id != key:
		return result{name: key, fault: fmt.Sprintf("the id %q differs from %q only in case", key, other.id)}
	case ok && id.values == nil && !strings.EqualFold(oneSpace(other.text), oneSpace(text)):
		return result{name: key, fault: fmt.Sprintf("%q and %q are different ids, but both make %s", oneSpace(other.text), oneSpace(text), key)}
	case !ok:
		twins[fold] = twin{key, text}
	}
	return r
}

func (p *planner) problem(row int, id, message string) {
	p.problems = append(p.problems, Problem{Line: p.table.rows[row].line, Case: shorten(id, schema.MaxID), Message: message})
}

// target joins a spec with the type and with the file's columns.
func (p *planner) target(s *spec) *target {
	t := newTarget(p.m, s, p.typ)
	for _, c := range s.columns {
		t.slots = append(t.slots, p.table.slots[c])
	}
	return t
}

// parallel calls the functions that worker returns for 0 to n-1, one worker per
// processor, and returns the first error by number. It stops early when the
// context ends or a call fails.
func parallel(ctx context.Context, n int, worker func() func(i int) error) error {
	var (
		mu    sync.Mutex
		next  int
		stop  bool
		fault = n
		err   error
		group sync.WaitGroup
	)
	const batch = 32
	take := func() (from, to int) {
		mu.Lock()
		defer mu.Unlock()
		if stop || ctx.Err() != nil {
			return n, n
		}
		from, to = next, min(next+batch, n)
		next = to
		return from, to
	}
	for range min(runtime.GOMAXPROCS(0), max(n, 1)) {
		group.Go(func() {
			call := worker()
			for from, to := take(); from < to; from, to = take() {
				for i := from; i < to; i++ {
					if e := call(i); e != nil {
						mu.Lock()
						if i < fault {
							fault, err = i, e
						}
						stop = true
						mu.Unlock()
						return
					}
				}
			}
		})
	}
	group.Wait()
	if err == nil {
		err = ctx.Err()
	}
	return err
}
