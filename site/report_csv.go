package site

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"strconv"
	"strings"

	"frontdesk/records/figure"
	"frontdesk/records/plain"
)

// reportFiles makes the CSV files of all figures that differ from those of the last
// build, and returns what all of them are. Several may be written at once.
func (v *view) reportFiles(ctx context.Context, last map[string]digest, write func(name string, data []byte) error) (map[string]digest, error) {
	var all []*figured
	for _, r := range v.reports {
		all = append(all, r.figures...)
	}
	hidden := v.hiddenRefs()
	sums, failed := make([]digest, len(all)), make([]error, len(all))
	err := parallel(ctx, len(all), func(n int) {
		data := all[n].csvFile(hidden)
		if sums[n] = sum(data); last[all[n].csv] != sums[n] {
			failed[n] = write(all[n].csv, data)
		}
	})
	out := map[string]digest{}
	for n, f := range all {
		out[f.csv] = sums[n]
		err = cmp.Or(err, failed[n])
	}
	return out, err
}

// hiddenRefs are the names of the records that readers may not see: no file holds one,
// whatever a report says.
func (v *view) hiddenRefs() map[string]bool {
	out := map[string]bool{}
	for _, it := range v.all {
		if it.Hidden {
			out[it.Ref()], out[string(it.ID)] = true, true
		}
	}
	return out
}

// What a line of a CSV file is about.
const (
	valueLine  = "value"
	rowLine    = "row"
	groupLine  = "group"
	recordLine = "record"
)

// csvFile is all that is known of a figure, a line each: its values or rows, its groups,
// and the records behind it. No cell can be taken for a formula.
func (f *figured) csvFile(hidden map[string]bool) []byte {
	var buf bytes.Buffer
	out := csv.NewWriter(&buf)
	unit := cell(string(f.Unit))
	n := strconv.Itoa(f.N)
	rows, _ := f.Value.([]figure.Row)
	names := sortedNames(rows)
	head := []string{"part", "key", "value", "unit", "n"}
	for _, name := range names {
		head = append(head, cell(name))
	}
	line := func(cells ...string) {
		_ = out.Write(append(cells, make([]string, len(head)-len(cells))...)) // a buffer takes all
	}
	line(head...)
	f.writeValues(line, rows, names, unit, n)
	for _, g := range f.Groups {
		line(groupLine, cell(g.Key), raw(g.Value), unit, strconv.Itoa(g.N))
	}
	out.Flush()
	tail := strings.Repeat(",", len(head)-2) + "\n"
	for _, ref := range f.Records {
		if !hidden[ref] {
			writeRef(&buf, ref, tail)
		}
	}
	for _, r := range rows {
		for _, ref := range r.Records {
			if !hidden[ref] {
				line(recordLine, cell(ref), cell(r.Name))
			}
		}
	}
	out.Flush()
	return buf.Bytes()
}

func (f *figured) writeValues(line func(...string), rows []figure.Row, names []string, unit, n string) {
	es := valuesByKey(f.Value)
	switch {
	case f.Shape == figure.List || rows != nil:
		for _, r := range rows {
			cells := []string{rowLine, cell(r.Name), cell(r.Words), "", strconv.Itoa(len(r.Records))}
			for _, name := range names {
				cells = append(cells, rowCell(r.Values[name]))
			}
			line(cells...)
		}
	case len(es) > 0:
		for _, e := range es {
			line(valueLine, cell(e.key), raw(e.value), unit, n)
		}
	default:
		line(valueLine, "", raw(f.Value), unit, n)
	}
}

func rowCell(v any) string {
	if _, ok := numeric(v); ok {
		return raw(v)
	}
	if v == nil {
		return ""
	}
	return cell(cellWords(v))
}

// cell is a text as it stands in a CSV file.
func cell(s string) string { return plain.CSV(plain.Line(s)) }

// writeRef writes a line for a record. Nearly all of a site's report files is such lines,
// and nearly all names of records need no quoting.
func writeRef(buf *bytes.Buffer, ref, tail string) {
	buf.WriteString(recordLine + ",")
	if isPlainRef(ref) {
		buf.WriteString(ref)
	} else {
		buf.WriteString(`"` + strings.ReplaceAll(cell(ref), `"`, `""`) + `"`)
	}
	buf.WriteString(tail)
}

func isPlainRef(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '/', c == '_', c == '.', c == '-' && i > 0:
		default:
			return false
		}
	}
	return s != ""
}
