package site

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/plain"
	"frontdesk/records/report"
	"frontdesk/schema"
	"frontdesk/site/safehtml"
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
	kinds    []*kind              // in the order of the navigation
	all      []*item              // in the order type, path
	items    []*item              // of these, what readers see
	byID     map[records.ID]*item // the first with the id; its next tells the others
	byPath   map[string]*item     // of those that readers see
	paths    addresses
	gone     []string // paths of the pages of records that were on the site and may not be any more
	alphabet []*item  // by title
	letters  []*indexPage
	dones    []*report.Done
	reports  []*reported
	counts   bool              // all records are read, and will be counted
	whole    []*records.Record // all records of the desk while they are counted, if all were read
	parts    *parts
	markdown *sync.Pool // of renderers
	asked    *questions
	asks     map[question]bool // what the page that is being made asks; nil if nobody wants to know
	problems []diag.Diagnostic
	lost     []string // paths of records that cannot be read
}

// kind is a record type with the records that readers see.
type kind struct {
	*schema.Type
	dir     string // folder of its pages
	number  int    // in the navigation
	items   []*item
	listed  []string        // fields that others than a record's own page show
	columns []*schema.Field // that lists show
	lists   []*list         // the ways to list the records, all of them first
	tree    *category
}

// item is a record of the desk: what is known of all of them, and what is known
// only while the record's page is made.
type item struct {
	*memo
	kind       *kind
	page       string // path of its page
	was        string // path of its page at the last build
	state      *schema.State
	known      bool           // the entry is that of the last build
	stale      bool           // the record, or what its page asks, has changed
	redraw     bool           // the page must be made
	stranger   bool           // meant for an audience that does not exist
	unreadable bool           // the file holds no record
	back       []backlink     // in the order of lists
	shelf      *category      // of an article
	shown      *records.Value // the fields that lists show, while they are shown
	mark       uint32         // a checksum of the id
	letter     string         // of the index that it stands under
	lower      string         // the title of a thing, for sorting
	troubled   bool           // not all of it is on the site
	problems   []diag.Diagnostic

	read     *records.Record // what was read, until it is counted
	full     *records.Record // the whole record
	studied  bool
	segments []segment
	events   []records.Event // the log, without what readers may not see
	named    []named
	asks     map[question]bool
	number   int    // among all records
	next     *item  // with the same id
	line     []byte // of the search index, once its page is made
}

// Ref returns the record's unambiguous name.
func (it *item) Ref() string { return string(it.Type) + "/" + string(it.ID) }

// backlink is a place elsewhere that names a record.
type backlink struct {
	from  *item
	field string // title of the field, "" for a link in the text
}

// newView collects what the readers may see. The state is that of the last
// build, and the zero state where everything is to be made.
func newView(ctx context.Context, in *Input, parts *parts, st *state) (*view, error) {
	v := &view{
		parts: parts, markdown: &sync.Pool{New: func() any { return safehtml.NewRenderer() }},
		in: in, readers: in.Audience, zone: time.UTC,
		problems: slices.Clone(in.Problems),
		asked:    &questions{all: st.questions, former: st.answers},
	}
	if in.Desk != nil && in.Desk.TimeZone != nil {
		v.zone = in.Desk.TimeZone
	}
	for _, t := range in.Types.All() {
		v.kinds = append(v.kinds, &kind{Type: t, listed: v.listedFields(t)})
	}
	if err := v.read(ctx, st.memos); err != nil {
		return nil, err
	}
	if err := v.count(ctx); err != nil {
		return nil, err
	}
	v.index()
	v.kinds = slices.DeleteFunc(v.kinds, func(k *kind) bool { return len(k.items) == 0 })
	slices.SortStableFunc(v.kinds, func(a, b *kind) int { return cmp.Compare(rank(a.Type), rank(b.Type)) })
	for n, k := range v.kinds {
		k.number = n
	}
	v.place()
	v.asked.answerAll(v)
	if err := v.refresh(ctx); err != nil {
		return nil, err
	}
	v.arrange()
	v.link()
	return v, nil
}

