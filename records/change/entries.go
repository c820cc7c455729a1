package change

import (
	"slices"
	"strconv"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/markdown"
	"frontdesk/schema"
)

// redacted begins the text that stands for what had to be taken out of an entry.
const redacted = "redacted:"

// entry is a comment or work note that can be compared.
type entry struct {
	section, heading, text string
	span                   diag.Span
}

func (e entry) key() string { return e.section + "\n" + e.heading + "\n" + e.text }

// entriesOf returns the entries of the sections to which they are appended.
func (p *pair) entriesOf(r *records.Record) []entry {
	if r == nil {
		return nil
	}
	var out []entry
	for _, s := range markdown.Outline(r.Body, r.BodyLine).Sections {
		if d := p.typ.Section(s.Heading); d == nil || !d.Append {
			continue
		}
		for _, e := range s.Entries {
			out = append(out, entry{section: s.Heading, heading: e.Heading, text: strings.TrimSpace(e.Text(r.Body)), span: e.Span})
		}
	}
	return out
}

func (p *pair) countEntries(r *records.Record) multiset {
	out := multiset{}
	for _, e := range p.entriesOf(r) {
		out[e.key()]++
	}
	return out
}

// checkEntries reports comments and work notes that say something else than they
// did, or are gone. That is a warning while the record is open, as people correct
// what they have just written, and an error once it is closed. What had to go can
// be replaced by a line that says so at any time.
func (p *pair) checkEntries(frozen bool) []diag.Diagnostic {
	if !slices.ContainsFunc(p.typ.Body.Sections, func(s schema.Section) bool { return s.Append }) || p.sameBody() {
		return nil
	}
	sides := eachCount(p.before, p.countEntries)
	missing := expected(sides, eachCount(p.bases, p.countEntries))
	var fresh []entry
	for _, e := range p.entriesOf(p.after) {
		missing[e.key()]--
		if !slices.ContainsFunc(sides, func(s multiset) bool { return s[e.key()] > 0 }) {
			fresh = append(fresh, e)
		}
	}
	sev := diag.Warning
	if frozen {
		sev = diag.Error
	}
	var ds []diag.Diagnostic
	for _, b := range p.before {
		for _, e := range p.entriesOf(b) {
			if missing[e.key()] > 0 {
				missing[e.key()]--
				ds = append(ds, p.lostEntry(e, &fresh, sev))
			}
		}
	}
	return ds
}

// sameBody reports whether the body is that of every side.
func (p *pair) sameBody() bool {
	return !slices.ContainsFunc(p.before, func(b *records.Record) bool { return b != nil && b.Body != p.after.Body })
}

// lostEntry reports an entry that is not there as it was. A new one with its
// heading is what became of it, and is taken out of fresh.
func (p *pair) lostEntry(e entry, fresh *[]entry, sev diag.Severity) diag.Diagnostic {
	i := slices.IndexFunc(*fresh, func(f entry) bool { return f.section == e.section && f.heading == e.heading })
	if i < 0 {
		return diag.New(ruleEntryRemoved, sev, p.after.Path, p.sectionSpan(e.section), "the entry %s of %q was removed", strconv.Quote(e.heading), e.section).
			WithHint("put it back; what had to go is replaced by a line that begins with \"Redacted:\" and says why")
	}
	is := (*fresh)[i]
	*fresh = slices.Delete(*fresh, i, i+1)
	if strings.HasPrefix(strings.ToLower(is.text), redacted) {
		return diag.New(ruleEntryAltered, diag.Warning, p.after.Path, is.span, "the entry was redacted; its text is still in the history of the repository").
			WithHint("change a password that stood there; only a rewritten history forgets it")
	}
	return diag.New(ruleEntryAltered, sev, p.after.Path, is.span, "the text of the entry was changed").
		WithHint("put it back and add an entry that corrects it; what had to go is replaced by a line that begins with \"Redacted:\" and says why")
}

// sectionSpan returns where a section stands, the body where it is gone.
func (p *pair) sectionSpan(heading string) diag.Span {
	for _, s := range markdown.Outline(p.after.Body, p.after.BodyLine).Sections {
		if s.Heading == heading {
			return s.Span
		}
	}
	return diag.At(max(p.after.BodyLine, 1))
}
