package check

import (
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/markdown"
	"frontdesk/schema"
)

const (
	ruleLimits           diag.RuleID = "body/limits"
	rulePreamble         diag.RuleID = "body/preamble"
	ruleUnknownSection   diag.RuleID = "body/unknown-section"
	ruleDuplicateSection diag.RuleID = "body/duplicate-section"
	ruleMissingSection   diag.RuleID = "body/missing-section"
	ruleEmptySection     diag.RuleID = "body/empty-section"
	ruleHiddenSection    diag.RuleID = "body/hidden-section"
	ruleSectionOrder     diag.RuleID = "body/section-order"
	ruleEntry            diag.RuleID = "body/entry"
	ruleEntryOrder       diag.RuleID = "body/entry-order"
)

// checkBody judges the text of a record: its sections, entries and links. looks
// reports whether that depends on which files there are.
func checkBody(in *Input, t *schema.Type, r *records.Record) (ds []diag.Diagnostic, looks bool) {
	if most := in.Desk.Limits.MaxRecordBytes; len(r.Source) > most && most > 0 {
		return []diag.Diagnostic{diag.New(ruleLimits, diag.Error, r.Path, diag.At(r.BodyLine),
			"the file is %d bytes long; the desk allows %d", len(r.Source), most).
			WithHint("move long text into an attachment beside the record")}, false
	}
	if err := markdown.CheckLimits(r.Body); err != nil {
		return []diag.Diagnostic{diag.New(ruleLimits, diag.Error, r.Path, diag.At(r.BodyLine), "%s", err).
			WithHint("move what programs have written into an attachment beside the record")}, false
	}
	c := sectionCheck{t: t, r: r, b: markdown.Outline(r.Body, r.BodyLine)}
	if s := t.State(r.State()); s != nil {
		c.state = s
		c.written()
	}
	if len(t.Body.Sections) > 0 {
		c.preamble()
		c.headings()
		c.missing()
		c.hidden()
		c.entries()
	}
	found, looks := checkLinks(in, r, c.b.Links)
	return append(c.ds, found...), looks
}

// sectionCheck judges the sections of one record.
type sectionCheck struct {
	t     *schema.Type
	r     *records.Record
	b     *markdown.Body
	state *schema.State // the record's, nil where it is none of the type's
	ds    []diag.Diagnostic
}

func (c *sectionCheck) add(d diag.Diagnostic) { c.ds = append(c.ds, d) }

// preamble reports text that belongs to no section: nobody has said who may read
// it.
func (c *sectionCheck) preamble() {
	if strings.TrimSpace(c.b.Preamble) == "" {
		return
	}
	line := c.r.BodyLine + strings.Count(c.r.Body[:strings.Index(c.r.Body, c.b.Preamble)], "\n")
	c.add(diag.New(rulePreamble, diag.Warning, c.r.Path, diag.At(line), "text before the first section is for staff only").
		WithHint("put it below a heading such as %q", "## "+c.t.Body.Sections[0].Heading))
}

// headings reports sections that the type does not know, that stand twice, or
// that are out of order.
func (c *sectionCheck) headings() {
	seen := map[string]markdown.Section{}
	last := -1
	for _, s := range c.b.Sections {
		i := slices.IndexFunc(c.t.Body.Sections, func(d schema.Section) bool { return d.Heading == s.Heading })
		if i < 0 {
			c.unknown(s)
			continue
		}
		if first, twice := seen[s.Heading]; twice {
			c.add(diag.New(ruleDuplicateSection, diag.Error, c.r.Path, s.Span, "section %q stands twice", s.Heading).
				WithNote(c.r.Path, first.Span, "the first one is here").
				WithHint("put what belongs to it into the first one; where the heading is part of a text, write it as \"#### %s\"", s.Heading))
			continue
		}
		seen[s.Heading] = s
		if i < last {
			c.add(diag.New(ruleSectionOrder, diag.Warning, c.r.Path, s.Span, "section %q stands after %q", s.Heading, c.t.Body.Sections[last].Heading).
				WithHint("the order is %s", strings.Join(c.known(), ", ")))
		}
		last = max(last, i)
	}
}

