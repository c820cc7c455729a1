package main

import (
	"fmt"
	"strings"

	"frontdesk/records"
	"frontdesk/records/history"
	"frontdesk/records/markdown"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
)

// textDiff writes a line for each record and file.
func textDiff(d *history.Difference) string {
	var b strings.Builder
	asIs := func(s string) string { return s }
	for _, r := range d.Records {
		b.WriteString(plain.Line(fmt.Sprintf("%s (%s) %s: %s", r.Name.ID, r.Name.Type, r.Title(), recordWords(&r, asIs))) + "\n")
	}
	for _, f := range d.Files {
		b.WriteString(plain.Line(fileWords(f, asIs)) + "\n")
	}
	return b.String()
}

// recordWords tells what changed about a record.
func recordWords(r *history.RecordDiff, quote func(string) string) string {
	var parts []string
	state := func(rec *records.Record, before string) {
		if rec != nil && rec.State() != "" {
			parts = append(parts, before+quote(string(rec.State())))
		}
	}
	switch r.Action {
	case history.Added:
		parts = append(parts, "added")
		state(r.After, "state ")
	case history.Removed:
		parts = append(parts, "removed")
		state(r.Before, "state was ")
	}
	if r.OldPath != "" {
		parts = append(parts, "moved from "+quote(r.OldPath))
	}
	switch {
	case r.Unread && r.Action == history.Changed && r.After == nil:
		parts = append(parts, "it cannot be read any more")
	case r.Unread && r.Action == history.Changed:
		parts = append(parts, "it could not be read before")
	case r.Unread:
		parts = append(parts, "it cannot be read")
	case r.Action == history.Changed && len(r.Changes) == 0 && r.OldPath == "":
		parts = append(parts, "written in another form; it says the same")
	case r.Action == history.Changed:
		for _, c := range r.Changes {
			parts = append(parts, c.Words(quote))
		}
	}
	return strings.Join(parts, "; ")
}

// fileWords tells what changed about a file beside the records.
func fileWords(f history.FileDiff, quote func(string) string) string {
	words := string(f.Action)
	switch {
	case f.Action == history.Changed && f.Plus+f.Minus > 0:
		words = fmt.Sprintf("edited (%s added, %d removed)", count(f.Plus, "line"), f.Minus)
	case f.Plus+f.Minus > 0:
		words += " (" + count(f.Plus+f.Minus, "line") + ")"
	}
	kind := "file "
	name, isType := strings.CutPrefix(f.Path, tree.TypesFolder+"/")
	switch name, isYAML := strings.CutSuffix(name, ".yaml"); {
	case f.Path == tree.ConfigFile:
		kind = "configuration "
	case isType && isYAML:
		kind = "type " + quote(name) + " in "
	}
	return kind + quote(f.Path) + ": " + words
}

// markdownDiff writes a list item for each record and file.
func markdownDiff(d *history.Difference) string {
	var b strings.Builder
	if len(d.Records)+len(d.Files) == 0 {
		return "No record changed.\n"
	}
	for _, r := range d.Records {
		title := ""
		if r.Title() != "" {
			title = " " + codeSpan(r.Title())
		}
		b.WriteString(fmt.Sprintf("- **%s** (%s)%s: %s\n", codeSpan(string(r.Name.ID)), codeSpan(string(r.Name.Type)), title, recordWords(&r, codeSpan)))
	}
	for _, f := range d.Files {
		b.WriteString("- " + fileWords(f, codeSpan) + "\n")
	}
	return b.String()
}

// codeSpan writes untrusted text as code in Markdown, in which nothing is a
// link, an image, HTML, a mention of somebody or the number of an issue.
func codeSpan(text string) string {
	text = strings.TrimSpace(plain.Line(text))
	if text == "" {
		return ""
	}
	return markdown.CodeSpan(text)
}
