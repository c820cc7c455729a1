package intake

import (
	"fmt"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// Mapping says how the rows of a foreign table become records. It is made by
// Parse and must not be changed.
type Mapping struct {
	Path        string       // of the mapping file
	Type        records.Type // of the records that rows become
	Source      string       // name of the foreign system, kept in each record
	Description string

	events   bool // many rows per record, ordered; else one
	file     layout
	missing  map[string]bool // cells that say nothing
	clock    clock
	only     []condition // rows that are read; others are left out on purpose
	unfold   []unfolding // events that each row tells of; none: it is one
	id       spec
	order    []orderKey
	fields   []spec
	log      *logSpec
	body     []spec
	imported []spec
	ignore   []column
	root     *records.Value
}

// layout says how the file holds its rows.
type layout struct {
	delimiter rune // 0: found out from the header
	unquoted  bool // quotes are text like any other
	encoding  Encoding
	member    string   // pattern of the file's name in an archive
	skip      int      // lines before the header
	header    []string // column names of a file without a header line
}

// column names a column of the file: by its position from 1, or by its name,
// "name#2" being the second of that name.
type column struct {
	name     string
	position int
	span     diag.Span
}

// orderKind is how two cells of an order column are compared.
type orderKind string

const (
	byNumber orderKind = "number"
	byTime   orderKind = "time"
	byText   orderKind = "text"
	byRank   orderKind = "ranks" // by their place in a list; those not in it come last
	byNewest orderKind = "file"  // later rows of the file come first
)

type orderKey struct {
	column column
	kind   orderKind
	ranks  map[string]int // by lower-case cell
}

// spec says how one value is made from a row.
type spec struct {
	name      string // of the field, section or key
	span      diag.Span
	columns   []column   // of a plain column: one; of templates: all, in order
	templates []template // the first whose columns all have a value; none for a plain column
	constant  *choice
	clean     []Step
	values    map[string]choice // by lower-case cell
	others    *choice           // what values does not list becomes
	keep      bool              // what values does not list stays
	fallback  *choice           // what a missing value becomes
	split     string
	item      int             // which part of a split cell counts, from 1, or from the end (-1); 0: all
	nothing   map[string]bool // lower-case cells that mean nothing here
	when      []condition     // rows on which the value counts; none: all
	kind      string          // of values below imported
	clock     *clock          // where it differs from the mapping's
	clears    bool            // a missing cell clears the value
	first     bool            // the first row that says anything counts, not the last
	cut       int             // longest text, in characters; 0: no limit
	ref       *refSpec
}

// choice is a value that the mapping spells out; without text it clears.
type choice struct {
	text *string
	span diag.Span
}

// refSpec says what becomes of a name that no record has.
type refSpec struct {
	create bool
	title  *template // nil: the name as the source spells it
	fields []records.Pair
	span   diag.Span
}

// logSpec says what the record's log is made from.
type logSpec struct {
	at, by     spec
	track      []string // nil: every mapped field that the type tracks
	spans      []diag.Span
	all        bool     // every row makes a line, also one that changes nothing
	stamps     []string // time fields that entering a state sets
	stampSpans []diag.Span
}

// allSpecs returns every spec of the mapping that reads cells.
func (m *Mapping) allSpecs() []*spec {
	out := []*spec{&m.id}
	for _, list := range [][]spec{m.fields, m.body, m.imported} {
		for i := range list {
			out = append(out, &list[i])
		}
	}
	if m.log != nil {
		out = append(out, &m.log.at, &m.log.by)
	}
	return out
}

// field returns the spec of a field, nil where the mapping sets none.
func (m *Mapping) field(name string) *spec {
	for i := range m.fields {
		if m.fields[i].name == name {
			return &m.fields[i]
		}
	}
	return nil
}

// WithFile returns the mapping for a file that is written otherwise than the
// mapping says: delimiter as ParseDelimiter takes it, encoding utf-8 or
// windows-1252, member a pattern of the file's name in an archive. What is ""
// stays as the mapping says.
func (m *Mapping) WithFile(delimiter, encoding, member string) (*Mapping, error) {
	out := *m
	if delimiter != "" {
		comma, err := ParseDelimiter(delimiter)
		if err != nil {
			return nil, err
		}
		out.file.delimiter = comma
	}
	switch enc := Encoding(encoding); enc {
	case "":
	case UTF8, Windows1252:
		out.file.encoding = enc
	default:
		return nil, fmt.Errorf("the encoding %q is not one of %s, %s", encoding, UTF8, Windows1252)
	}
	if member != "" {
		out.file.member = member
	}
	return &out, nil
}
