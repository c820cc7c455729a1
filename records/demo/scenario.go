package demo

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/records/write"
	"frontdesk/records/yaml"
)

//go:embed scenario/*.yaml
var scenario embed.FS

// deskFiles are the files of the demo's desk beside its records.
//
//go:embed desk
var deskFiles embed.FS

func scenarioFiles() fs.FS {
	sub, err := fs.Sub(scenario, "scenario")
	if err != nil {
		panic(err) // the folder is embedded under that name
	}
	return sub
}

// step is what one person does at one time: one commit.
type step struct {
	at      time.Time
	by      string
	branch  string // "" is main
	message string // "" makes one of the first action
	actions []action
}

// verb is what an action does.
type verb string

// The verbs of a scenario.
const (
	verbNew     verb = "new"     // make a record: new: TYPE/ID
	verbSet     verb = "set"     // assign fields: set: ID
	verbComment verb = "comment" // add an entry that the requester reads: comment: ID
	verbNote    verb = "note"    // add an entry that stays with staff: note: ID
	verbEdit    verb = "edit"    // write sections and replace text, as in an editor: edit: ID
	verbApprove verb = "approve" // sign an approval of a record as it is: approve: ID
)

func verbs() []verb { return []verb{verbNew, verbSet, verbComment, verbNote, verbEdit, verbApprove} }

// action is one change of one record.
type action struct {
	verb     verb
	target   string
	folder   string
	fields   []write.Assignment
	text     string // of an entry or an approval, or the body of a type without sections
	sections []pair // heading: text
	replace  []pair // old: new
	where    string // file and line of the scenario, for messages
}

type pair struct{ key, value string }

// loadScenario reads the files and returns their steps in the order of time; the
// steps of branches come last.
func loadScenario(files fs.FS) ([]step, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("read scenario: no files (%v)", err)
	}
	var steps []step
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read scenario: %w", err)
		}
		some, err := parseScenario(name, src)
		if err != nil {
			return nil, err
		}
		steps = append(steps, some...)
	}
	slices.SortStableFunc(steps, func(a, b step) int {
		return cmp.Or(cmp.Compare(len(a.branch), len(b.branch)), cmp.Compare(a.branch, b.branch), a.at.Compare(b.at))
	})
	return steps, nil
}

func parseScenario(name string, src []byte) ([]step, error) {
	root, ds := yaml.Parse(name, src, yaml.WholeFile)
	if diag.Count(ds, diag.Error) > 0 {
		return nil, fmt.Errorf("read scenario: %s:%d: %s", name, ds[0].Span.Start.Line, ds[0].Message)
	}
	if root == nil || root.Kind != records.List {
		return nil, fmt.Errorf("read scenario: %s is no list of steps", name)
	}
	p := &parser{file: name}
	steps := make([]step, 0, len(root.Items))
	for _, item := range root.Items {
		steps = append(steps, p.step(item))
	}
	return steps, p.err
}

// parser reads the steps of a file and keeps the first error.
type parser struct {
	file string
	err  error
}

func (p *parser) fail(v *records.Value, format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("read scenario: %s: %s", p.where(v), fmt.Sprintf(format, args...))
	}
}

func (p *parser) where(v *records.Value) string {
	return fmt.Sprintf("%s:%d", path.Base(p.file), v.Span.Start.Line)
}

// step reads a step: its own keys, the keys of its first action, and more
// actions under also.
func (p *parser) step(v *records.Value) step {
	s := step{by: v.Get("by").String(), branch: v.Get("branch").String(), message: v.Get("message").String()}
	at, ok := records.ParseTime(v.Get("at").String())
	if !ok || s.by == "" {
		p.fail(v, "a step needs at and by")
	}
	s.at = at
	s.actions = append(s.actions, p.action(v, "at", "by", "branch", "message", "also"))
	if also := v.Get("also"); also != nil {
		for _, item := range also.Items {
			s.actions = append(s.actions, p.action(item))
		}
	}
	return s
}

// action reads an action; besides are keys of the map that are none of its own.
func (p *parser) action(v *records.Value, besides ...string) action {
	a := action{where: p.where(v)}
	for _, q := range v.Pairs {
		switch key := verb(q.Key); {
		case slices.Contains(verbs(), key) && a.verb == "":
			a.verb, a.target = key, q.Value.String()
		case q.Key == "folder":
			a.folder = q.Value.String()
		case q.Key == "fields":
			a.fields = assignments(q.Value)
		case q.Key == "text":
			a.text = q.Value.String()
		case q.Key == "body" && q.Value.IsScalar():
			a.text = q.Value.String()
		case q.Key == "body" || q.Key == "sections":
			a.sections = pairs(q.Value)
		case q.Key == "replace":
			a.replace = pairs(q.Value)
		case !slices.Contains(besides, q.Key):
			p.fail(q.Value, "unknown or second key %q", q.Key)
		}
	}
	if a.verb == "" || a.target == "" {
		p.fail(v, "it says neither of %v", verbs())
	}
	return a
}

// assignments turns a map of fields into what the write package takes: text, the
// items of lists separated by commas, maps with a line for each key, nothing for
// null.
func assignments(v *records.Value) []write.Assignment {
	out := make([]write.Assignment, 0, len(v.Pairs))
	for _, q := range v.Pairs {
		text := q.Value.String()
		switch q.Value.Kind {
		case records.List:
			text = strings.Join(q.Value.Strings(), ",")
		case records.Map:
			var lines []string
			for _, p := range q.Value.Pairs {
				lines = append(lines, frontmatter.Inline(records.NewString(p.Key))+": "+frontmatter.Inline(p.Value))
			}
			text = strings.Join(lines, "\n")
		}
		out = append(out, write.Assignment{Field: q.Key, Op: write.Assign, Text: text})
	}
	return out
}

func pairs(v *records.Value) []pair {
	out := make([]pair, 0, len(v.Pairs))
	for _, q := range v.Pairs {
		out = append(out, pair{q.Key, q.Value.String()})
	}
	return out
}
