package history

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"frontdesk/records"
)

// Bounds of what a change quotes.
const (
	shownItems = 10 // of a list; the rest is counted
	shownText  = 80 // characters of a value in a list or map
)

// String tells the change in words: "state new -> in-progress", "2 assets
// added: LT-1, LT-2", "Description edited (1 line added, 2 removed)", "comment by
// lee added". It is untrusted text, as is all that records hold.
func (c Change) String() string { return c.Words(func(s string) string { return s }) }

// Words is String with every text that comes from the record passed through
// quote.
func (c Change) Words(quote func(string) string) string {
	w := words{quote}
	switch c.Part {
	case PartType:
		return "type " + w.step(c.Old, c.New)
	case PartField:
		return w.field(c)
	case PartLog:
		return w.log(c)
	case PartText:
		return w.edited("text", c)
	case PartSection:
		return w.edited(quote(c.Name), c)
	case PartEntry:
		return w.entry(c)
	}
	return "sections stand in another order"
}

// words writes changes; quote marks what comes from records.
type words struct{ quote func(string) string }

func (w words) field(c Change) string {
	name := w.quote(c.Name)
	switch {
	case len(c.Added)+len(c.Removed) > 0:
		return w.items(c)
	case isLong(c.Old) || isLong(c.New):
		return w.edited(name, c)
	case c.Old == nil && c.New.IsNull():
		return name + " added without a value"
	case c.New.IsNull() && c.Old.IsNull():
		return name + " removed; it had no value"
	case c.New.IsNull():
		return name + " cleared, was " + w.value(c.Old)
	case c.Old.IsNull():
		return name + " " + w.value(c.New)
	case c.Old.Kind == records.List && c.New.Kind == records.List:
		return name + " stand in another order"
	case c.Old.Kind == records.Map && c.New.Kind == records.Map:
		return w.pairs(c)
	}
	return name + " " + w.step(c.Old, c.New)
}

// step writes two values. Where they differ in their kind alone it is named.
func (w words) step(v, u *records.Value) string {
	before, after := w.value(v), w.value(u)
	if before == after {
		before, after = before+" ("+v.Kind.String()+")", after+" ("+u.Kind.String()+")"
	}
	return before + " -> " + after
}

// items writes what a list has more and fewer.
func (w words) items(c Change) string {
	var parts []string
	add := func(items []*records.Value, done string) {
		switch len(items) {
		case 0:
		case 1:
			parts = append(parts, fmt.Sprintf("%s %s: %s", w.quote(c.Name), done, w.list(items)))
		default:
			parts = append(parts, fmt.Sprintf("%d %s %s: %s", len(items), w.quote(c.Name), done, w.list(items)))
		}
	}
	add(c.Added, "added")
	add(c.Removed, "removed")
	return strings.Join(parts, ", ")
}

func (w words) list(items []*records.Value) string {
	var parts []string
	for _, v := range items[:min(len(items), shownItems)] {
		parts = append(parts, w.value(v))
	}
	if n := len(items) - shownItems; n > 0 {
		return strings.Join(parts, ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(parts, ", ")
}

// pairs writes how a map differs, key by key.
func (w words) pairs(c Change) string {
	var parts []string
	for _, key := range keys(nil, c.Old, c.New) {
		if inner, ok := compareField(nil, key, c.Old.Get(key), c.New.Get(key)); ok {
			parts = append(parts, w.field(inner))
		}
	}
	return w.quote(c.Name) + " (" + strings.Join(parts, ", ") + ")"
}

func (w words) log(c Change) string {
	var parts []string
	add := func(n int, done string) {
		if n > 0 && len(parts) == 0 {
			parts = append(parts, count(n, "line")+" "+done)
		} else if n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+done)
		}
	}
	add(len(c.Added), "added")
	add(c.Altered, "altered")
	add(len(c.Removed), "removed")
	switch {
	case len(parts) == 0 && c.Action == Added:
		return "log added, without lines"
	case len(parts) == 0 && c.Action == Removed:
		return "log removed; it had no lines"
	case len(parts) == 0:
		return "log: lines stand in another order"
	}
	return "log: " + strings.Join(parts, ", ")
}

// edited writes how a text differs.
func (w words) edited(name string, c Change) string {
	switch c.Action {
	case Added:
		return fmt.Sprintf("%s added (%s)", name, count(c.Plus, "line"))
	case Removed:
		return fmt.Sprintf("%s removed (%s)", name, count(c.Minus, "line"))
	}
	return name + " edited" + lines(c)
}

func lines(c Change) string {
	switch {
	case c.Plus > 0 && c.Minus > 0:
		return fmt.Sprintf(" (%s added, %d removed)", count(c.Plus, "line"), c.Minus)
	case c.Plus > 0:
		return fmt.Sprintf(" (%s added)", count(c.Plus, "line"))
	case c.Minus > 0:
		return fmt.Sprintf(" (%s removed)", count(c.Minus, "line"))
	}
	return ""
}

// entry writes what became of a comment or note.
func (w words) entry(c Change) string {
	by := " by " + w.quote(c.By) + " "
	end := string(c.Action)
	if c.Action == Changed {
		end = "edited" + lines(c)
	}
	if one, ok := singular(c.Name); ok {
		return w.quote(one) + by + end
	}
	return "entry in " + w.quote(c.Name) + by + end
}

// singular makes "comment" of "Comments". ok is false for headings that do not
// look like an English plural.
func singular(heading string) (string, bool) {
	one, ok := strings.CutSuffix(heading, "s")
	if !ok || one == "" || strings.HasSuffix(one, "s") {
		return "", false
	}
	return strings.ToLower(one[:1]) + one[1:], one[0] < utf8.RuneSelf
}

// value writes a value on as little room as it takes to know it again.
func (w words) value(v *records.Value) string {
	text := []rune(flat(v))
	if len(text) > shownText {
		return w.quote(string(text[:shownText]) + "…")
	}
	return w.quote(string(text))
}

// flat writes a value in one piece: items by commas, keys before their values.
func flat(v *records.Value) string {
	switch {
	case v.IsNull():
		return "none"
	case v.IsScalar() && v.Text == "":
		return `""`
	case v.IsScalar():
		return v.Text
	case len(v.Items)+len(v.Pairs) == 0:
		return "an empty " + v.Kind.String()
	}
	var parts []string
	for _, item := range v.Items {
		parts = append(parts, flat(item))
	}
	for _, p := range v.Pairs {
		parts = append(parts, p.Key+" "+flat(p.Value))
	}
	return strings.Join(parts, ", ")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
