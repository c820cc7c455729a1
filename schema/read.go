package schema

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/lazy"
	"frontdesk/schema/rule"
)

// The forms of the names in a type file.
var (
	typeName    = lazy.Regexp(`^[a-z][a-z0-9-]{0,39}$`)
	fieldName   = lazy.Regexp(`^[a-z][a-z0-9_]{0,39}$`)
	stateName   = lazy.Regexp(`^[a-z][a-z0-9_-]{0,39}$`)
	ruleName    = typeName
	folderName  = typeName
	prefixName  = lazy.Regexp(`^[A-Z][A-Z0-9]{1,7}$`)
	audienceTxt = lazy.Regexp(`^(public|staff|team:[A-Za-z0-9][A-Za-z0-9._-]{0,63})$`)
)

// useKind says what a name in a type file must be the name of.
type useKind uint8

const (
	useField useKind = iota
	useTime          // a field of format date-time
	useState
	useType
	useSection // a heading
	useText    // a text of the user's own
)

// use is a name in a type file that must be known.
type use struct {
	kind useKind
	name string
	what string // where it stands, for the message: "columns"
	span diag.Span
}

// reader reads one type file and collects what is wrong with it.
type reader struct {
	path  string
	env   *rule.Env
	known []string // the names of the built-in types
	ds    []diag.Diagnostic
	uses  []use
	at    *diag.Span // where to report what the file inherits; nil: where it stands
}

func (r *reader) fail(id diag.RuleID, span diag.Span, hint, format string, args ...any) {
	if r.at != nil {
		span, format = *r.at, "inherited: "+format
	}
	r.ds = append(r.ds, diag.New(id, diag.Error, r.path, span, format, args...).WithHint("%s", hint))
}

func (r *reader) use(kind useKind, v *records.Value, what string) {
	r.uses = append(r.uses, use{kind: kind, name: v.Text, what: what, span: v.Span})
}

// keys calls read for each known key of a map and reports the others. It
// returns false where the value is no map.
func (r *reader) keys(v *records.Value, what string, known []string, read func(p records.Pair)) bool {
	if v == nil || v.Kind != records.Map {
		r.wrongKind(v, what, wantMap)
		return false
	}
	for _, p := range v.Pairs {
		switch {
		case slices.Contains(known, p.Key):
			read(p)
		case !strings.HasPrefix(p.Key, "x_"):
			r.unknownKey(p, what, known)
		}
	}
	return true
}

func (r *reader) unknownKey(p records.Pair, what string, known []string) {
	r.fail(RuleTypeKey, p.KeySpan, cmp.Or(didYouMean(p.Key, known), "known keys: "+strings.Join(known, ", ")), "%s has no key %q", what, p.Key)
}

func (r *reader) wrongKind(v *records.Value, what, want string) {
	if v == nil {
		r.fail(RuleParse, diag.At(1), kindHint(want, v), "%s is empty; it must be %s", what, want)
		return
	}
	r.fail(RuleBadValue, v.Span, kindHint(want, v), "%s is %s; it must be %s", what, kindName(v.Kind), want)
}

// The kinds of values that keys of a type file have, for messages.
const (
	wantMap  = "a map"
	wantList = "a list"
	wantText = "text"
	wantFlag = "true or false"
)

// kindHint says how to write a value of the kind that is wanted.
func kindHint(want string, v *records.Value) string {
	switch {
	case want == wantMap:
		return "write it like {key: value}"
	case want == wantList:
		return "write it like [one, two]"
	case want == wantText && v != nil && v.IsScalar() && !v.IsNull():
		return "put quotes around it: " + quote(v.Text)
	case want == wantText:
		return "write some words, or leave the key out"
	}
	return "write " + want
}

// text returns a string. Numbers and booleans must be quoted to be one.
func (r *reader) text(v *records.Value, what string) string {
	if v.Kind != records.String {
		r.wrongKind(v, what, wantText)
		return ""
	}
	return v.Text
}

// name returns a string of the form.
func (r *reader) name(v *records.Value, what string, form *regexp.Regexp) string {
	s := r.text(v, what)
	if s != "" && !form.MatchString(s) {
		r.fail(RuleName, v.Span, formHint(form), "%s %q does not match %s", what, cut(s), form)
		return ""
	}
	return s
}

// formHint gives an example of a name of the form.
func formHint(form *regexp.Regexp) string {
	switch form {
	case fieldName():
		return "write it like starts_at"
	case stateName():
		return "write it like on-hold"
	case prefixName():
		return "write it like VIS"
	case clockName():
		return "write it like resolution"
	}
	return "write it like vendor-visit"
}

// choice returns a string that is one of the allowed ones.
func (r *reader) choice(v *records.Value, what string, allowed []string) string {
	s := r.text(v, what)
	if s != "" && !slices.Contains(allowed, s) {
		r.fail(RuleBadValue, v.Span, cmp.Or(didYouMean(s, allowed), "write one of these"), "%s %q is not one of %s", what, cut(s), strings.Join(allowed, ", "))
		return ""
	}
	return s
}

func (r *reader) flag(v *records.Value, what string) bool {
	if v.Kind != records.Bool {
		r.wrongKind(v, what, wantFlag)
	}
	return v.Kind == records.Bool && v.Text == "true"
}

func (r *reader) audience(v *records.Value) Audience {
	s := r.text(v, "audience")
	if s != "" && !audienceTxt().MatchString(s) {
		r.fail(RuleBadValue, v.Span, cmp.Or(didYouMean(s, []string{"public", "staff"}), "write one of these, for example team:network"), "audience %q is not one of public, staff, team:NAME", cut(s))
		return ""
	}
	return Audience(s)
}

// items returns the values of a list; what names it for messages.
func (r *reader) items(v *records.Value, what string) []*records.Value {
	if v.Kind != records.List {
		r.wrongKind(v, what, wantList)
		return nil
	}
	return v.Items
}

// names returns a list of names, each once, and notes that each must be known.
func (r *reader) names(v *records.Value, what string, kind useKind) []string {
	var out []string
	for _, item := range r.items(v, what) {
		s := r.text(item, what)
		switch {
		case s == "":
		case slices.Contains(out, s):
			r.fail(RuleConflict, item.Span, "remove one of the two", "%s names %q twice", what, cut(s))
		default:
			out = append(out, s)
			r.use(kind, item, what)
		}
	}
	return out
}

// kindName names the kind of a value with its article.
func kindName(k records.Kind) string {
	switch k {
	case records.Null:
		return "empty"
	case records.Int:
		return "an integer"
	case records.String:
		return "text"
	}
	return "a " + k.String()
}

// quote writes a text of the user's for a message: on one line, not too long,
// its special characters escaped.
func quote(s string) string { return fmt.Sprintf("%q", cut(s)) }

// cut shortens a text for a message.
func cut(s string) string {
	const most = 60
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}
