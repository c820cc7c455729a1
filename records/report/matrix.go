package report

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"frontdesk/records/figure"
)

// footnotes are the notes of a table, each told once.
type footnotes struct{ texts []string }

// mark returns the mark of a note, "" for none.
func (n *footnotes) mark(text string) string {
	if text == "" {
		return ""
	}
	i := slices.Index(n.texts, text)
	if i < 0 {
		i, n.texts = len(n.texts), append(n.texts, text)
	}
	return " [" + strconv.Itoa(i+1) + "]"
}

// matrix is figures of one family below one another: "Time to resolve" with its mean,
// median and 90th percentile.
type matrix struct {
	head []string
	rows [][]string
}

// leastTitle is how much the titles of a family have in common at least, in bytes.
const leastTitle = 4

// families takes runs of figures that share the beginning of their ids, such as
// time_to_resolve.mean and time_to_resolve.median, out of numbers. Those with one set of
// columns stand in one matrix. none are the titles of those that have nothing to count.
func families(fs []Figure, notes *footnotes) (rest []Figure, ms []*matrix, none []string) {
	for len(fs) > 0 {
		n := 1
		for n < len(fs) && stem(fs[n].ID) == stem(fs[0].ID) && len(familyTitle(fs[:n+1])) >= leastTitle {
			n++
		}
		switch family := fs[:n]; {
		case n < 3:
			n = 1
			if isNothing(fs[0]) {
				none = append(none, fs[0].Title)
			} else {
				rest = append(rest, fs[0])
			}
		case !slices.ContainsFunc(family, func(f Figure) bool { return !isNothing(f) }):
			none = append(none, familyTitle(family))
		default:
			ms = addRow(ms, family, notes)
		}
		fs = fs[n:]
	}
	return rest, ms, none
}

// familyTitle is what the titles of a family begin with.
func familyTitle(fs []Figure) string {
	title := fs[0].Title
	for _, f := range fs[1:] {
		title = commonPrefix(title, f.Title)
	}
	return strings.TrimRight(title, " ,:")
}

// stem is an id without its last part.
func stem(id string) string {
	if i := strings.LastIndexByte(id, '.'); i > 0 {
		return id[:i]
	}
	return id
}

// addRow adds the row of a family to the last matrix if that has its columns, else to a
// new one.
func addRow(ms []*matrix, fs []Figure, notes *footnotes) []*matrix {
	title := familyTitle(fs)
	row, head := []string{title}, []string{""}
	most := 0
	for _, f := range fs {
		head = append(head, strings.TrimLeft(strings.TrimPrefix(f.Title, title), " ,:"))
		row = append(row, Words(f.Value, f.Unit))
		most = max(most, f.N)
	}
	head = append(head, "of")
	row = append(row, figure.Thousands(most)+notes.mark(fs[0].Note))
	if len(ms) == 0 || !slices.Equal(ms[len(ms)-1].head, head) {
		ms = append(ms, &matrix{head: head})
	}
	last := ms[len(ms)-1]
	last.rows = append(last.rows, row)
	return ms
}

func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && !utf8.RuneStart(a[n-1]) {
		n--
	}
	return a[:n]
}

// isNothing reports whether there is nothing to say of a figure.
func isNothing(f Figure) bool { return f.Value == nil && f.N == 0 }
