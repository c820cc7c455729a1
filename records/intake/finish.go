package intake

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/records/markdown"
	"frontdesk/records/yaml"
	"frontdesk/schema"
)

// reasonImported is the reason of a priority that the source has and the desk's
// matrix has not.
const reasonImported = "imported"

// finish writes the record's file and judges it as check will.
func (b *builder) finish(d *draft) {
	data, fault, flaw := b.file(d, b.p.judge)
	if fault != "" {
		d.fail(fault)
		return
	}
	if flaw != "" {
		d.out.problems = append(d.out.problems, Problem{Line: d.line, Case: d.id, Message: flawed + flaw})
	}
	d.out.file = &File{Type: b.p.typ.Name, ID: records.ID(d.id), Opened: b.opened(d), Data: data, Line: d.line}
}

// file returns the record's file as the rows so far make it. It leaves the draft
// as it is. fault is why it cannot be written, flaw what the judge calls wrong
// all the same.
func (b *builder) file(d *draft, judge func(*records.Record) []diag.Diagnostic) (data []byte, fault, flaw string) {
	body, fault := b.text(d)
	if fault != "" {
		return nil, fault, ""
	}
	pairs := b.pairs(d)
	data = frontmatter.Format(pairs, body)
	if fault, flaw = b.verify(d, pairs, body, data, judge); fault != "" {
		return nil, "the record is not written: " + fault, ""
	}
	return data, "", flaw
}

// fail reports what is wrong with the record as a whole. Nothing of it is kept.
func (d *draft) fail(message string) {
	d.out.problems = append(d.out.problems, Problem{Line: d.line, Case: d.id, Message: message})
	d.out.mentions = nil
}

// overrides returns the reasons for values that differ from the derived ones.
func (b *builder) overrides(d *draft) []records.Pair {
	var out []records.Pair
	for i, t := range b.fields {
		if t.field == nil || t.field.Derive == "" || t.field.Override == "" || d.values[i].IsNull() {
			continue
		}
		want, ok := b.matrix(d)
		if !ok || want == d.values[i].Text || !b.field(d, t.field.Override).IsNull() {
			continue
		}
		out = append(out, records.Pair{Key: t.field.Override, Value: records.NewString(reasonImported)})
	}
	return out
}

// pairs returns the front matter in the type's order.
func (b *builder) pairs(d *draft) []records.Pair {
	pairs := []records.Pair{{Key: records.FieldID, Value: records.NewString(d.id)}}
	add := func(name string, v *records.Value) {
		if !v.IsNull() {
			pairs = append(pairs, records.Pair{Key: name, Value: v})
		}
	}
	overrides := b.overrides(d)
	for _, f := range b.p.typ.Fields {
		switch f.Name {
		case records.FieldID, records.FieldImported, records.FieldLog:
			continue
		}
		v := b.field(d, f.Name)
		if i := slices.IndexFunc(overrides, func(p records.Pair) bool { return p.Key == f.Name }); i >= 0 {
			v = overrides[i].Value
		}
		add(f.Name, v)
	}
	for i, t := range b.fields {
		if t.field == nil {
			add(t.name, d.values[i])
		}
	}
	imported := origin(b.p.m.Source, len(d.log))
	for i, t := range b.imported {
		if !d.imported[i].IsNull() {
			imported.Pairs = append(imported.Pairs, records.Pair{Key: t.name, Value: d.imported[i]})
		}
	}
	add(records.FieldImported, imported)
	if len(d.log) > 0 {
		add(records.FieldLog, b.logValue(d))
	}
	return pairs
}

// origin begins what stands below imported: the source, and how many lines of
// the log are foreign.
func origin(source string, lines int) *records.Value {
	v := records.NewMap(records.Pair{Key: keySource, Value: records.NewString(source)})
	if lines > 0 {
		v.Pairs = append(v.Pairs, records.Pair{Key: records.FieldLog, Value: records.NewInt(int64(lines))})
	}
	v.Flow = false
	return v
}

// logValue returns the log. Its first line also states the last value of
// tracked fields whose changes the mapping does not follow.
func (b *builder) logValue(d *draft) *records.Value {
	list := &records.Value{Kind: records.List}
	for n, line := range d.log {
		item := records.NewMap(
			records.Pair{Key: "at", Value: records.NewString(line.at)},
			records.Pair{Key: "by", Value: records.NewString(line.by)})
		for i, v := range line.set {
			if last := d.values[b.track[i].index]; n == 0 && !b.track[i].log && !last.IsNull() {
				v = last
			}
			if v != nil {
				item.Pairs = append(item.Pairs, records.Pair{Key: b.track[i].name, Value: v})
			}
		}
		list.Items = append(list.Items, item)
	}
	return list
}

// opened returns the time that decides the record's folder: of the stamp of the
// first state, else of the log's first line.
func (b *builder) opened(d *draft) time.Time {
	if len(b.p.typ.States) > 0 && b.p.typ.States[0].Stamp != "" {
		if t, ok := records.ParseTime(b.field(d, b.p.typ.States[0].Stamp).String()); ok {
			return t
		}
	}
	if len(d.log) > 0 {
		t, _ := records.ParseTime(d.log[0].at)
		return t
	}
	return time.Time{}
}

