package write

import (
	"context"
	"fmt"
	"io"
	"path"
	"strings"

	"frontdesk/records"
	"frontdesk/records/frontmatter"
	"frontdesk/records/markdown"
	"frontdesk/records/plain"
	"frontdesk/schema"
	"frontdesk/schema/workflow"
)

// Spec describes a record to be made.
type Spec struct {
	Type   records.Type
	ID     records.ID // "" makes one: random, or from the title for slug ids
	Folder string     // below the type's folder, for types whose folders are free
	Fields []Assignment
	Text   string // for the first section, or the body of a type without sections
}

// randomLength is the length of the random part of an id; it grows by one after
// every few ids that are taken.
const randomLength = 4

// crockford are the digits of Crockford's base 32, without I, L, O and U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// New makes a record.
func (w *Writer) New(ctx context.Context, s Spec) (*Change, error) {
	t := w.Tree.Types.Get(s.Type)
	switch {
	case w.By == "":
		return nil, ErrNoActor
	case t == nil:
		return nil, fmt.Errorf("no such type: %q", s.Type)
	}
	return w.lock(ctx, func() (*Change, error) { return w.create(t, s) })
}

func (w *Writer) create(t *schema.Type, s Spec) (*Change, error) {
	d := &draft{typ: t, changes: map[string]*records.Value{}}
	w.defaults(d, s.Fields)
	if err := w.assign(d, s.Fields); err != nil {
		return nil, err
	}
	id, p, err := w.place(t, s, d)
	if err != nil {
		return nil, err
	}
	d.put(records.FieldID, records.NewString(string(id)))
	c := &Change{Type: t, Fields: d.changed()}
	if n := len(s.Text) - len(plain.Text(s.Text)); n > 0 {
		c.Notes = append(c.Notes, fmt.Sprintf("%d bytes of control characters were left out of the text", n))
	}
	return w.finish(c, frontmatter.Format(w.pairs(d), closedBody(t, plain.Text(s.Text))), p)
}

// closedBody is newBody with a text that does not hide the sections after it: one
// with an open code fence or HTML comment is quoted.
func closedBody(t *schema.Type, text string) string {
	body := newBody(t, text)
	if len(markdown.Parse(body, 1).Sections) < len(t.Body.Sections) {
		return newBody(t, markdown.Quote(strings.Trim(text, "\n")))
	}
	return body
}

// defaults lays the type's first state, with what entering it brings, and the
// default values of its fields over the draft.
func (w *Writer) defaults(d *draft, given []Assignment) {
	for _, f := range d.typ.Fields {
		if f.Default != nil {
			d.put(f.Name, f.Default)
		}
	}
	if len(d.typ.States) == 0 {
		return
	}
	first := d.typ.States[0].Name
	d.put(records.FieldState, records.NewString(string(first)))
	for _, a := range given {
		d.given = append(d.given, a.Field)
	}
	w.apply(d, workflow.Enter(d.typ, d, first, w.at()))
}

// pairs lists the draft's fields as declared, the log last.
func (w *Writer) pairs(d *draft) []records.Pair {
	var out []records.Pair
	for _, name := range d.changed() {
		out = append(out, records.Pair{Key: name, Value: d.changes[name]})
	}
	if event := workflow.Event(d.typ, nil, d, w.at(), w.By); event != nil {
		log := &records.Value{Kind: records.List, Items: []*records.Value{event}}
		out = append(out, records.Pair{Key: records.FieldLog, Value: log})
	}
	return out
}

