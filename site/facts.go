package site

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/markdown"
	"frontdesk/schema"
)

// facts are what the rest of the site needs to know of a record: enough to find,
// order and list it without reading its file.
type facts struct {
	Type    records.Type
	Path    string
	ID      records.ID
	Hidden  bool // from the readers of this site
	Title   string
	Key     string // the title folded, for the index from A to Z
	State   records.State
	Urgency string // place of the priority among the type's
	Major   bool
	Filled  numbers   // the columns of its type that it may have a value for
	Listed  string    // the fields that lists show, as coder writes them
	Opened  time.Time // zero where unknown
	Changed time.Time // of the last event; zero where unknown
	Latest  time.Time // of the events; zero where unknown
	Times   string    // of the last events of the log, as coder writes them
	Names   numbers   // who may be named: fields of the type, -1 for a link in the text, each with a question
}

func (f *facts) code(c *coder) {
	c.text((*string)(&f.Type))
	c.text(&f.Path)
	c.text((*string)(&f.ID))
	c.truth(&f.Hidden)
	c.text(&f.Title)
	c.text(&f.Key)
	c.text((*string)(&f.State))
	c.text(&f.Urgency)
	c.truth(&f.Major)
	c.text((*string)(&f.Filled))
	c.text(&f.Listed)
	c.time(&f.Opened)
	c.time(&f.Changed)
	c.time(&f.Latest)
	c.text(&f.Times)
	c.text((*string)(&f.Names))
}

// memo is what is kept of a record from build to build: its facts, and what
// its page was made from.
type memo struct {
	facts
	Stamp  Stamp
	Own    digest  // of its file
	Page   string  // path of its page
	Asked  numbers // the questions that its page asked
	Short  digest  // of what a line about it says
	Look   digest  // of what a list shows of it
	Around digest  // of what its page shows that comes from elsewhere

	// The following are not part of the memo's own form: the state keeps them.
	Line stretch
	Rank int    // in the list of all records, from 1
	Turn int    // in the index from A to Z, from 1
	raw  string // the memo as it was read
}

func (e *memo) code(c *coder) {
	before := c.in
	e.facts.code(c)
	c.stamp(&e.Stamp)
	c.digest(&e.Own)
	c.text(&e.Page)
	c.text((*string)(&e.Asked))
	c.digest(&e.Short)
	c.digest(&e.Look)
	c.digest(&e.Around)
	e.raw = before[:len(before)-len(c.in)]
}

// describe sets the facts that come from the record alone. It may be called by
// several goroutines at once, for different records.
func (v *view) describe(it *item) {
	if a := audienceOf(it.kind.Type, it.full); !knownAudience(a) {
		it.stranger = true
		return
	}
	if it.Hidden = !seesRecord(v.readers, it.kind.Type, it.full); it.Hidden {
		it.full = nil
		return
	}
	it.Title = v.titleOf(it)
	it.Key = sortKey(it.Title)
	it.State = records.State(v.get(it, records.FieldState).String())
	it.Urgency = v.urgencyOf(it)
	it.Major = v.isMajor(it)
	it.keepListed(v)
}

// keepListed keeps the values that lists show.
func (it *item) keepListed(v *view) {
	listed := &records.Value{Kind: records.Map}
	for _, name := range it.kind.listed {
		x := v.get(it, name)
		if x.IsNull() {
			continue
		}
		listed.Pairs = append(listed.Pairs, records.Pair{Key: name, Value: x})
	}
	c := &coder{}
	c.value(listed, 0)
	it.Listed = string(c.out)
	var filled []int
	for i, name := range it.kind.Columns {
		if len(leaves(v.get(it, name))) > 0 {
			filled = append(filled, i)
		}
	}
	it.Filled = numbersOf(filled...)
}

// listedFields are the fields of a type that lists show of a record, and other
// pages than its own.
func (v *view) listedFields(t *schema.Type) []string {
	names := []string{leadField}
	if f := v.priority(t); f != nil {
		names = append(names, f.Name)
	}
	return append(names, t.Columns...)
}

// study reads a record's log and text, whose links and references other records
// may bear on, and sets the facts that come from there. It may be called by
// several goroutines at once, for different records.
func (v *view) study(it *item) {
	tv := v.asking(it)
	it.events = tv.visibleEvents(it)
	it.segments = tv.segmentsOf(it)
	it.Opened = openedAt(it, tv)
	it.Changed, it.Latest = time.Time{}, time.Time{}
	c := &coder{}
	for _, e := range it.events[max(0, len(it.events)-recent):] {
		it.Changed = e.At
		if e.At.After(it.Latest) {
			it.Latest = e.At
		}
		c.time(&e.At)
	}
	it.Times = string(c.out)
	it.named = tv.namedBy(it)
	it.studied = true
}

// named is a question which record is named, and the field that names it.
type named struct {
	field int
	question
}

// namedBy returns which records a record names in its fields and links to in
// its text.
func (v *view) namedBy(it *item) []named {
	var out []named
	for i, f := range it.kind.Fields {
		if f.Ref == "" {
			continue
		}
		for _, id := range v.get(it, f.Name).Strings() {
			out = append(out, named{i, question{asksReference, f.Ref, id}})
		}
	}
	for _, s := range it.segments {
		for _, p := range s.parts {
			if !strings.Contains(p.text, ".md") {
				continue
			}
			for _, l := range markdown.Parse(p.text, 1).Links {
				if to, _ := linkedPath(it, l.Destination); to != "" && !l.Image {
					out = append(out, named{-1, question{asksPath, "", to}})
				}
			}
		}
	}
	for _, n := range out {
		v.ask(n.question)
	}
	return out
}

// linkedPath returns the file of the desk that a link in a record's text leads
// to, "" if it leads elsewhere, and the part of it.
func linkedPath(it *item, destination string) (file, fragment string) {
	u, err := url.Parse(destination)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" || strings.HasPrefix(u.Path, "/") {
		return "", ""
	}
	return path.Join(path.Dir(it.Path), u.Path), u.Fragment
}

// conclude numbers what a record asked, and digests what its page says of it to
// others. It comes after study and again after the page is made, when all has
// been asked.
func (v *view) conclude(it *item) {
	var names, asked []int
	for _, n := range it.named {
		names = append(names, n.field, v.asked.number(v, n.question))
	}
	for q := range it.asks {
		asked = append(asked, v.asked.number(v, q))
	}
	slices.Sort(asked)
	it.Names, it.Asked = numbersOf(names...), numbersOf(asked...)
	c := &coder{}
	it.facts.code(c)
	d := newDigester()
	d.bytes(c.out)
	d.text(it.page)
	for _, n := range asked {
		d.digest(v.asked.sums[n])
	}
	it.Look = d.done()
}

// shortDigest tells what lists of records of many types show of one.
func (it *item) shortDigest() digest {
	d := newDigester()
	d.text(it.page)
	d.text(string(it.ID))
	d.text(it.Title)
	d.text(string(it.State))
	return d.done()
}