func (v *view) kindsByType() map[records.Type]*kind {
	kinds := map[records.Type]*kind{}
	for _, k := range v.kinds {
		kinds[k.Name] = k
	}
	return kinds
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

// add takes a record into the view, where readers may see it.
func (v *view) add(k *kind, it *item) {
	v.hear(it)
	switch {
	case it.unreadable:
		v.lost = append(v.lost, it.Path)
		return
	case k == nil:
		v.problems = append(v.problems, diag.New(typeRule, diag.Error, it.Path, diag.At(1),
			"the desk has no type %q; the record is not on the site", it.Type))
		return
	case it.stranger:
		v.problems = append(v.problems, diag.New(audienceRule, diag.Error, it.Path, it.full.SpanOf(records.FieldAudience),
			"audience is not public, staff or team:NAME; the record is not on the site"))
		it.Hidden, it.full, it.troubled = true, nil, true
	}
	v.all = append(v.all, it)
	if it.Hidden {
		return
	}
	it.kind, it.state = k, k.State(it.State)
	it.mark = crc32.ChecksumIEEE([]byte(it.ID))
	k.items = append(k.items, it)
	v.items = append(v.items, it)
}

// index makes the records known by their ids and paths.
func (v *view) index() {
	v.byID, v.byPath = make(map[records.ID]*item, len(v.all)), make(map[string]*item, len(v.items))
	for _, it := range slices.Backward(v.all) {
		it.next = v.byID[it.ID]
		v.byID[it.ID] = it
	}
	for _, it := range v.items {
		v.byPath[it.Path] = it
	}
}

// hear takes over what was found wrong with a record.
func (v *view) hear(it *item) {
	if len(it.problems) > 0 {
		v.problems = append(v.problems, it.problems...)
		it.problems, it.troubled = nil, true
	}
}

// place gives every record its page. Folders of types come first, so that no
// record can take one.
func (v *view) place() {
	v.paths = newAddresses(len(v.items))
	for _, k := range v.kinds {
		k.dir = v.paths.claim("", k.Folder, "")
		for _, name := range []string{"index.html", "list", "category"} {
			v.paths[strings.ToLower(k.dir+"/"+name)] = true
		}
	}
	v.placeReports()
	for _, it := range v.items {
		it.page = v.paths.claim(it.kind.dir, string(it.ID), ".html")
		if it.was != "" && it.was != it.page {
			v.gone = append(v.gone, it.was)
		}
		if !it.known || it.page != it.Page {
			it.Short = it.shortDigest()
		}
	}
}

// refresh reads the records that are not what they were at the last build, or
// ask what has another answer now.
func (v *view) refresh(ctx context.Context) error {
	var stale []*item
	for _, it := range v.items {
		it.stale = !it.known || it.page != it.Page || v.asked.changed(it.Asked)
		if it.stale {
			stale = append(stale, it)
		}
	}
	if err := v.open(ctx, stale); err != nil {
		return err
	}
	for _, it := range stale {
		v.hear(it)
		v.conclude(it)
	}
	return nil
}

// open reads records whole, with their logs and texts.
func (v *view) open(ctx context.Context, items []*item) error {
	if err := parallel(ctx, len(items), func(n int) { v.openOne(items[n]) }); err != nil {
		return err
	}
	for _, it := range items {
		if it.full == nil {
			return fmt.Errorf("read %s: %w", it.Path, errChanged)
		}
	}
	return nil
}

// errChanged is the cause of an error about a record that is not what it was a
// moment ago.
var errChanged = errors.New("the record changed while the site was built")

func (v *view) openOne(it *item) {
	if it.full == nil {
		r, _ := v.in.Source.Load(File{Type: it.Type, ID: it.ID, Path: it.Path})
		if r == nil || sum(r.Source) != it.Own {
			return
		}
		it.full = r
	}
	if !it.studied {
		v.study(it)
	}
}

// release lets go of what only a record's own page needs.
func (it *item) release() {
	it.full, it.studied, it.segments, it.events, it.named, it.asks = nil, false, nil, nil, nil, nil
}

// link notes who names whom. It goes through the records in the order of lists.
func (v *view) link() {
	for _, k := range v.kinds {
		for _, it := range k.items {
			v.linkFrom(it)
		}
	}
}

func (v *view) linkFrom(it *item) {
	c := &coder{reading: true, in: string(it.Names)}
	for c.in != "" {
		var field, asks int
		c.number(&field)
		c.number(&asks)
		to := v.asked.answers[asks].to
		switch {
		case to == nil:
		case field < 0 || field >= len(it.kind.Fields):
			to.addBack(it, "")
		default:
			to.addBack(it, it.kind.Fields[field].Title)
		}
	}
}

// addBack notes that another record names this one. What one record says comes
// in one go, its fields before its text.
func (it *item) addBack(from *item, field string) {
	for i := len(it.back) - 1; i >= 0 && it.back[i].from == from; i-- {
		if it.back[i].field == field || field == "" {
			return
		}
	}
	if from != it {
		it.back = append(it.back, backlink{from, field})
	}
}

// get returns a value that readers may see, nil otherwise. Of a record that is
// not open only the fields that lists show are there.
func (v *view) get(it *item, field string) *records.Value {
	if !seesField(v.readers, it.kind.Type, field) {
		return nil
	}
	if it.full != nil {
		return it.full.Get(field)
	}
	if !slices.Contains(it.kind.listed, field) {
		panic("site: field " + field + " of a record that is not open")
	}
	if it.shown == nil {
		return it.listedValues().Get(field)
	}
	return it.shown.Get(field)
}

// listedValues are the fields that lists show.
func (it *item) listedValues() *records.Value {
	out := &records.Value{}
	c := &coder{reading: true, in: it.Listed}
	c.value(out, 0)
	return out
}

// titleOf returns what an open record is called on the site.
func (v *view) titleOf(it *item) string {
	if t := strings.TrimSpace(plain.Line(v.get(it, records.FieldTitle).String())); t != "" {
		return t
	}
	return plain.Line(string(it.ID))
}

// category returns what the record's state means, "" where it has none.
func (it *item) category() records.Category {
	if it.state != nil {
		return it.state.Category
	}
	return ""
}

// find yields the records that a reference names, whoever may see them.
func (v *view) find(typ records.Type, ref string) iter.Seq[*item] {
	own := records.ID(ref)
	if typ == schema.AnyType || strings.Contains(ref, "/") {
		typ, own = records.SplitRef(ref)
	}
	return func(yield func(*item) bool) {
		for it := v.byID[own]; it != nil; it = it.next {
			if (typ == "" || typ == it.Type) && !yield(it) {
				return
			}
		}
	}
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
