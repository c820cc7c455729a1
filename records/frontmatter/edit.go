package frontmatter

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
)

// Edit replaces the bytes from Start to End of a record's source.
type Edit struct {
	Start, End int
	Text       string
}

// Apply makes the edits, which must not overlap. Insertions at the same place are
// made in the order given, and before what is there is replaced.
func Apply(src []byte, edits ...Edit) ([]byte, error) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		if e.Start < at || e.End < e.Start || e.End > len(src) {
			return nil, fmt.Errorf("apply edit at byte %d: it overlaps another or lies outside the file", e.Start)
		}
		out.Write(src[at:e.Start])
		out.WriteString(e.Text)
		at = e.End
	}
	out.Write(src[at:])
	return out.Bytes(), nil
}

// Set returns the edit that gives a top-level key a value. A key that is there
// keeps its place and its comment; a new one goes where order, the type's
// fields as declared, puts it.
func Set(r *records.Record, key string, v *records.Value, order []string) Edit {
	p := r.Fields.Pair(key)
	if p == nil {
		at := insertAt(r, key, order)
		var b strings.Builder
		writeEntry(&b, key, v)
		return Edit{Start: at, End: at, Text: b.String()}
	}
	old, src := p.Value, string(r.Source)
	switch {
	case isBlock(old, src) || old.IsNull():
		return replaceBlock(src, p, v)
	case !roomForBlock(src, old.End):
		return Edit{Start: old.Start, End: old.End, Text: inline(v, false)}
	}
	return Edit{Start: old.Start, End: lineEnd(src, old.End), Text: topLevel(v)} // as in replaceBlock
}

// isBlock reports whether a value is laid out over lines by its indentation.
func isBlock(v *records.Value, src string) bool {
	if v.Kind == records.List || v.Kind == records.Map {
		return !v.Flow
	}
	return v.Quoted && v.End > v.Start && (src[v.Start] == '|' || src[v.Start] == '>')
}

// replaceBlock replaces all from the key's colon to the end of the value and
// keeps comments that stand between the two.
func replaceBlock(src string, p *records.Pair, v *records.Value) Edit {
	colon := p.End + strings.IndexByte(src[p.End:], ':') + 1
	end := max(p.Value.End, colon)
	text := topLevel(v)
	if v.IsNull() {
		text = "null"
	}
	between := ""
	if p.Value.Start > colon {
		between = strings.TrimSpace(src[colon:p.Value.Start])
	}
	if between != "" || !roomForBlock(src, end) {
		text = inline(v, false)
	} else {
		end = lineEnd(src, end) // blanks would end up in a block
	}
	if between != "" {
		text += "  " + between
	}
	return Edit{Start: colon, End: end, Text: " " + text}
}

// Delete returns the edit that removes a top-level key with its lines; ok is
// false where there is no such key.
func Delete(r *records.Record, key string) (e Edit, ok bool) {
	p := r.Fields.Pair(key)
	if p == nil {
		return Edit{}, false
	}
	return Edit{Start: p.Start, End: entryEnd(r, p)}, true
}

// Append returns the edit that adds an item to the list of a top-level key, and
// makes the list where there is none.
func Append(r *records.Record, key string, item *records.Value, order []string) (Edit, error) {
	p := r.Fields.Pair(key)
	if p == nil || p.Value.IsNull() || (p.Value.Kind == records.List && len(p.Value.Items) == 0) {
		list := &records.Value{Kind: records.List, Flow: item.Kind != records.Map, Items: []*records.Value{item}}
		return setList(r, p, key, list, order), nil
	}
	list := p.Value
	if list.Kind != records.List {
		return Edit{}, fmt.Errorf("append to %s: it is a %s, not a list", key, list.Kind)
	}
	last := list.Items[len(list.Items)-1]
	if list.Flow {
		return Edit{Start: last.End, End: last.End, Text: ", " + Inline(item)}, nil
	}
	src := string(r.Source)
	indent := strings.Repeat(" ", list.Span.Start.Column-1)
	at := lineEnd(src, max(last.End-1, last.Start)) + 1
	return Edit{Start: at, End: at, Text: indent + "- " + Inline(item) + "\n"}, nil
}

// RemoveItem returns the edit that removes the item with the index from the list
// of a top-level key: with its comma in brackets, with its lines otherwise.
func RemoveItem(r *records.Record, key string, index int) (Edit, error) {
	list := r.Get(key)
	if list == nil || list.Kind != records.List || index < 0 || index >= len(list.Items) {
		return Edit{}, fmt.Errorf("remove item %d of %s: there is no such item", index, key)
	}
	src, item := string(r.Source), list.Items[index]
	switch {
	case !list.Flow:
		start := strings.LastIndexByte(src[:item.Start], '\n') + 1
		return Edit{Start: start, End: min(lineEnd(src, max(item.End, item.Start))+1, frontEnd(r, -1))}, nil
	case index+1 < len(list.Items):
		return Edit{Start: item.Start, End: list.Items[index+1].Start}, nil
	case index > 0:
		return Edit{Start: list.Items[index-1].End, End: item.End}, nil
	}
	return Edit{Start: item.Start, End: item.End}, nil
}

// setList writes a list where the key is absent, null or an empty list.
func setList(r *records.Record, p *records.Pair, key string, list *records.Value, order []string) Edit {
	if p == nil || list.Flow {
		return Set(r, key, list, order)
	}
	var b strings.Builder
	writeEntry(&b, key, list)
	return Edit{Start: p.Start, End: entryEnd(r, p), Text: b.String()}
}

// insertAt returns where a new key goes: after the last key there is that order
// puts before it, else before the first that order puts after it, else last.
func insertAt(r *records.Record, key string, order []string) int {
	place := slices.Index(order, key)
	at := -1
	for i := range r.Fields.Pairs {
		p := &r.Fields.Pairs[i]
		if n := slices.Index(order, p.Key); n >= 0 && n < place {
			at = entryEnd(r, p)
		}
	}
	if at >= 0 || place < 0 {
		return max(at, frontEnd(r, at))
	}
	for i := range r.Fields.Pairs {
		if slices.Index(order, r.Fields.Pairs[i].Key) > place {
			return r.Fields.Pairs[i].Start
		}
	}
	return frontEnd(r, -1)
}

// frontEnd returns the offset of the closing line, or at if that is set.
func frontEnd(r *records.Record, at int) int {
	if at >= 0 {
		return at
	}
	return len(r.Source) - len(r.Body) - len(fence)
}

// entryEnd returns the offset of the line after a top-level entry and the
// indented comments below it, which belong to it.
func entryEnd(r *records.Record, p *records.Pair) int {
	src, last := string(r.Source), frontEnd(r, -1)
	next := lineEnd(src, max(p.Value.End, p.End)) + 1
	for next < last && src[next] == ' ' && strings.HasPrefix(strings.TrimLeft(src[next:], " "), "#") {
		next = lineEnd(src, next) + 1
	}
	return min(next, last)
}

// roomForBlock reports whether a block of text may end at the offset: nothing
// follows on the line, and no indented comment that would become part of it.
func roomForBlock(src string, at int) bool {
	end := lineEnd(src, at)
	if strings.TrimSpace(src[at:end]) != "" {
		return false
	}
	rest := strings.TrimLeft(src[end:], "\n")
	return rest == "" || rest[0] != ' ' && rest[0] != '\t'
}

func lineEnd(src string, at int) int {
	if i := strings.IndexByte(src[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(src)
}
