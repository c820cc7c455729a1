package site

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/plain"
	"frontdesk/schema"
)

// Rules of the site's own findings.
const (
	audienceRule diag.RuleID = "site/audience"
	typeRule     diag.RuleID = "site/type"
	textRule     diag.RuleID = "site/text"
)

// view is what the readers may see, and where. Pages are made from it and from
// nothing else: what it does not hold cannot leak.
type view struct {
	in       *Input
	readers  schema.Audience
	zone     *time.Location
	kinds    []*kind // in the order of the navigation
	items    []*item // in the order of the set
	byRecord map[*records.Record]*item
	byPath   map[string]*item
	paths    addresses
	index    []*indexPage
	parts    *parts
	problems []diag.Diagnostic
}

// kind is a record type with the records that readers see.
type kind struct {
	*schema.Type
	dir     string // folder of its pages
	items   []*item
	columns []*schema.Field // that lists show
	lists   []*list         // the ways to list the records, all of them first
	tree    *category
}

// item is a record that readers see.
type item struct {
	*records.Record
	kind     *kind
	page     string // path of its page
	segments []segment
	events   []records.Event // the log, without what readers may not see
	opened   time.Time       // zero where unknown
	changed  time.Time       // of the last event; zero where unknown
	back     []backlink
	shelf    *category // of an article
	words    string    // the visible text without markup, once its page is made
}

// backlink is a place elsewhere that names a record.
type backlink struct {
	from  *item
	field string // title of the field, "" for a link in the text
}

// newView collects what the readers may see.
func newView(in *Input, themes []fs.FS) (*view, error) {
	parts, err := newParts(themes)
	if err != nil {
		return nil, err
	}
	v := &view{
		parts: parts,
		in:    in, readers: in.Audience, zone: time.UTC,
		byRecord: map[*records.Record]*item{}, byPath: map[string]*item{},
		paths: newAddresses(), problems: slices.Clone(in.Problems),
	}
	if in.Desk != nil && in.Desk.TimeZone != nil {
		v.zone = in.Desk.TimeZone
	}
	kinds := map[records.Type]*kind{}
	for _, t := range in.Types.All() {
		k := &kind{Type: t}
		kinds[t.Name] = k
		v.kinds = append(v.kinds, k)
	}
	for _, r := range in.Set.All() {
		v.add(kinds[r.Type], r)
	}
	v.kinds = slices.DeleteFunc(v.kinds, func(k *kind) bool { return len(k.items) == 0 })
	slices.SortStableFunc(v.kinds, func(a, b *kind) int { return cmp.Compare(rank(a.Type), rank(b.Type)) })
	v.place()
	v.link()
	v.arrange()
	return v, nil
}

// rank orders types: work first, then articles, things with a life, the rest.
func rank(t *schema.Type) int {
	switch {
	case isWork(t):
		return 0
	case isLibrary(t):
		return 1
	case len(t.States) > 0:
		return 2
	}
	return 3
}

func (v *view) add(k *kind, r *records.Record) {
	if k == nil {
		d := diag.New(typeRule, diag.Error, r.Path, diag.At(1), "the desk has no type %q; the record is not on the site", r.Type)
		v.problems = append(v.problems, d)
		return
	}
	if a := audienceOf(k.Type, r); !knownAudience(a) {
		d := diag.New(audienceRule, diag.Error, r.Path, r.SpanOf(records.FieldAudience),
			"audience is not public, staff or team:NAME; the record is not on the site")
		v.problems = append(v.problems, d)
		return
	}
	if !seesRecord(v.readers, k.Type, r) {
		return
	}
	it := &item{Record: r, kind: k}
	k.items = append(k.items, it)
	v.items = append(v.items, it)
	v.byRecord[r] = it
	v.byPath[r.Path] = it
}

// place gives every record its page. Folders of types come first, so that no
// record can take one.
func (v *view) place() {
	for _, k := range v.kinds {
		k.dir = v.paths.claim("", k.Folder, "")
		for _, name := range []string{"index.html", "list", "category"} {
			v.paths[strings.ToLower(k.dir+"/"+name)] = true
		}
	}
	for _, it := range v.items {
		it.page = v.paths.claim(it.kind.dir, string(it.ID), ".html")
	}
}

// link reads logs and texts, and notes who names whom.
func (v *view) link() {
	for _, it := range v.items {
		it.events = v.visibleEvents(it)
		it.segments = v.segmentsOf(it)
		it.opened = openedAt(it, v)
		if n := len(it.events); n > 0 {
			it.changed = it.events[n-1].At
		}
	}
	for _, it := range v.items {
		v.linkFields(it)
		v.linkText(it)
	}
}

func (v *view) linkFields(it *item) {
	for _, f := range it.kind.Fields {
		if f.Ref == "" {
			continue
		}
		for _, id := range v.get(it, f.Name).Strings() {
			if to, _ := v.resolve(f.Ref, id); to != nil {
				to.addBack(it, f.Title)
			}
		}
	}
}

func (it *item) addBack(from *item, field string) {
	for _, b := range it.back {
		if b.from == from && (b.field == field || field == "") {
			return
		}
	}
	if from != it {
		it.back = append(it.back, backlink{from, field})
	}
}

// get returns a value that readers may see, nil otherwise.
func (v *view) get(it *item, field string) *records.Value {
	if !seesField(v.readers, it.kind.Type, field) {
		return nil
	}
	return it.Get(field)
}

// title returns what a record is called on the site.
func (v *view) title(it *item) string {
	if t := strings.TrimSpace(plain.Line(v.get(it, records.FieldTitle).String())); t != "" {
		return t
	}
	return plain.Line(string(it.ID))
}

// state returns the record's state if readers may see it, nil otherwise.
func (v *view) state(it *item) *schema.State {
	return it.kind.State(records.State(v.get(it, records.FieldState).String()))
}

// category returns what the record's state means, "" where it has none.
func (v *view) category(it *item) records.Category {
	if s := v.state(it); s != nil {
		return s.Category
	}
	return ""
}

// resolve finds the record that a reference names. gone is true where the
// reference must not be shown at all: the record exists and readers may not see
// it, or it cannot be known for a public site that it is no secret.
func (v *view) resolve(typ records.Type, ref string) (to *item, gone bool) {
	found := v.find(typ, ref)
	for _, r := range found {
		if to := v.byRecord[r]; to != nil {
			return to, false
		}
	}
	return nil, len(found) > 0 || !mayRead(v.readers, schema.Staff)
}

func (v *view) find(typ records.Type, ref string) []*records.Record {
	if typ == schema.AnyType || strings.Contains(ref, "/") {
		return v.in.Set.Find(ref)
	}
	return v.in.Set.FindTyped(typ, records.ID(ref))
}

// deskName returns what the desk calls itself.
func (v *view) deskName() string {
	if v.in.Desk == nil {
		return "Service desk"
	}
	return cmp.Or(strings.TrimSpace(plain.Line(v.in.Desk.Name)), "Service desk")
}

// isStaff reports whether the site is for people of the desk.
func (v *view) isStaff() bool { return mayRead(v.readers, schema.Staff) }

// priority returns the field by which records of the type are ordered, nil if
// there is none that readers may see.
func (v *view) priority(t *schema.Type) *schema.Field {
	for _, f := range t.Fields {
		if f.Derive != "" && seesField(v.readers, t, f.Name) {
			return f
		}
	}
	return nil
}
