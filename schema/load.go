package schema

import (
	"cmp"
	"embed"
	"path"
	"slices"
	"strings"
	"sync"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/yaml"
	"frontdesk/schema/rule"
)

//go:embed types/*.yaml
var builtIn embed.FS

// builtInPath begins the path of the built-in types' files in diagnostics.
const builtInPath = "builtin/"

// File is a type file: its path, relative to the desk's root, and its bytes.
type File struct {
	Path string
	Data []byte
}

// Types is the record types of a desk. It does not change once it is loaded.
// Built-in types are parsed when they are first asked for, as most commands need
// one or two. It is safe for concurrent use.
type Types struct {
	slots    []*slot  // by name
	faulty   []string // paths of type files that are left out
	all      func() []*Type
	clockEnv *rule.Env // of the conditions of targets that services bring
}

// slot is a type's place in Types: what must be known without parsing its file,
// and how to get it.
type slot struct {
	name   records.Type
	folder string
	prefix string
	path   string
	get    func() *Type
}

// All returns the types, ordered by name. The slice must not be changed.
func (ts *Types) All() []*Type { return ts.all() }

// Names returns the names of the types in order.
func (ts *Types) Names() []string {
	names := make([]string, len(ts.slots))
	for i, s := range ts.slots {
		names[i] = string(s.name)
	}
	return names
}

// Faulty returns the paths of the type files that are left out because something
// is wrong with them, in order.
func (ts *Types) Faulty() []string { return ts.faulty }

// Get returns the type with the name, nil where there is none.
func (ts *Types) Get(name records.Type) *Type {
	return ts.find(func(s *slot) bool { return s.name == name })
}

// ByFolder returns the type whose records lie in the folder below records/, nil
// where there is none.
func (ts *Types) ByFolder(folder string) *Type {
	return ts.find(func(s *slot) bool { return s.folder == folder })
}

// ByPrefix returns the type whose ids begin with the prefix, such as INC, nil
// where there is none.
func (ts *Types) ByPrefix(prefix string) *Type {
	return ts.find(func(s *slot) bool { return prefix != "" && s.prefix == prefix })
}

func (ts *Types) find(match func(*slot) bool) *Type {
	if i := slices.IndexFunc(ts.slots, match); i >= 0 {
		return ts.slots[i].get()
	}
	return nil
}

func newTypes(slots []*slot) *Types {
	slices.SortFunc(slots, func(a, b *slot) int { return cmp.Compare(a.name, b.name) })
	return &Types{slots: slots, all: sync.OnceValue(func() []*Type {
		all := make([]*Type, len(slots))
		var wg sync.WaitGroup
		for i, s := range slots {
			wg.Go(func() { all[i] = s.get() })
		}
		wg.Wait()
		return slices.DeleteFunc(all, func(t *Type) bool { return t == nil })
	})}
}

// BuiltIn returns the types that every desk has.
func BuiltIn() *Types {
	l := newLoader(nil, true)
	var slots []*slot
	for _, f := range builtInFiles() {
		s := header(f)
		s.get = sync.OnceValue(func() *Type {
			if d, _ := l.read(f); d != nil {
				return d.Type
			}
			return nil
		})
		slots = append(slots, s)
	}
	ts := newTypes(slots)
	ts.clockEnv = l.clockEnv
	return ts
}

func builtInFiles() []File {
	entries, err := builtIn.ReadDir("types")
	if err != nil {
		panic("schema: embedded types: " + err.Error())
	}
	var files []File
	for _, e := range entries {
		data, err := builtIn.ReadFile("types/" + e.Name())
		if err != nil {
			panic("schema: embedded types: " + err.Error())
		}
		files = append(files, File{Path: builtInPath + e.Name(), Data: data})
	}
	return files
}

