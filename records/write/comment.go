package write

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"frontdesk/records"
	"frontdesk/records/markdown"
	"frontdesk/records/plain"
	"frontdesk/schema"
)

// Comment adds an entry to the comments of a record, or to its internal work
// notes. A section that is missing is added in its place.
func (w *Writer) Comment(ctx context.Context, part, text string, internal bool) (*Change, error) {
	clean := strings.Trim(plain.Text(text), "\n")
	if strings.TrimSpace(clean) == "" {
		return nil, &FieldError{Field: "comment", Message: "the text is empty"}
	}
	return w.lock(ctx, func() (*Change, error) {
		r, t, err := w.load(part)
		if err != nil {
			return nil, err
		}
		s := entrySection(t, internal)
		if s == nil {
			return nil, fmt.Errorf("%s has no section for %s", t.Name, kindOfComment(internal))
		}
		if err := w.checkEntry(r, s.Heading); err != nil {
			return nil, err
		}
		body := ensureSection(r.Body, t, s.Heading)
		body, err = markdown.AppendEntry(body, s.Heading, w.at(), w.By, clean)
		if errors.Is(err, markdown.ErrNoSection) {
			return nil, fmt.Errorf("%s holds the section %q more than once, or hides it in a code fence; mend it first", r.Path, s.Heading)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Path, err)
		}
		c := &Change{Before: r, Type: t}
		if n := len(text) - len(plain.Text(text)); n > 0 {
			c.Notes = append(c.Notes, fmt.Sprintf("%d bytes of control characters were left out of the text", n))
		}
		front := string(r.Source[:len(r.Source)-len(r.Body)])
		return w.finish(c, []byte(front+body), r.Path)
	})
}

// checkEntry refuses to write an entry that is stated to be from before the record, or from
// before the last entry: they stand in order.
func (w *Writer) checkEntry(r *records.Record, heading string) error {
	if w.When.IsZero() {
		return nil
	}
	if opened, ok := r.Time("opened_at"); ok && w.When.Before(opened) {
		return &FieldError{Field: "comment", Message: "it would be from before the record was opened, at " + records.FormatTime(opened), Hint: "give a later time"}
	}
	for _, s := range markdown.Parse(r.Body, 1).Sections {
		if n := len(s.Entries); s.Heading == heading && n > 0 && s.Entries[n-1].At.After(w.When) {
			return &FieldError{Field: "comment", Message: "the last entry is of " + records.FormatTime(s.Entries[n-1].At) + ", and older ones cannot be added behind it", Hint: "give a later time, or edit the text by hand"}
		}
	}
	return nil
}

func kindOfComment(internal bool) string {
	if internal {
		return "work notes"
	}
	return "comments"
}

// entrySection returns the section whose entries are only ever added: the one
// for staff, or the one that the requester reads.
func entrySection(t *schema.Type, internal bool) *schema.Section {
	for i := range t.Body.Sections {
		s := &t.Body.Sections[i]
		if s.Append && (s.Audience != "" && s.Audience != schema.Public) == internal {
			return s
		}
	}
	return nil
}

// ensureSection adds a section that the body lacks, before those that the type
// puts after it.
func ensureSection(body string, t *schema.Type, heading string) string {
	have := markdown.Parse(body, 1)
	after := false
	for _, want := range t.Body.Sections {
		for _, s := range have.Sections {
			switch {
			case s.Heading == heading:
				return body
			case after && s.Heading == want.Heading:
				return strings.TrimRight(body[:s.Head], "\n") + "\n\n## " + heading + "\n\n" + body[s.Head:]
			}
		}
		after = after || want.Heading == heading
	}
	return markdown.AppendSection(body, heading)
}
