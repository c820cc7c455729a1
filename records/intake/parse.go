package intake

import (
	"strconv"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/yaml"
	"frontdesk/schema"
)

// Parse reads a mapping file. It returns nil where the diagnostics hold an
// error; they name every fault that was found, with its place.
func Parse(path string, src []byte) (*Mapping, []diag.Diagnostic) {
	v, ds := yaml.Parse(path, src, yaml.WholeFile)
	r := &reader{path: path, ds: ds}
	if v == nil || v.Kind != records.Map {
		if len(ds) == 0 {
			r.fail(RuleKind, diag.At(1), "a mapping file is a map; it begins with version: 1")
		}
		return nil, r.ds
	}
	m := r.mapping(v)
	diag.Sort(r.ds)
	if diag.Count(r.ds, diag.Error) > 0 {
		return nil, r.ds
	}
	return m, r.ds
}

// reader turns the YAML of a mapping file into a Mapping and gathers faults.
type reader struct {
	path  string
	ds    []diag.Diagnostic
	clock clock // of the whole file, which single values may override
}

func (r *reader) fail(rule diag.RuleID, span diag.Span, format string, args ...any) *diag.Diagnostic {
	r.ds = append(r.ds, diag.New(rule, diag.Error, r.path, span, format, args...))
	return &r.ds[len(r.ds)-1]
}