// header reads name, folder and prefix of a built-in type from the first lines
// of its file, as parsing all files takes ten times as long. It relies on how we
// write these lines; a test compares it with what the parser reads.
func header(f File) *slot {
	s := &slot{path: f.Path}
	for line := range strings.Lines(string(f.Data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "type":
			s.name = records.Type(value)
		case "folder":
			s.folder = value
		case "id":
			if _, after, ok := strings.Cut(value, "prefix: "); ok {
				s.prefix = after[:strings.IndexAny(after+",", ",}")]
			}
		}
		if s.folder != "" && key == "id" {
			break
		}
	}
	return s
}

// Load returns the built-in types with the desk's own laid over them, and what
// is wrong with the desk's. A faulty file is left out: its type is not there, or
// is the built-in one. The rules in the files are compiled, so that their faults
// show.
func Load(files []File) (*Types, []diag.Diagnostic) {
	base := BuiltIn()
	if len(files) == 0 {
		return base, nil
	}
	return newLoader(base, false).load(files)
}

// loader puts the types of several files together.
type loader struct {
	env       *rule.Env
	policyEnv *rule.Env // of the conditions of policies
	clockEnv  *rule.Env // of the conditions of targets
	base      *Types    // what the files may extend or replace; nil for the built-in ones
	builtIn   bool
	drafts    []*draft
	ds        []diag.Diagnostic
}

func newLoader(base *Types, builtIn bool) *loader {
	return &loader{env: &rule.Env{}, policyEnv: &rule.Env{Facts: true}, clockEnv: &rule.Env{Facts: true, Moment: true}, base: base, builtIn: builtIn}
}

// draft is a type as one file has it, before it is known whether it holds up.
type draft struct {
	*Type
	extends string
	given   map[string]diag.Span // the top-level keys of the file
	uses    []use                // names in the file that must be known
	policy  *records.Value       // as the file has it
	sla     *records.Value       // as the file has it
}

func (l *loader) load(files []File) (*Types, []diag.Diagnostic) {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	for _, f := range files {
		d, ds := l.read(f)
		l.ds = append(l.ds, ds...)
		if d != nil {
			l.drafts = append(l.drafts, d)
		}
	}
	l.refuseTwins()
	for l.refuse(l.hasBadRef) || l.refuse(l.isTaken) {
	}
	diag.Sort(l.ds)
	ts := newTypes(l.slots())
	ts.clockEnv = l.clockEnv
	l.breakPolicies(ts, files)
	return ts, l.ds
}

// read reads one file into a draft, nil where it is faulty.
func (l *loader) read(f File) (*draft, []diag.Diagnostic) {
	root, ds := yaml.Parse(f.Path, f.Data, yaml.WholeFile)
	r := &reader{path: f.Path, env: l.env, ds: ds}
	if l.base != nil {
		r.known = l.base.Names()
	}
	if root == nil && len(ds) > 0 {
		return nil, ds
	}
	d := r.typeFile(root)
	if !r.isSound() {
		return nil, r.ds
	}
	r.checkName(d)
	l.extend(r, d)
	if r.isSound() {
		r.finish(d, l.builtIn)
	}
	if !r.isSound() {
		return nil, r.ds
	}
	return d, slices.Concat(r.ds, l.policy(d), l.clocks(d))
}

func (r *reader) isSound() bool { return diag.Count(r.ds, diag.Error) == 0 }

// checkName compares the type's name with that of its file: one finds the file
// by the type.
func (r *reader) checkName(d *draft) {
	if file := strings.TrimSuffix(path.Base(r.path), path.Ext(r.path)); file != string(d.Name) {
		r.fail(RuleName, d.given["type"], "rename the file to "+string(d.Name)+".yaml",
			"type %q lies in a file named %q", d.Name, path.Base(r.path))
	}
}

