package history

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"frontdesk/records"
	"frontdesk/records/markdown"
	"frontdesk/schema"
)

// longText is how many characters a value may have to be told as a whole. Longer
// ones, and those of several lines, are told by the lines that differ.
const longText = 80

// Compare tells in which fields, log lines, sections and entries two versions of
// a record differ, in the order of the type's fields, then other keys as they
// stand, then the body. Form does not count: quotes, the order of keys, blank
// lines around a text. One of the versions may be nil: a record that is new, or
// gone. t is the type as it is now; nil knows no field.
func Compare(t *schema.Type, before, after *records.Record) []Change {
	var out []Change
	if before != nil && after != nil && before.Type != after.Type {
		out = append(out, Change{Part: PartType, Action: Changed, Old: records.NewString(string(before.Type)), New: records.NewString(string(after.Type))})
	}
	a, b := fieldsOf(before), fieldsOf(after)
	for _, key := range keys(t, a, b) {
		if c, ok := compareField(fieldOf(t, key), key, a.Get(key), b.Get(key)); ok {
			out = append(out, c)
		}
	}
	return append(out, compareBody(bodyOf(before), bodyOf(after))...)
}

func fieldsOf(r *records.Record) *records.Value {
	if r == nil {
		return nil
	}
	return r.Fields
}

func bodyOf(r *records.Record) string {
	if r == nil {
		return ""
	}
	return r.Body
}

func fieldOf(t *schema.Type, key string) *schema.Field {
	if t == nil {
		return nil
	}
	return t.Field(key)
}

// keys returns all keys of both versions: those that the type declares in its
// order, then others as the newer version has them, then those that are gone.
func keys(t *schema.Type, before, after *records.Value) []string {
	var out []string
	seen := map[string]bool{}
	add := func(key string) {
		if !seen[key] && (before.Pair(key) != nil || after.Pair(key) != nil) {
			out = append(out, key)
		}
		seen[key] = true
	}
	if t != nil {
		for _, f := range t.Fields {
			add(f.Name)
		}
	}
	for _, v := range []*records.Value{after, before} {
		if v == nil {
			continue
		}
		for _, p := range v.Pairs {
			add(p.Key)
		}
	}
	return out
}

// isSame reports whether two values of a field mean the same.
func isSame(f *schema.Field, v, w *records.Value) bool {
	return v.Equal(w) || f != nil && f.Equal(v, w)
}

func compareField(f *schema.Field, key string, v, w *records.Value) (Change, bool) {
	if isSame(f, v, w) && (v == nil) == (w == nil) {
		return Change{}, false
	}
	c := Change{Part: PartField, Name: key, Action: actionOf(v.IsNull(), w.IsNull()), Old: v, New: w}
	switch {
	case key == records.FieldLog && isListOrNull(v) && isListOrNull(w):
		c.Part = PartLog
		c.Added, c.Removed, c.Altered = compareLog(itemsOf(v), itemsOf(w))
	case isListOrNull(v) && isListOrNull(w):
		c.Added, c.Removed = compareItems(f, itemsOf(v), itemsOf(w))
	case isLong(v) || isLong(w):
		c.Plus, c.Minus = countLines(v.String(), w.String())
	}
	return c, true
}

// actionOf tells what becomes of something that is missing before or after.
func actionOf(missingBefore, missingAfter bool) Action {
	switch {
	case missingBefore && !missingAfter:
		return Added
	case missingAfter && !missingBefore:
		return Removed
	}
	return Changed
}

func isListOrNull(v *records.Value) bool { return v.IsNull() || v.Kind == records.List }

func isLong(v *records.Value) bool {
	return v.IsScalar() && (len(v.Text) > longText || strings.Contains(strings.TrimRight(v.Text, "\n"), "\n"))
}

func itemsOf(v *records.Value) []*records.Value {
	if v.IsNull() {
		return nil
	}
	return v.Items
}

