package site

import (
	"html/template"
	"time"

	"frontdesk/records"
)

// The types below are what the theme's parts and layouts see. Layouts get them
// by way of Hugo, which knows a field by the name in its tag.

// link is an address as seen from the page that it stands on, with its words.
type link struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

// moment is a time: for machines, for people, and its day.
type moment struct {
	ISO  string `json:"iso"`
	Text string `json:"text"`
	Day  string `json:"day"`
}

// badge is a short word with a look. The word alone tells the meaning.
type badge struct{ Text, Class string }

// value is one value of a field. At most one of Href, Time and Class is set.
type value struct {
	Text  string
	Href  string
	Title string // of the record that the value names
	Time  *moment
	Class string
}

// fact is a field with its values.
type fact struct {
	Label  string
	Note   string
	Values []value
	Block  bool // prose, to stand on lines of its own
	Wide   bool // in a list: more than fits on a short line
}

// group is facts that belong together.
type group struct {
	Title string
	Facts []fact
	Fold  bool // seldom wanted
}

// section is a part of a record's text.
type section struct {
	Title    string
	Anchor   string
	Audience string        // where it is narrower than the record's
	HTML     template.HTML // sanitised
	Entries  []entry
	Problem  string // why the text is not shown
}

// entry is a comment or note within a section.
type entry struct {
	Anchor string
	Time   *moment
	By     *value
	Title  string // of an entry that says neither time nor author
	HTML   template.HTML
}

// change is one tracked field that an event set.
type change struct {
	Label string
	From  *value
	To    *value // nil where the field was cleared
}

// step is one event of a record's log.
type step struct {
	Time    moment
	By      *value
	Created bool
	Foreign bool // brought by an import
	Tone    string
	Changes []change
}

// row is a record in a list.
type row struct {
	ID      string
	Href    string
	Title   string
	State   *badge
	Cells   []fact
	Changed *moment
	Note    string
}

// table is a page of a list.
type table struct {
	Title    string
	HasState bool
	Columns  []string
	Rows     []row
}

// marks stand below a record's title.
type marks struct {
	Badges  []badge
	Changed *moment
}

// count is a number of records with a list of them.
type count struct {
	Text   string
	Class  string
	N      int
	Href   string
	Active bool
	Bare   bool // to be shown without N
}

// mention is a group of records that name one.
type mention struct {
	Label string
	Rows  []row
	Total int
	More  string // address of a search for all, where Rows is not all
}

// news is a change on the home page.
type news struct {
	Row  row
	Step step
}

// card is a type of work on the home page.
type card struct {
	Title, Href string
	Open, Total int
	Counts      []count // by state
	Levels      []count // by priority
}

// shelf is a category of a library.
type shelf struct {
	Title string
	Href  string
	Total int
	Rows  []row
	Subs  []shelf
}

// finding is a problem as the page of problems shows it.
type finding struct {
	Path, Message, Hint, Rule string
	Line                      int
}

// entrance is the way to a type's records on the home page.
type entrance struct {
	Title string `json:"title"`
	Href  string `json:"href"`
	Intro string `json:"intro,omitempty"`
	Total int    `json:"total"`
	Tiles string `json:"tiles,omitempty"` // categories, drawn
}

// time returns a time as readers see it, in the desk's zone.
func (v *view) time(t time.Time) moment {
	local := t.In(v.zone)
	return moment{ISO: records.FormatTime(t), Text: local.Format("2006-01-02 15:04 MST"), Day: local.Format("2006-01-02")}
}

func (v *view) timeOrNil(t time.Time) *moment {
	if t.IsZero() {
		return nil
	}
	m := v.time(t)
	return &m
}
