// Package frontmatter provides the form of a record's file: bytes to record and
// back, and edits that change the bytes they mean and no others. It must not
// know what fields mean, nor read or write files.
package frontmatter

import (
	"bytes"
	"errors"
	"strings"

	"github.com/adrg/frontmatter"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/markdown"
	"frontdesk/records/yaml"
)

// MaxBody is the size of the longest body that is read, in bytes.
const MaxBody = 1 << 20

// MaxFile is the size of the longest record file that is read, in bytes.
const MaxFile = yaml.MaxBytes + MaxBody

const fence = "---\n"

// The rules on the form of a record's file.
const (
	RuleOpening  diag.RuleID = "parse/front-matter"
	RuleConflict diag.RuleID = "parse/conflict-marker"
	RuleMap      diag.RuleID = "parse/no-map"
)

// Parse reads a record's file. The record is nil where the front matter cannot
// be read; the diagnostics say why. A fault in the body alone is reported and
// leaves the record readable. The id is the one that the front matter states.
func Parse(path string, typ records.Type, src []byte) (*records.Record, []diag.Diagnostic) {
	front, body, d := split(path, src)
	if d != nil {
		return nil, []diag.Diagnostic{*d}
	}
	fields, ds := yaml.Parse(path, front, yaml.Base{Line: 2, Offset: len(fence)})
	if fields == nil && len(ds) == 0 {
		fields = &records.Value{Kind: records.Map, Span: diag.At(2), Start: len(fence), End: len(fence)}
	}
	if fields == nil {
		return nil, ds
	}
	if fields.Kind != records.Map || fields.Flow {
		return nil, append(ds, diag.New(RuleMap, diag.Error, path, fields.Span,
			"the front matter is a %s; it must be lines of the form key: value", fields.Kind))
	}
	if len(fields.Pairs) > 0 && fields.Span.Start.Column > 1 {
		return nil, append(ds, diag.New(RuleMap, diag.Error, path, fields.Span, "the keys of the front matter are indented").
			WithHint("let each key begin its line"))
	}
	r := &records.Record{
		Type: typ, ID: records.ID(fields.Get(records.FieldID).String()), Path: path,
		Source: src, Fields: fields, Body: string(body), BodyLine: 3 + bytes.Count(front, []byte("\n")),
	}
	if d, ok := yaml.CheckText(path, r.Body, r.BodyLine); !ok {
		ds = append(ds, d)
	}
	return r, ds
}

// split cuts a file into front matter and body with the front-matter library,
// and accepts only what that library and every other one cut alike.
func split(path string, src []byte) (front, body []byte, d *diag.Diagnostic) {
	if d := precheck(path, src); d != nil {
		return nil, nil, d
	}
	capture := frontmatter.NewFormat("---", "---", func(data []byte, _ any) error {
		front = bytes.Clone(data)
		return nil
	})
	body, err := frontmatter.MustParse(bytes.NewReader(src), nil, capture)
	if err != nil && !errors.Is(err, frontmatter.ErrNotFound) {
		return nil, nil, opening(path, 1, "the front matter cannot be read: "+err.Error(), "")
	}
	if err != nil {
		return nil, nil, opening(path, 1, "the front matter has no closing line", `end the front matter with a line that is exactly "---"`)
	}
	end := len(fence) + len(front)
	if !bytes.HasPrefix(src[end:], []byte(fence)) || end+len(fence)+len(body) != len(src) {
		line := 2 + bytes.Count(front, []byte("\n"))
		return nil, nil, opening(path, line, "the closing line of the front matter is not exactly \"---\"", "remove the blanks around it and end the line with a line feed")
	}
	return front, body, nil
}

func opening(path string, line int, message, hint string) *diag.Diagnostic {
	d := diag.New(RuleOpening, diag.Error, path, diag.At(line), "%s", message).WithHint("%s", hint)
	return &d
}

func precheck(path string, src []byte) *diag.Diagnostic {
	if len(src) > MaxFile {
		d := diag.New(yaml.RuleSize, diag.Error, path, diag.Span{}, "the file is %d bytes long; at most %d are read", len(src), MaxFile).
			WithHint("move long text into an attachment beside the record")
		return &d
	}
	if d := conflict(path, src); d != nil {
		return d
	}
	if bytes.HasPrefix(src, []byte(fence)) {
		return nil
	}
	first, _, _ := bytes.Cut(src, []byte("\n"))
	if d, ok := yaml.CheckText(path, string(first)+"\n", 1); !ok {
		return &d
	}
	switch text := string(bytes.TrimSpace(first)); {
	case len(src) == 0:
		return opening(path, 1, "the file is empty", `a record begins with front matter between two lines that are exactly "---"`)
	case strings.HasPrefix(text, "---"):
		return opening(path, 1, "the first line is not exactly \"---\"", "remove what stands around the three dashes")
	}
	return opening(path, 1, "the file does not begin with front matter", `the first line must be exactly "---"`)
}

// conflict finds the markers that an unfinished merge leaves. What begins within
// a fenced code block of the body is text that shows some.
func conflict(path string, src []byte) *diag.Diagnostic {
	at := markerAt(src, "<<<<<<< ")
	if body := bodyStart(src); at >= body {
		prose := markdown.WithoutFences(string(src[body:]))
		if at = markerAt([]byte(prose), "<<<<<<< "); at >= 0 {
			at += body
		}
	}
	if at < 0 || markerAt(src[at:], "=======") < 0 || markerAt(src[at:], ">>>>>>> ") < 0 {
		return nil
	}
	line := 1 + bytes.Count(src[:at], []byte("\n"))
	d := diag.New(RuleConflict, diag.Error, path, diag.At(line), "the file holds an unresolved merge conflict").
		WithHint("choose what stands between the markers, remove the markers, then run git add on the file")
	return &d
}

// bodyStart returns the offset behind the first line that may close the front
// matter, the file's length where there is none.
func bodyStart(src []byte) int {
	closing := []byte("\n" + fence)
	if i := bytes.Index(src, closing); i >= 0 && bytes.HasPrefix(src, []byte(fence)) {
		return i + len(closing)
	}
	return len(src)
}

func markerAt(src []byte, marker string) int {
	if bytes.HasPrefix(src, []byte(marker)) {
		return 0
	}
	if i := bytes.Index(src, []byte("\n"+marker)); i >= 0 {
		return i + 1
	}
	return -1
}
