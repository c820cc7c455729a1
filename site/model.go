package site

import (
	"time"

	"frontdesk/records"
)

// The types below are what templates see. Hugo hands them over as JSON objects,
// so a template writes .facts, .label and so on.

// link is an address as seen from the page that it stands on, with its words.
type link struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

// moment is a time: for machines and for people.
type moment struct {
	ISO  string `json:"iso"`
	Text string `json:"text"`
	Day  string `json:"day"`
}

// badge is a short word with a meaning. Tone picks the look; the word alone
// tells the meaning.
type badge struct {
	Text string `json:"text"`
	Tone string `json:"tone"`
}

// value is one value of a field. At most one of Href, Time and Badge is set.
type value struct {
	Text  string  `json:"text"`
	Href  string  `json:"href,omitempty"`
	Title string  `json:"title,omitempty"` // title of the record that the value names
	Time  *moment `json:"time,omitempty"`
	Badge string  `json:"badge,omitempty"` // tone
}

// fact is a field with its values.
type fact struct {
	Label  string  `json:"label"`
	Note   string  `json:"note,omitempty"`
	Values []value `json:"values"`
	Block  bool    `json:"block,omitempty"` // prose, to stand on lines of its own
	Wide   bool    `json:"wide,omitempty"`  // in a list: more than fits on a short line
}

// group is facts that belong together.
type group struct {
	Title string `json:"title"`
	Facts []fact `json:"facts"`
	Fold  bool   `json:"fold,omitempty"` // seldom wanted
}

// section is a part of a record's text.
type section struct {
	Title    string  `json:"title,omitempty"`
	Anchor   string  `json:"anchor,omitempty"`
	Audience string  `json:"audience,omitempty"` // where it is narrower than the record's
	HTML     string  `json:"html,omitempty"`     // finished and safe
	Entries  []entry `json:"entries,omitempty"`
	Problem  string  `json:"problem,omitempty"` // why the text is not shown
}

// entry is a comment or note within a section.
type entry struct {
	Anchor string  `json:"anchor"`
	Time   *moment `json:"time,omitempty"`
	By     *value  `json:"by,omitempty"`
	Title  string  `json:"title,omitempty"` // of an entry that says neither time nor author
	HTML   string  `json:"html"`
}

// change is one tracked field that an event set.
type change struct {
	Label string `json:"label"`
	From  *value `json:"from,omitempty"`
	To    *value `json:"to,omitempty"` // nil where the field was cleared
}

// step is one event of a record's log.
type step struct {
	Time    moment   `json:"time"`
	By      *value   `json:"by,omitempty"`
	Created bool     `json:"created,omitempty"`
	Foreign bool     `json:"foreign,omitempty"` // brought by an import
	Tone    string   `json:"tone,omitempty"`
	Changes []change `json:"changes"`
}

// row is a record in a list.
type row struct {
	ID      string  `json:"id"`
	Href    string  `json:"href"`
	Title   string  `json:"title"`
	Type    string  `json:"type,omitempty"`
	State   *badge  `json:"state,omitempty"`
	Cells   []fact  `json:"cells,omitempty"`
	Changed *moment `json:"changed,omitempty"`
	Note    string  `json:"note,omitempty"`
}

// count is a number of records with a list of them.
type count struct {
	Text   string `json:"text"`
	Tone   string `json:"tone,omitempty"`
	N      int    `json:"n"`
	Href   string `json:"href,omitempty"`
	Active bool   `json:"active,omitempty"`
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