// text returns the record's body: the sections that the mapping fills and those
// that the type requires, in the type's order.
func (b *builder) text(d *draft) (body, fault string) {
	made, faults := b.make(new([]result), b.body, d.view, d.view)
	if len(faults) > 0 {
		return "", strings.Join(distinct(faults), "; ")
	}
	texts := map[string]string{}
	for i, t := range b.body {
		texts[t.name] = made[i].value.String()
	}
	var out strings.Builder
	for _, s := range b.p.typ.Body.Sections {
		text, err := b.section(texts[s.Heading])
		if err != nil {
			return "", fmt.Sprintf("section %s: %s", s.Heading, err)
		}
		if text == "" && !s.Required {
			continue
		}
		out.WriteString("\n## " + s.Heading + "\n")
		if text != "" {
			out.WriteString("\n" + text + "\n")
		}
	}
	if text := texts[freeText]; text != "" {
		if err := markdown.CheckLimits(text); err != nil {
			return "", err.Error()
		}
		out.WriteString("\n" + text + "\n")
	}
	return out.String(), ""
}

// maxTexts bounds how many texts of sections are remembered.
const maxTexts = 10_000

// section is sectionText, which takes as long as half a record, once for each text.
func (b *builder) section(text string) (string, error) {
	r, ok := b.texts[text]
	if !ok {
		r.text, r.err = sectionText(text)
		if len(b.texts) < maxTexts {
			b.texts[text] = r
		}
	}
	return r.text, r.err
}

// sectionText returns foreign text as it may stand in a section: as it is, or
// quoted where it would end the section or open another.
func sectionText(text string) (string, error) {
	text = strings.Trim(text, "\n")
	if text == "" || stays(text) {
		return text, nil
	}
	text = "> " + strings.ReplaceAll(text, "\n", "\n> ")
	if stays(text) {
		return text, nil
	}
	return "", fmt.Errorf("the text cannot be kept as Markdown")
}

// stays reports whether a text leaves the sections around it as they are.
func stays(text string) bool {
	if markdown.CheckLimits(text) != nil {
		return false
	}
	s := markdown.Parse("## A\n\n"+text+"\n\n## B\n", 1).Sections
	return len(s) == 2 && s[0].Heading == "A" && s[1].Heading == "B" && len(s[0].Entries) == 0
}

// flawed begins the problem of a record that is written and that check will call
// wrong: what a state requires and the source does not have is no reason to lose
// the record.
const flawed = "the record is written, but check calls it wrong: "

// verify judges the record as check does. fault is why it cannot be written, flaw
// what check will say of it; both are "" for a good one. Reading the file back takes as long as everything else together, so it is done
// only where a value holds more than plain words and numbers.
func (b *builder) verify(d *draft, pairs []records.Pair, body string, data []byte, judge func(*records.Record) []diag.Diagnostic) (fault, flaw string) {
	path := b.p.typ.NewPath(records.ID(d.id), b.opened(d), b.p.desk.Shard)
	fields := &records.Value{Kind: records.Map, Pairs: pairs}
	if len(data) > yaml.MaxMarks || !isPlain(body) || !allPlain(fields) {
		return verify(b.p.typ, path, data, judge)
	}
	return verdict(judge(&records.Record{Type: b.p.typ.Name, ID: records.ID(d.id), Path: path, Fields: fields, Body: body, Source: data}))
}

// allPlain reports whether all texts in a value are plain.
func allPlain(v *records.Value) bool {
	for _, item := range v.Items {
		if !allPlain(item) {
			return false
		}
	}
	for _, p := range v.Pairs {
		if !isPlain(p.Key) || !allPlain(p.Value) {
			return false
		}
	}
	return isPlain(v.Text)
}

// isPlain reports whether a text holds only characters that mean the same
// wherever they stand in a record, or that every writer of YAML puts in quotes.
func isPlain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			continue
		}
		if strings.IndexByte(" \n.,:/_-#()", c) < 0 {
			return false
		}
	}
	return true
}

// verify reads a record's file and judges it as check does. fault and flaw are as
// those of a builder.
func verify(typ *schema.Type, path string, data []byte, judge func(*records.Record) []diag.Diagnostic) (fault, flaw string) {
	r, ds := frontmatter.Parse(path, typ.Name, data)
	if r != nil && diag.Count(ds, diag.Error) == 0 {
		ds = judge(r)
	}
	return verdict(ds)
}

// verdict tells errors of the file and of its fields from those of the record as
// a whole.
func verdict(ds []diag.Diagnostic) (fault, flaw string) {
	var faults, flaws []string
	for _, d := range ds {
		family, _, _ := strings.Cut(string(d.Rule), "/")
		switch {
		case d.Severity != diag.Error:
		case family == "parse" || family == "schema":
			faults = append(faults, d.Message)
		default:
			flaws = append(flaws, d.Message)
		}
	}
	return strings.Join(distinct(faults), "; "), strings.Join(distinct(flaws), "; ")
}
