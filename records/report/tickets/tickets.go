// Package tickets provides the figures about records that people work on, from their
// opening to their closing: incidents, requests, problems, and any type with states. It
// must not read files, nor infer a time that a record does not state.
package tickets

import (
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/schema"
)

// Reports returns the reports about incidents, requests and problems.
func Reports() []figure.Report {
	return []figure.Report{incidents(), requests(), problems()}
}

// Of returns the report about a type that has states: the figures that follow from the
// states and times of records, and from those fields that the type declares.
func Of(t *schema.Type) figure.Report { return generic(subjectOf(t)).report() }

// subject is what the definitions of figures say about a type.
type subject struct {
	name      records.Type
	title     string // "Incidents"
	one, many string // within a sentence: "incident", "incidents"
	done      string // what a record in a state of category resolved is: "resolved", "fulfilled"
	opened    string // the fields that state these times, "" where the type has none
	resolved  string
	closed    string
	fields    []string // of fieldsUsed, those that the type has
}

// fieldsUsed returns the fields that figures look at, or that records are grouped by.
func fieldsUsed() []string {
	return []string{
		"priority", "impact", "urgency", "service", "team", "assignee", "channel", "category", "subcategory", "item", "location", "domain",
		"due_at", "resolution_code", "resolution", "satisfaction", "hold", "major", "caused_by", "problem", "knowledge",
		"approval_requested_at", "approved_at", "rejection_reason", "known_error", "known_error_at", "root_cause",
	}
}

// groupedBy returns the fields by which it makes sense to group.
func groupedBy() []string {
	return []string{"priority", "service", "team", "assignee", "channel", "category", "subcategory", "item", "domain", "impact", "urgency", "location", "resolution_code"}
}

// has reports whether the type has a field.
func (s *subject) has(field string) bool { return slices.Contains(s.fields, field) }

// subjectOf reads from a type what definitions say about it.
func subjectOf(t *schema.Type) subject {
	s := subject{name: t.Name, title: t.Plural, one: within(t.Title), many: within(t.Plural), done: "resolved"}
	if s.title == "" {
		s.title, s.many = t.Title, s.one
	}
	if len(t.States) > 0 {
		s.opened = t.States[0].Stamp
	}
	for _, st := range t.States {
		if st.Category == records.Resolved && st.Stamp != "" && s.resolved == "" {
			s.resolved, s.done = st.Stamp, within(st.Title)
		}
		if st.Category.IsDone() && st.Stamp != "" && s.closed == "" {
			s.closed = st.Stamp
		}
	}
	for _, f := range fieldsUsed() {
		if t.Field(f) != nil {
			s.fields = append(s.fields, f)
		}
	}
	return s
}

// within returns a title as it stands within a sentence: "Incident" in lower case, but
// not "HR case".
func within(title string) string {
	if len(title) > 1 && strings.ToUpper(title[1:2]) == title[1:2] && title[1] != ' ' {
		return title
	}
	if title == "" {
		return "record"
	}
	return strings.ToLower(title[:1]) + title[1:]
}

// generic returns the figures that every type with states has.
func generic(s subject) *builder {
	b := &builder{sub: s, views: &figure.Memo[map[*figure.Case]*view]{}}
	b.volume()
	b.backlog()
	b.times()
	b.quality()
	b.levels()
	b.satisfaction()
	return b
}

// report returns the report with the figures that were added, each group in one piece.
func (b *builder) report() figure.Report {
	r := figure.Report{
		Name: string(b.sub.name), Title: b.sub.title, Subject: b.sub.name,
		Intro:  b.words("How many {many} come and go, how long they take, and how well they are dealt with."),
		Fields: append([]string{records.FieldImported}, b.sub.fields...),
	}
	for _, f := range groupedBy() {
		if b.sub.has(f) {
			r.By = append(r.By, f)
		}
	}
	r.By = append(r.By, records.FieldState)
	for _, group := range []string{volume, backlog, duration, quality, levels, satisfaction} {
		for _, d := range b.out {
			if d.Group == group {
				r.Figures = append(r.Figures, d)
			}
		}
	}
	return r
}

// The headings below which reports show the figures.
const (
	volume       = "Volume"
	backlog      = "Backlog"
	duration     = "Time"
	quality      = "Quality"
	levels       = "Service levels"
	satisfaction = "Satisfaction"
)

// builder collects the figures of a report.
type builder struct {
	sub   subject
	group string // of the figures that are added next
	out   []figure.Definition
	views *figure.Memo[map[*figure.Case]*view]
}

// add adds a figure that is computed from a tally. In its title and its text {many},
// {one} and {done} stand for the subject's words, {opened}, {resolved} and {closed} for
// its fields.
func (b *builder) add(d figure.Definition, of func(*tally) figure.Result) {
	d.Kind, d.Group = figure.Counted, b.group
	d.Title, d.Text = b.words(d.Title), b.words(d.Text)
	if d.Shape == "" {
		d.Shape = figure.Number
	}
	d.Compute = func(s *figure.Scope) figure.Result { return of(b.tally(s)) }
	b.out = append(b.out, d)
}

// fill puts the subject's words in their places.
func (b *builder) fill(text string) string {
	s := b.sub
	return strings.NewReplacer("{many}", s.many, "{one}", s.one, "{done}", s.done, "{opened}", s.opened, "{resolved}", s.resolved, "{closed}", s.closed).Replace(text)
}

// words is fill for a sentence or a title, which begins with a capital letter.
func (b *builder) words(text string) string {
	text = b.fill(text)
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