// place chooses the id and the path of a new record.
func (w *Writer) place(t *schema.Type, s Spec, d *draft) (records.ID, string, error) {
	opened := w.at()
	if at, ok := records.ParseTime(d.Get("opened_at").String()); ok {
		opened = at
	}
	id := s.ID
	if id == "" && t.Scheme == schema.Month {
		random, err := w.randomID(t)
		if err != nil {
			return "", "", err
		}
		id = random
	}
	if id == "" && t.Scheme == schema.Slug {
		id = records.ID(Slug(d.Get(records.FieldTitle).String()))
	}
	if id == "" {
		return "", "", &FieldError{Field: "id", Message: fmt.Sprintf("a new %s needs one", t.Name), Hint: "give it with --id, for example the tag on the device"}
	}
	if err := t.CheckID(id); err != nil {
		return "", "", &FieldError{Field: "id", Message: err.Error()}
	}
	p := t.NewPath(id, opened, w.Tree.Desk.Shard)
	if s.Folder != "" && t.Scheme == schema.Month {
		return "", "", &FieldError{Field: "id", Message: fmt.Sprintf("%s/%s names a folder, and %s lie in that of their month", s.Folder, id, t.Plural), Hint: "give --id " + string(id)}
	}
	if s.Folder != "" {
		folder, err := checkFolder(s.Folder)
		if err != nil {
			return "", "", err
		}
		p = path.Join(path.Dir(p), folder, path.Base(p))
	}
	return id, p, w.unused(t, id)
}

// unused refuses an id that a record of the type has already, in whatever case.
// Random ids are unused as such.
func (w *Writer) unused(t *schema.Type, id records.ID) error {
	if t.Scheme == schema.Month && t.Prefix != "" && strings.HasPrefix(string(id), t.Prefix+"-") {
		return nil // Write refuses a path that is taken
	}
	for _, n := range w.Tree.Names(t.Name) {
		if strings.EqualFold(string(n.ID), string(id)) {
			return &FieldError{Field: "id", Message: fmt.Sprintf("%q is taken by %s", id, n.Path), Hint: "choose another with --id"}
		}
	}
	return nil
}

func (w *Writer) randomID(t *schema.Type) (records.ID, error) {
	month := w.at().UTC().Format("0601")
	for try := range 40 {
		buf := make([]byte, randomLength+try/4)
		if _, err := io.ReadFull(w.Random, buf); err != nil {
			return "", fmt.Errorf("make id: %w", err)
		}
		for i, b := range buf {
			buf[i] = crockford[b%32]
		}
		id := records.ID(t.Prefix + "-" + month + "-" + string(buf))
		if !w.Tree.Exists(t.NewPath(id, w.at(), w.Tree.Desk.Shard)) {
			return id, nil
		}
	}
	return "", fmt.Errorf("make id: every id that was tried is taken")
}

// checkFolder cleans a folder that a person named below a type's folder.
func checkFolder(folder string) (string, error) {
	clean := strings.Trim(path.Clean(folder), "/")
	for part := range strings.SplitSeq(clean, "/") {
		if Slug(part) != part {
			return "", &FieldError{Field: "folder", Message: fmt.Sprintf("%q is not made of names in lower case, such as network/vpn", folder)}
		}
	}
	return clean, nil
}

// Slug makes a name in lower case of a title: "Reset a token" -> "reset-a-token".
func Slug(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
	slug := strings.Join(words, "-")
	if len(slug) > 48 {
		slug = strings.TrimRight(slug[:48], "-")
	}
	return slug
}

// newBody writes the type's sections with their hints as comments, the text in
// the first one.
func newBody(t *schema.Type, text string) string {
	text = strings.Trim(text, "\n")
	if len(t.Body.Sections) == 0 {
		if text == "" {
			text = strings.Trim(t.Body.Template, "\n")
		}
		return "\n" + text + "\n"
	}
	var b strings.Builder
	for i, s := range t.Body.Sections {
		b.WriteString("\n## " + s.Heading + "\n")
		switch {
		case i == 0 && text != "":
			b.WriteString("\n" + text + "\n")
		case s.Hint != "" && !s.Append:
			b.WriteString("\n<!-- " + strings.ReplaceAll(s.Hint, "--", "–") + " -->\n")
		}
	}
	return b.String()
}

// SplitFolder cuts "network/vpn/reset-token" into the folder and the id.
func SplitFolder(s string) (folder string, id records.ID) {
	i := strings.LastIndexByte(s, '/')
	return strings.Trim(s[:max(i, 0)], "/"), records.ID(s[i+1:])
}
