package index

import (
	"encoding/binary"

	"frontdesk/records/diag"
)

// appendDiagnostics encodes findings on one file. Its path is written as "".
func appendDiagnostics(dst []byte, ds []diag.Diagnostic) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(ds)))
	for _, d := range ds {
		own := d.Path
		dst = append(dst, byte(d.Severity))
		dst = appendText(dst, string(d.Rule))
		dst = appendSpan(dst, d.Span)
		for _, s := range []string{d.Message, d.Hint, d.Record, d.Field, d.Line} {
			dst = appendText(dst, s)
		}
		dst = binary.AppendUvarint(dst, uint64(len(d.Notes)))
		for _, n := range d.Notes {
			if n.Path == own {
				n.Path = ""
			}
			dst = appendText(appendSpan(appendText(dst, n.Path), n.Span), n.Message)
		}
	}
	return dst
}

func appendSpan(dst []byte, s diag.Span) []byte {
	for _, n := range []int{s.Start.Line, s.Start.Column, s.End.Line, s.End.Column} {
		dst = binary.AppendUvarint(dst, uint64(n))
	}
	return dst
}

// diagnostics decodes findings; those on the file itself have no path yet.
func (r *reader) diagnostics() []diag.Diagnostic {
	n := r.count()
	if n == 0 {
		return nil
	}
	ds := make([]diag.Diagnostic, 0, n)
	for range n {
		d := diag.Diagnostic{Severity: diag.Severity(r.byte()), Rule: diag.RuleID(r.text()), Span: r.span()}
		if d.Severity > diag.Error {
			r.fail()
			return nil
		}
		d.Message, d.Hint, d.Record, d.Field, d.Line = r.text(), r.text(), r.text(), r.text(), r.text()
		for range r.count() {
			d.Notes = append(d.Notes, diag.Note{Path: r.text(), Span: r.span(), Message: r.text()})
		}
		ds = append(ds, d)
	}
	return ds
}

func (r *reader) span() diag.Span {
	var n [4]int
	for i := range n {
		v := r.uvarint()
		if v > 1<<31 {
			r.fail()
		}
		n[i] = int(v)
	}
	return diag.Span{Start: diag.Position{Line: n[0], Column: n[1]}, End: diag.Position{Line: n[2], Column: n[3]}}
}

// placed gives findings on a file its path.
func placed(path string, ds []diag.Diagnostic) []diag.Diagnostic {
	for i := range ds {
		ds[i].Path = path
		for j := range ds[i].Notes {
			if ds[i].Notes[j].Path == "" {
				ds[i].Notes[j].Path = path
			}
		}
	}
	return ds
}