// extend lays the draft over the built-in type that it extends.
func (l *loader) extend(r *reader, d *draft) {
	if d.extends == "" {
		return
	}
	var base *Type
	var names []string
	if l.base != nil {
		base, names = l.base.Get(records.Type(d.extends)), l.base.Names()
	}
	if base == nil {
		r.fail(RuleBadRef, d.given["extends"], cmp.Or(didYouMean(d.extends, names), "the types are "+strings.Join(names, ", ")), "extends %q: there is no built-in type of that name", d.extends)
		return
	}
	d.Type = overlay(base, d)
}

// refuseTwins leaves out drafts of a type that another file has already.
func (l *loader) refuseTwins() {
	seen := map[records.Type]*draft{}
	l.drafts = slices.DeleteFunc(l.drafts, func(d *draft) bool {
		first := seen[d.Name]
		if first == nil {
			seen[d.Name] = d
			return false
		}
		l.conflict(d, "type", first.Path, first.given["type"], "remove one of the two", "type %q has two files", d.Name)
		return true
	})
}

func (l *loader) conflict(d *draft, key, path string, span diag.Span, hint, format string, args ...any) {
	at, ok := d.given[key]
	if !ok {
		at = d.given["type"]
	}
	l.ds = append(l.ds, diag.New(RuleConflict, diag.Error, d.Path, at, format, args...).
		WithHint("%s", hint).WithNote(path, span, "the other one is here"))
}

// slots returns the places of the built-in types with the drafts over them.
func (l *loader) slots() []*slot {
	var out []*slot
	if l.base != nil {
		out = l.base.slots
	}
	var own []*slot
	for _, d := range l.drafts {
		own = append(own, &slot{name: d.Name, folder: d.Folder, prefix: d.Prefix, path: d.Path, get: func() *Type { return d.Type }})
	}
	return lay(out, own, func(s *slot) records.Type { return s.name })
}

// refuse leaves out the drafts that do not fit the rest and reports whether there
// were any, as leaving out one may make another one misfit.
func (l *loader) refuse(misfits func(*draft, []*slot) bool) bool {
	slots := l.slots()
	var keep []*draft
	for _, d := range l.drafts {
		if !misfits(d, slots) {
			keep = append(keep, d)
		}
	}
	refused := len(keep) < len(l.drafts)
	l.drafts = keep
	return refused
}

// hasBadRef reports whether the draft refers to a type that is not there.
func (l *loader) hasBadRef(d *draft, slots []*slot) bool {
	names := []string{string(AnyType)}
	for _, s := range slots {
		names = append(names, string(s.name))
	}
	bad := false
	for _, u := range d.uses {
		if u.kind != useType || slices.Contains(names, u.name) {
			continue
		}
		bad = true
		l.ds = append(l.ds, diag.New(RuleBadRef, diag.Error, d.Path, u.span, "%s %s: there is no type of that name", u.what, quote(u.name)).
			WithHint("%s", cmp.Or(didYouMean(u.name, names), "the types are "+strings.Join(names, ", "))))
	}
	return bad
}

// isTaken reports whether the draft claims a folder or prefix of another type.
// Of two drafts the one with the later path gives way.
func (l *loader) isTaken(d *draft, slots []*slot) bool {
	for _, s := range slots {
		own := slices.ContainsFunc(l.drafts, func(e *draft) bool { return e.Name == s.name })
		if s.name == d.Name || own && s.path > d.Path {
			continue
		}
		if s.folder == d.Folder {
			l.conflict(d, "folder", s.path, diag.Span{}, "choose another folder", "folder %q belongs to type %q", d.Folder, s.name)
			return true
		}
		if s.prefix == d.Prefix && d.Prefix != "" {
			l.conflict(d, "id", s.path, diag.Span{}, "choose another prefix", "prefix %q belongs to type %q", d.Prefix, s.name)
			return true
		}
	}
	return false
}

// didYouMean returns a hint with the known name nearest to the word, "" where
// none is near.
func didYouMean(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return "did you mean " + quote(near) + "?"
	}
	return ""
}