func (c *sectionCheck) known() []string {
	var names []string
	for _, s := range c.t.Body.Sections {
		names = append(names, s.Heading)
	}
	return names
}

func (c *sectionCheck) unknown(s markdown.Section) {
	hint := "the sections are " + strings.Join(c.known(), ", ") + "; headings within them begin with ####"
	if near := schema.Nearest(s.Heading, c.known()); near != "" {
		hint = "did you mean \"" + near + "\"?"
	}
	c.add(diag.New(ruleUnknownSection, diag.Warning, c.r.Path, s.Span, "section %q is not one of the type's; it is for staff only", s.Heading).
		WithHint("%s", hint))
}

// section returns the first section with the heading, nil where there is none.
func (c *sectionCheck) section(heading string) *markdown.Section {
	for i := range c.b.Sections {
		if c.b.Sections[i].Heading == heading {
			return &c.b.Sections[i]
		}
	}
	return nil
}

// written reports sections in which the state asks for words and there are none. A
// record that came from elsewhere has the text that it came with.
func (c *sectionCheck) written() {
	severity := diag.Error
	if !c.r.Get(records.FieldImported).IsNull() {
		severity = diag.Warning
	}
	for _, heading := range c.state.Sections {
		switch s := c.section(heading); {
		case s == nil:
			c.add(diag.New(ruleEmptySection, severity, c.r.Path, diag.At(c.r.BodyLine), "state %s requires section %q, which is missing", c.state.Name, heading).
				WithHint("add \"## %s\" and what belongs there", heading))
		case !s.IsWritten(c.r.Body):
			c.add(diag.New(ruleEmptySection, severity, c.r.Path, s.Span, "state %s requires section %q, in which nothing is written", c.state.Name, heading).
				WithHint("write it below the heading; comments and headings do not count"))
		}
	}
}

// missing reports required sections that are not there. A record that came from
// elsewhere has the text that it came with.
func (c *sectionCheck) missing() {
	if !c.r.Get(records.FieldImported).IsNull() {
		return
	}
	for _, s := range c.t.Body.Sections {
		if s.Required && c.section(s.Heading) == nil && (c.state == nil || !slices.Contains(c.state.Sections, s.Heading)) {
			c.add(diag.New(ruleMissingSection, diag.Warning, c.r.Path, diag.At(c.r.BodyLine), "section %q is missing", s.Heading).
				WithHint("add \"## %s\"", s.Heading))
		}
	}
}

// hidden reports lines that read like the heading of a section and are none,
// because a code block or an HTML comment above them was not closed.
func (c *sectionCheck) hidden() {
	for _, s := range c.t.Body.Sections {
		if c.section(s.Heading) != nil {
			continue
		}
		at := strings.Index("\n"+c.r.Body+"\n", "\n## "+s.Heading+"\n")
		if at < 0 || markdown.IsClosed(c.r.Body) {
			continue
		}
		line := c.r.BodyLine + strings.Count(c.r.Body[:at], "\n")
		c.add(diag.New(ruleHiddenSection, diag.Error, c.r.Path, diag.At(line), "%q is no heading here: a code block or an HTML comment above it is not closed", "## "+s.Heading).
			WithHint("close the code block or the comment; until then what follows belongs to the section before"))
	}
}

// entries judges the entries of the sections to which they are appended.
func (c *sectionCheck) entries() {
	for _, s := range c.b.Sections {
		if d := c.t.Section(s.Heading); d == nil || !d.Append {
			continue
		}
		var last *markdown.Entry
		for i := range s.Entries {
			e := &s.Entries[i]
			if !e.Valid {
				c.add(diag.New(ruleEntry, diag.Warning, c.r.Path, e.Span, "entry %q does not say when and by whom", e.Heading).
					WithHint("write it as \"### 2026-11-03T09:41:00Z lee\""))
				continue
			}
			if last != nil && e.At.Before(last.At) {
				c.add(diag.New(ruleEntryOrder, diag.Warning, c.r.Path, e.Span, "the entry is older than the one before it").
					WithNote(c.r.Path, last.Span, "this one is of %s", records.FormatTime(last.At)).
					WithHint("entries stand in the order of their times"))
			}
			last = e
		}
	}
}