// keys reports the keys of a map that are not known, with the nearest one that
// is. It reports whether the value is a map at all.
func (r *reader) keys(v *records.Value, what string, known ...string) bool {
	if v.Kind != records.Map {
		r.fail(RuleKind, v.Span, "%s is a %s; it must be a map", what, v.Kind)
		return false
	}
	for _, p := range v.Pairs {
		if contains(known, p.Key) {
			continue
		}
		d := r.fail(RuleUnknownKey, p.KeySpan, "%s has no key %q", what, p.Key)
		if near := schema.Nearest(p.Key, known); near != "" {
			d.Hint = "did you mean " + strconv.Quote(near) + "?"
		} else {
			d.Hint = "it may have " + strings.Join(known, ", ")
		}
	}
	return true
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

// text returns a scalar's text, "" where the value is absent or no scalar.
func (r *reader) text(v *records.Value, what string) string {
	if v.IsNull() {
		return ""
	}
	if !v.IsScalar() {
		r.fail(RuleKind, v.Span, "%s is a %s; it must be one text", what, v.Kind)
		return ""
	}
	return v.Text
}

// items returns the values of a list, or a scalar as a list of one.
func (r *reader) items(v *records.Value, what string) []*records.Value {
	switch {
	case v.IsNull():
		return nil
	case v.IsScalar():
		return []*records.Value{v}
	case v.Kind == records.List:
		for _, item := range v.Items {
			if item.IsNull() || !item.IsScalar() {
				r.fail(RuleKind, item.Span, "%s holds a %s; it must be a list of texts", what, item.Kind)
				return nil
			}
		}
		return v.Items
	}
	r.fail(RuleKind, v.Span, "%s is a %s; it must be a text or a list of texts", what, v.Kind)
	return nil
}

// choice returns a scalar that must be one of some words, the first one where
// it is absent.
func (r *reader) choice(v *records.Value, what string, words ...string) string {
	s := r.text(v, what)
	if s == "" || contains(words, s) {
		return first(s, words[0])
	}
	d := r.fail(RuleValue, v.Span, "%s is %q, not one of %s", what, s, strings.Join(words, ", "))
	if near := schema.Nearest(s, words); near != "" {
		d.Hint = "did you mean " + strconv.Quote(near) + "?"
	}
	return words[0]
}

func first(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

func (r *reader) flag(v *records.Value, what string) bool {
	if v == nil {
		return false
	}
	if v.Kind != records.Bool {
		r.fail(RuleKind, v.Span, "%s must be true or false", what)
	}
	return v.Text == "true"
}

func (r *reader) count(v *records.Value, what string) int {
	if v == nil {
		return 0
	}
	n, err := strconv.Atoi(v.String())
	if v.Kind != records.Int || err != nil || n < 0 || n > 1<<20 {
		r.fail(RuleValue, v.Span, "%s must be a whole number from 0 to %d", what, 1<<20)
		return 0
	}
	return n
}

func (r *reader) mapping(v *records.Value) *Mapping {
	m := &Mapping{Path: r.path, root: v}
	r.keys(v, "a mapping file", "version", "type", "source", "description", "rows", "file", "missing", "times",
		"only", "unfold", "id", "order", "fields", "log", "body", "imported", "ignore")
	r.version(v)
	m.Type = records.Type(r.required(v, "type", "which record type rows become, for example incident"))
	m.Source = r.required(v, "source", "the name of the foreign system, which each record keeps")
	m.Description = r.text(v.Get("description"), "description")
	m.events = r.choice(v.Get("rows"), "rows", "table", "events") == "events"
	m.file = r.layout(v.Get("file"))
	m.missing = r.missing(v.Get("missing"))
	r.clock = clock{formats: []timeFormat{{name: "iso", layouts: isoLayouts()}}, zone: time.UTC}
	r.times(v.Get("times"), &r.clock)
	m.clock = r.clock
	m.only = r.conditions(v.Get("only"), "only")
	m.unfold = r.unfold(v.Get("unfold"))
	if id := v.Pair("id"); id != nil {
		m.id = r.spec("id", *id, idKeys())
	} else {
		r.fail(RuleRequired, v.Span, "the mapping does not say which column holds the id").Hint = "add a line like \"id: number\""
	}
	m.order = r.order(v.Get("order"))
	m.fields = r.specs(v.Get("fields"), "fields", fieldKeys())
	m.body = r.specs(v.Get("body"), "body", textKeys())
	m.imported = r.specs(v.Get("imported"), "imported", importedKeys())
	m.log = r.log(v.Pair("log"))
	for _, item := range r.items(v.Get("ignore"), "ignore") {
		m.ignore = append(m.ignore, r.column(item))
	}
	r.consistent(m, v)
	return m
}

func (r *reader) version(v *records.Value) {
	switch version := v.Get("version"); {
	case version == nil:
		r.fail(RuleRequired, v.Span, "the mapping does not say its version").Hint = "begin it with \"version: 1\""
	case version.Text != "1":
		r.fail(RuleValue, version.Span, "version %q of mapping files is not known; this program reads version 1", version.String())
	}
}

func (r *reader) required(v *records.Value, key, what string) string {
	s := r.text(v.Get(key), key)
	if s == "" {
		r.fail(RuleRequired, v.Span, "the mapping does not say its %s", key).Hint = what
	}
	return s
}

// consistent reports keys that contradict one another.
func (r *reader) consistent(m *Mapping, v *records.Value) {
	r.foldable(m, v)
	if len(m.fields) == 0 {
		r.fail(RuleRequired, v.Span, "the mapping sets no fields").Hint = "add a line like \"fields: {title: short_description}\""
	}
	for i := range m.fields {
		if name := m.fields[i].name; name == records.FieldID || name == records.FieldLog || name == records.FieldImported {
			r.fail(RuleConflict, m.fields[i].span, "%s is not set under fields", name).Hint = "it has a key of its own at the top of the mapping"
		}
	}
	for i := range m.imported {
		if name := m.imported[i].name; name == keySource || name == records.FieldLog {
			r.fail(RuleConflict, m.imported[i].span, "imported: %s is written by the import itself", name)
		}
	}
}

// What quotes in a file are.
const (
	quotesCSV  = "csv"  // they hold cells together, as RFC 4180 has it
	quotesNone = "none" // text like any other
)

func (r *reader) layout(v *records.Value) layout {
	l := layout{encoding: UTF8}
	if v == nil || !r.keys(v, "file", "delimiter", "quotes", "encoding", "member", "skip", "header") {
		return l
	}
	if d := v.Get("delimiter"); d != nil {
		l.delimiter = r.delimiter(d)
	}
	l.unquoted = r.choice(v.Get("quotes"), "quotes", quotesCSV, quotesNone) == quotesNone
	l.encoding = Encoding(r.choice(v.Get("encoding"), "encoding", string(UTF8), string(Windows1252)))
	l.member = r.text(v.Get("member"), "member")
	l.skip = r.count(v.Get("skip"), "skip")
	for _, item := range r.items(v.Get("header"), "header") {
		l.header = append(l.header, item.Text)
	}
	return l
}

func (r *reader) delimiter(v *records.Value) rune {
	d, err := ParseDelimiter(r.text(v, "delimiter"))
	if err != nil {
		r.fail(RuleValue, v.Span, "%s", err)
	}
	return d
}

func (r *reader) missing(v *records.Value) map[string]bool {
	out := map[string]bool{"": true}
	for _, item := range r.items(v, "missing") {
		out[strings.TrimSpace(item.Text)] = true
	}
	return out
}

// times reads formats and zone over what the clock holds.
func (r *reader) times(v *records.Value, c *clock) {
	if v == nil || !r.keys(v, "times", "formats", "zone") {
		return
	}
	if formats := r.items(v.Get("formats"), "formats"); len(formats) > 0 {
		c.formats = nil
		for _, item := range formats {
			f, err := parseTimeFormat(item.Text)
			if err != nil {
				r.fail(RuleTime, item.Span, "%s", err).Hint = "write it like d/m/Y H:M, or rfc3339, iso, epoch, epoch-ms"
				continue
			}
			c.formats = append(c.formats, f)
		}
	}
	if name := r.text(v.Get("zone"), "zone"); name != "" {
		zone, err := time.LoadLocation(name)
		if err != nil || name == "Local" {
			r.fail(RuleTime, v.Get("zone").Span, "the time zone %q is not known", name).Hint = "write it like Europe/Berlin or UTC"
			return
		}
		c.zone = zone
	}
}

func (r *reader) order(v *records.Value) []orderKey {
	if v.IsNull() {
		return nil
	}
	items := []*records.Value{v}
	if v.Kind == records.List {
		items = v.Items
	}
	var out []orderKey
	for _, item := range items {
		if item.Kind != records.Map {
			out = append(out, orderKey{column: r.column(item), kind: byNumber})
			continue
		}
		if key, ok := r.orderItem(item); ok {
			out = append(out, key)
		}
	}
	return out
}

func (r *reader) column(v *records.Value) column {
	c := column{span: v.Span}
	switch {
	case v.Kind == records.Int:
		n, err := strconv.Atoi(v.Text)
		if err != nil || n < 1 || n > maxColumns {
			r.fail(RuleValue, v.Span, "column %s is out of range; columns count from 1", v.Text)
		}
		c.position = n
	case v.IsNull() || !v.IsScalar() || v.Text == "":
		r.fail(RuleKind, v.Span, "a column is named by its heading or by its position").Hint = "write it like short_description, \"Name#2\" or 7"
	default:
		c.name = strings.TrimSpace(v.Text)
	}
	return c
}

func (r *reader) log(p *records.Pair) *logSpec {
	if p == nil || !r.keys(p.Value, "log", "at", "by", "track", "lines", "stamp") {
		return nil
	}
	l := &logSpec{at: r.actor(p, "at"), by: r.actor(p, "by")}
	l.at.kind = kindTime
	for _, item := range r.items(p.Value.Get("track"), "track") {
		l.track = append(l.track, item.Text)
		l.spans = append(l.spans, item.Span)
	}
	r.logExtras(l, p.Value)
	return l
}

// actor reads one half of who acted and when.
func (r *reader) actor(log *records.Pair, key string) spec {
	if p := log.Value.Pair(key); p != nil {
		s := r.spec("log: "+key, *p, logKeys())
		if s.split != "" && s.item == 0 {
			r.fail(RuleConflict, p.KeySpan, "log: %s is one value, but the cell is split into many", key).Hint = "say which part counts with item: first, last or its number"
		}
		return s
	}
	r.fail(RuleRequired, log.KeySpan, "log does not say its %s", key).Hint = "add at (a time column) and by (who acted)"
	return spec{}
}