// compareItems tells which items a list has more and fewer, wherever they stand.
func compareItems(f *schema.Field, before, after []*records.Value) (added, removed []*records.Value) {
	key := canonical
	if f != nil && f.Ref != "" {
		key = func(v *records.Value) string { // 0042 and "0042" name the same record
			if v.IsScalar() {
				return v.Text
			}
			return canonical(v)
		}
	}
	return unmatched(before, after, match(before, after, key))
}

// pairing says which item of the newer list each of the older is, and the other
// way round; -1 is none.
type pairing struct{ forward, back []int }

// match pairs items of two lists that have a key in common, each once, in their
// order. The first key pairs first. "" is no key.
func match(before, after []*records.Value, keys ...func(v *records.Value) string) pairing {
	p := pairing{forward: slices.Repeat([]int{-1}, len(before)), back: slices.Repeat([]int{-1}, len(after))}
	same := 0 // lists mostly grow at their end
	for same < min(len(before), len(after)) && before[same].Equal(after[same]) {
		p.forward[same], p.back[same] = same, same
		same++
	}
	for _, key := range keys {
		if same == len(before) || same == len(after) {
			return p
		}
		free := map[string][]int{}
		for i, v := range before {
			if p.forward[i] < 0 {
				free[key(v)] = append(free[key(v)], i)
			}
		}
		delete(free, "")
		for j, v := range after {
			if p.back[j] >= 0 {
				continue
			}
			if k := key(v); len(free[k]) > 0 {
				p.forward[free[k][0]], p.back[j] = j, free[k][0]
				free[k] = free[k][1:]
			}
		}
	}
	return p
}

// canonical writes a value so that equal values, and no others, are written
// alike.
func canonical(v *records.Value) string {
	var b strings.Builder
	writeCanonical(&b, v)
	return b.String()
}

func writeCanonical(b *strings.Builder, v *records.Value) {
	if v.IsNull() {
		b.WriteString("null")
		return
	}
	fmt.Fprintf(b, "%d%q(", v.Kind, v.Text)
	for _, item := range v.Items {
		writeCanonical(b, item)
		b.WriteByte(',')
	}
	for _, p := range slices.SortedFunc(slices.Values(v.Pairs), func(p, q records.Pair) int { return strings.Compare(p.Key, q.Key) }) {
		fmt.Fprintf(b, "%q:", p.Key)
		writeCanonical(b, p.Value)
		b.WriteByte(',')
	}
	b.WriteByte(')')
}

func unmatched(before, after []*records.Value, p pairing) (added, removed []*records.Value) {
	for j, v := range after {
		if p.back[j] < 0 {
			added = append(added, v)
		}
	}
	for i, v := range before {
		if p.forward[i] < 0 {
			removed = append(removed, v)
		}
	}
	return added, removed
}

// compareLog tells which lines a log has more and fewer, and how many tell of an
// event that was there in another way.
func compareLog(before, after []*records.Value) (added, removed []*records.Value, altered int) {
	p := matchLog(before, after)
	for i, j := range p.forward {
		if j >= 0 && !before[i].Equal(after[j]) {
			altered++
		}
	}
	added, removed = unmatched(before, after, p)
	return added, removed, altered
}

// matchLog pairs the lines of two logs: those that are equal, then those of the
// same time and author, of the same time, and those that differ in their time
// alone.
func matchLog(before, after []*records.Value) pairing {
	return match(before, after, canonical, byTimeAndAuthor, byTime, byRest)
}

// byTime, byTimeAndAuthor and byRest are by what a log line is known again where
// it was altered.
func byTime(v *records.Value) string { return v.Get("at").String() }

func byTimeAndAuthor(v *records.Value) string {
	at, by := v.Get("at").String(), v.Get("by").String()
	if at == "" || by == "" {
		return ""
	}
	return at + " " + by
}

func byRest(v *records.Value) string {
	if v == nil || v.Kind != records.Map {
		return ""
	}
	rest := &records.Value{Kind: records.Map}
	for _, p := range v.Pairs {
		if p.Key != "at" {
			rest.Pairs = append(rest.Pairs, p)
		}
	}
	return canonical(rest)
}

