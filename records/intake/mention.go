package intake

import (
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
)

// mention is a record that another names and that is to be made where there is
// none.
type mention struct {
	typ    *schema.Type
	id     string
	name   string // as the source spells it
	ref    *refSpec
	line   int
	at, by string // of the row
}

// mention notes the records that a row names.
func (b *builder) mention(d *draft, made []result, line int, at, by string) {
	for i, t := range b.fields {
		if t.ref == nil || !t.ref.create || t.refType == nil || made[i].value == nil {
			continue
		}
		name := made[i].name
		for _, id := range made[i].value.Strings() {
			if t.field.List {
				name = id
			}
			if slices.ContainsFunc(d.out.mentions, func(m mention) bool { return m.typ == t.refType && m.id == id && m.name == name }) {
				continue
			}
			d.out.mentions = append(d.out.mentions, mention{typ: t.refType, id: id, name: name, ref: t.ref, line: line, at: at, by: by})
		}
	}
}

// named makes the records that others name, the first mention in the file
// counting. Two names that make one id are a problem, as one of them is lost.
func (p *planner) named(all []mention) []File {
	slices.SortStableFunc(all, func(a, b mention) int {
		if c := strings.Compare(string(a.typ.Name), string(b.typ.Name)); c != 0 {
			return c
		}
		if c := strings.Compare(a.id, b.id); c != 0 {
			return c
		}
		return a.line - b.line
	})
	var files []File
	var last mention
	var told []string
	for _, m := range all {
		if last.typ == m.typ && last.id == m.id {
			if !strings.EqualFold(m.name, last.name) && !slices.Contains(told, m.name) {
				told = append(told, m.name)
				p.problems = append(p.problems, Problem{Line: m.line, Case: m.id,
					Message: fmt.Sprintf("%q and %q are different names, but both make the %s %s", last.name, m.name, m.typ.Name, m.id)})
			}
			continue
		}
		last, told = m, nil
		data := m.file(p.m.Source)
		opened, _ := records.ParseTime(m.at)
		path := m.typ.NewPath(records.ID(m.id), opened, p.desk.Shard)
		fault, flaw := verify(m.typ, path, data, p.judge)
		if fault != "" {
			p.problems = append(p.problems, Problem{Line: m.line, Case: m.id,
				Message: fmt.Sprintf("the %s is not written: %s", m.typ.Name, fault)})
			continue
		}
		if flaw != "" {
			p.problems = append(p.problems, Problem{Line: m.line, Case: m.id, Message: flawed + flaw})
		}
		files = append(files, File{Type: m.typ.Name, ID: records.ID(m.id), Opened: opened, Data: data, Line: m.line, Named: true})
	}
	return files
}

// file writes the record: its title, what the mapping says of such records, and
// where it comes from.
func (m mention) file(source string) []byte {
	title := m.name
	if m.ref.title != nil {
		title, _ = m.ref.title.render(func(int) string { return m.name })
	}
	values := map[string]*records.Value{records.FieldTitle: records.NewString(shorten(title, 200))}
	for _, f := range m.typ.Fields {
		if f.Default != nil && slices.Contains(m.typ.Required, f.Name) {
			values[f.Name] = f.Default
		}
	}
	if len(m.typ.States) > 0 {
		values[records.FieldState] = records.NewString(string(m.typ.States[0].Name))
	}
	for _, f := range m.ref.fields {
		values[f.Key] = f.Value
	}
	lines := 0
	if len(m.typ.States) > 0 && m.at != "" {
		lines = 1
		values[records.FieldLog] = m.firstLine(values)
	}
	values[records.FieldImported] = origin(source, lines)
	return frontmatter.Format(inOrder(m.typ, m.id, values), requiredSections(m.typ))
}

// firstLine is the log of a record that begins with its first mention.
func (m mention) firstLine(values map[string]*records.Value) *records.Value {
	line := records.NewMap(
		records.Pair{Key: "at", Value: records.NewString(m.at)},
		records.Pair{Key: "by", Value: records.NewString(m.by)})
	for _, name := range m.typ.Tracked {
		if v := values[name]; !v.IsNull() {
			line.Pairs = append(line.Pairs, records.Pair{Key: name, Value: v})
		}
	}
	return &records.Value{Kind: records.List, Items: []*records.Value{line}}
}

func inOrder(typ *schema.Type, id string, values map[string]*records.Value) []records.Pair {
	pairs := []records.Pair{{Key: records.FieldID, Value: records.NewString(id)}}
	for _, f := range typ.Fields {
		if v := values[f.Name]; f.Name != records.FieldID && !v.IsNull() {
			pairs = append(pairs, records.Pair{Key: f.Name, Value: v})
		}
	}
	return pairs
}

func requiredSections(typ *schema.Type) string {
	var b strings.Builder
	for _, s := range typ.Body.Sections {
		if s.Required {
			b.WriteString("\n## " + s.Heading + "\n")
		}
	}
	return b.String()
}
