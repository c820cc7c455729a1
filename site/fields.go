package site

import (
	"net/url"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/plain"
	"frontdesk/schema"
)

// Titles of the groups of fields on a record's page, in order.
const (
	groupDetails  = "Details"
	groupLinks    = "Connected with"
	groupPeople   = "People"
	groupTimes    = "Times"
	groupMore     = "More fields"
	groupImported = "Imported"
)

// proseLength is where a text is long enough to want lines of its own.
const proseLength = 60

// groups returns the fields of a record that have a value, in groups. The state
// stands in the page's head and is not repeated.
func (v *view) groups(it *item) []group {
	by := map[string][]fact{}
	for _, f := range it.kind.Fields {
		switch f.Name {
		case records.FieldID, records.FieldTitle, records.FieldState, records.FieldLog, records.FieldImported:
			continue
		}
		if f.Name == leadField && v.lead(it) != "" {
			continue // stands below the title
		}
		if fact, ok := v.fact(it, f, it.page); ok {
			g := v.groupOf(f)
			by[g] = append(by[g], fact)
		}
	}
	by[groupMore] = v.undeclared(it)
	if imported := v.get(it, records.FieldImported); imported != nil {
		by[groupImported] = flatten(imported)
	}
	var out []group
	for _, title := range []string{groupDetails, groupPeople, groupLinks, groupTimes, groupMore, groupImported} {
		if len(by[title]) > 0 {
			out = append(out, group{Title: title, Facts: by[title], Fold: title == groupImported})
		}
	}
	return out
}

// groupOf sorts a field by what it holds, so that a desk's own types come out
// as orderly as the built-in ones.
func (v *view) groupOf(f *schema.Field) string {
	if f.Ref != "" {
		if t := v.in.Types.Get(f.Ref); t != nil && len(t.States) == 0 {
			return groupPeople // types without a life cycle: persons and teams
		}
		return groupLinks
	}
	if isTime(f) {
		return groupTimes
	}
	return groupDetails
}

func isTime(f *schema.Field) bool {
	return f.Schema != nil && (f.Schema.Format == "date-time" || f.Schema.Format == "date")
}

// fact returns a declared field as seen from a page; ok is false where there is
// nothing to show.
func (v *view) fact(it *item, f *schema.Field, from string) (fact, bool) {
	x := v.get(it, f.Name)
	if x.IsNull() {
		return fact{}, false
	}
	out := fact{Label: label(f), Note: plain.Line(f.Description)}
	for _, s := range leaves(x) {
		if val, ok := v.value(f, s, from); ok {
			out.Values = append(out.Values, val)
		}
	}
	for _, val := range out.Values {
		if len(val.Text) > proseLength && val.Href == "" || strings.Contains(val.Text, "\n") {
			out.Block = true
		}
	}
	return out, len(out.Values) > 0
}

func label(f *schema.Field) string {
	if f.Title != "" {
		return plain.Line(f.Title)
	}
	return humanize(f.Name)
}

// acronym is the length up to which a name on its own is taken for one: "vpn".
const acronym = 3

// humanize makes words of a name: "vendor-visit" is "Vendor visit".
func humanize(name string) string {
	s := strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return ' '
		}
		return r
	}, plain.Line(name)))
	if len(s) <= acronym {
		return strings.ToUpper(s)
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// leaves returns the scalars of a value; maps become "key: value".
func leaves(x *records.Value) []*records.Value {
	switch {
	case x.IsNull():
		return nil
	case x.IsScalar():
		return []*records.Value{x}
	case x.Kind == records.List:
		var out []*records.Value
		for _, item := range x.Items {
			out = append(out, leaves(item)...)
		}
		return out
	}
	var out []*records.Value
	for _, p := range x.Pairs {
		for _, leaf := range leaves(p.Value) {
			out = append(out, records.NewString(p.Key+": "+leaf.Text))
		}
	}
	return out
}

// value returns one value of a field as seen from a page; ok is false where
// readers must not see it.
func (v *view) value(f *schema.Field, x *records.Value, from string) (value, bool) {
	text := plain.Text(x.Text)
	if strings.TrimSpace(text) == "" {
		return value{}, false
	}
	switch {
	case f.Ref != "":
		return v.reference(f.Ref, x.Text, from)
	case f.Name == records.FieldState || f.Name == "":
		return value{Text: text}, true
	case x.Kind == records.Bool:
		return value{Text: map[string]string{"true": "Yes", "false": "No"}[x.Text]}, true
	case f.Derive != "":
		return value{Text: text, Class: level(f, x.Text)}, true
	case f.Schema == nil:
		return value{Text: text}, true
	}
	switch f.Schema.Format {
	case "date-time":
		if t, ok := records.ParseTime(x.Text); ok {
			return value{Text: text, Time: v.timeOrNil(t)}, true
		}
	case "uri":
		if isWeb(x.Text) {
			return value{Text: text, Href: text}, true
		}
	case "email":
		if isMail(x.Text) {
			return value{Text: text, Href: "mailto:" + text}, true
		}
	}
	return value{Text: text}, true
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && s == plain.Line(s)
}

func isMail(s string) bool {
	user, host, ok := strings.Cut(s, "@")
	return ok && user != "" && host != "" && !strings.ContainsAny(s, " ?&#%<>\"'()[]\\,;:\n\t") && s == plain.Line(s)
}

// reference returns a value that names a record.
func (v *view) reference(typ records.Type, ref, from string) (value, bool) {
	to, gone := v.resolve(typ, ref)
	if gone {
		return value{}, false
	}
	if to == nil {
		return value{Text: plain.Line(ref)}, true
	}
	return value{Text: plain.Line(string(to.ID)), Href: relative(from, to.page), Title: to.Title}, true
}

// level returns the look of a value of an ordered list of words, such as a
// priority: "level level-1" is the first.
func level(f *schema.Field, text string) string {
	if f.Schema != nil {
		i := slices.IndexFunc(f.Schema.Enum, func(e any) bool { return e == text })
		if i >= 0 {
			return "level level-" + string(rune('1'+min(i, 4)))
		}
	}
	return "level level-5"
}

// undeclared returns the fields that the type does not know. They are there for
// staff, so that nothing is lost in silence.
func (v *view) undeclared(it *item) []fact {
	if !v.isStaff() || it.full.Fields == nil {
		return nil
	}
	var out []fact
	for _, p := range it.full.Fields.Pairs {
		if it.kind.Field(p.Key) == nil {
			out = append(out, plainFact(p))
		}
	}
	return out
}

func flatten(x *records.Value) []fact {
	if x.Kind != records.Map {
		return []fact{plainFact(records.Pair{Key: records.FieldImported, Value: x})}
	}
	var out []fact
	for _, p := range x.Pairs {
		out = append(out, plainFact(p))
	}
	return out
}

func plainFact(p records.Pair) fact {
	f := fact{Label: plain.Line(p.Key)}
	for _, leaf := range leaves(p.Value) {
		f.Values = append(f.Values, value{Text: plain.Text(leaf.Text)})
	}
	if len(f.Values) == 0 {
		f.Values = []value{{Text: "—"}}
	}
	return f
}