// countLines counts the lines that differ between two texts.
func countLines(before, after string) (plus, minus int) {
	text := func(s string) []byte {
		if s = strings.Trim(s, "\n"); s == "" {
			return nil
		}
		return []byte(s + "\n")
	}
	out := diff.Diff("before", text(before), "after", text(after))
	_, out, _ = bytes.Cut(out, []byte("\n@@"))
	for line := range bytes.Lines(out) {
		switch line[0] {
		case '+':
			plus++
		case '-':
			minus++
		}
	}
	return plus, minus
}

// piece is a part of a body that is compared as a whole.
type piece struct {
	part    Part
	heading string // of the section
	entry   *markdown.Entry
	text    string
}

// is reports whether two pieces are the same part of the body, whatever their
// text.
func (p piece) is(q piece) bool {
	return p.part == q.part && p.heading == q.heading && (p.entry == nil || p.entry.Heading == q.entry.Heading)
}

// pieces cuts a body into what stands before the sections, the sections without
// their entries, and the entries.
func pieces(body string) []piece {
	b := markdown.Outline(body, 1)
	var out []piece
	if lead := strings.Trim(b.Preamble, "\n"); len(b.Sections) == 0 || strings.TrimSpace(lead) != "" {
		out = append(out, piece{part: PartText, text: lead})
	}
	for _, s := range b.Sections {
		own, at := "", s.Start
		var entries []piece
		for _, e := range s.Entries {
			if !e.Valid {
				continue // a heading within the text
			}
			own += body[at:headOf(body, e)]
			at = e.End
			entries = append(entries, piece{part: PartEntry, heading: s.Heading, entry: &e, text: e.Text(body)})
		}
		own += body[at:s.End]
		out = append(out, piece{part: PartSection, heading: s.Heading, text: strings.Trim(own, "\n")})
		out = append(out, entries...)
	}
	return out
}

// headOf returns where the line of an entry's heading begins.
func headOf(body string, e markdown.Entry) int {
	return strings.LastIndexByte(body[:max(e.Start-1, 0)], '\n') + 1
}

// compareBody compares bodies piece by piece, in the order of the newer one;
// what is gone comes last.
func compareBody(before, after string) []Change {
	if before == after {
		return nil
	}
	old, now := pieces(before), pieces(after)
	var out []Change
	taken := make([]bool, len(old))
	last, moved := -1, false
	for _, p := range now {
		i := find(old, taken, p)
		if i < 0 {
			out = appendPiece(out, p, piece{part: p.part}, p)
			continue
		}
		taken[i], moved, last = true, moved || i < last, i
		out = appendPiece(out, p, old[i], p)
	}
	for i, p := range old {
		if !taken[i] {
			out = appendPiece(out, p, p, piece{part: p.part})
		}
	}
	if moved {
		out = append(out, Change{Part: PartOrder, Action: Changed})
	}
	return out
}

// find returns the first piece that is the same part and not taken yet, with the
// same text if there is one; -1 is none.
func find(pieces []piece, taken []bool, p piece) int {
	found := -1
	for i, q := range pieces {
		if taken[i] || !p.is(q) {
			continue
		}
		if q.text == p.text {
			return i
		}
		if found < 0 {
			found = i
		}
	}
	return found
}

// appendPiece adds how a piece differs, if it does. An empty section is as good
// as none: new records have their sections, empty.
func appendPiece(out []Change, what, before, after piece) []Change {
	if before.text == after.text && (what.entry == nil || before.entry != nil && after.entry != nil) {
		return out
	}
	c := Change{Part: what.part, Name: what.heading, Action: actionOf(isBlank(before), isBlank(after))}
	c.Plus, c.Minus = countLines(before.text, after.text)
	if what.entry != nil {
		c.At, c.By, c.Heading = what.entry.At, what.entry.By, what.entry.Heading
	}
	return append(out, c)
}

func isBlank(p piece) bool { return p.entry == nil && strings.TrimSpace(p.text) == "" }
