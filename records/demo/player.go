package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"frontdesk/records"
	"frontdesk/records/markdown"
	"frontdesk/records/tree"
	"frontdesk/records/write"
	"frontdesk/schema/signers"
)

// player performs steps on an open desk and hands what they wrote to the
// history.
type player struct {
	tree    *tree.Tree
	history *history
}

// perform plays all steps into the folder.
func perform(ctx context.Context, dir string, steps []step, h *history) error {
	t, err := tree.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	p := &player{tree: t, history: h}
	signed := false
	for _, s := range steps {
		if err := p.step(ctx, s); err != nil {
			return err
		}
		if typ, _ := records.SplitRef(s.actions[0].target); !signed && s.actions[0].verb == verbNew && typ == "person" {
			if err := p.letSign(dir, steps); err != nil {
				return err
			}
			signed = true
		}
	}
	return nil
}

// letSign adds to the open commit, which brought the people, who of them may sign.
// From then on nobody's rights change without approval.
func (p *player) letSign(dir string, steps []step) error {
	data, err := signersFile(steps)
	if err != nil {
		return fmt.Errorf("make signers: %w", err)
	}
	if err := writeFile(dir, signers.FileName, data); err != nil {
		return fmt.Errorf("make signers: %w", err)
	}
	p.history.add(signers.FileName, data)
	return nil
}

func (p *player) step(ctx context.Context, s step) error {
	p.history.begin(s)
	for i, a := range s.actions {
		w := &write.Writer{Tree: p.tree, By: s.by, Now: s.at, Random: strings.NewReader(""), Durability: tree.Fast}
		message, err := p.act(ctx, w, a)
		if err != nil {
			return fmt.Errorf("play %s: %s %s: %w", a.where, a.verb, a.target, explain(err))
		}
		if i == 0 {
			p.history.say(message)
		}
	}
	return nil
}

// act performs one action, adds what it wrote to the open commit, and returns a
// message for that.
func (p *player) act(ctx context.Context, w *write.Writer, a action) (string, error) {
	if a.verb == verbApprove {
		files, message, err := p.approve(w, a)
		for _, f := range files {
			p.history.add(f.Path, f.Data)
		}
		return message, err
	}
	r, message, err := p.action(ctx, w, a)
	if err != nil {
		return "", err
	}
	p.history.wrote(r)
	return message, nil
}

// explain puts the findings for which a change was refused into the error: here
// they are faults of the scenario.
func explain(err error) error {
	refused := (*write.RefusedError)(nil)
	if !errors.As(err, &refused) {
		return err
	}
	var all []string
	for _, d := range refused.Diagnostics {
		all = append(all, fmt.Sprintf("%s [%s]", d.Message, d.Rule))
	}
	return fmt.Errorf("refused: %s", strings.Join(all, "; "))
}

// action performs one action and returns the record as it is afterwards, and a
// commit message that tells it.
func (p *player) action(ctx context.Context, w *write.Writer, a action) (*records.Record, string, error) {
	switch a.verb {
	case verbNew:
		return p.create(ctx, w, a)
	case verbEdit:
		return p.edit(ctx, w, a)
	case verbComment, verbNote:
		c, err := w.Comment(ctx, a.target, a.text, a.verb == verbNote)
		if err != nil {
			return nil, "", err
		}
		words := map[verb]string{verbComment: "comment", verbNote: "work note"}
		return c.After, fmt.Sprintf("%s: %s", c.After.ID, words[a.verb]), nil
	}
	c, err := w.Set(ctx, a.target, a.fields...)
	if err != nil {
		return nil, "", err
	}
	return c.After, fmt.Sprintf("%s: %s", c.After.ID, c.Summary()), nil
}

func (p *player) create(ctx context.Context, w *write.Writer, a action) (*records.Record, string, error) {
	typ, id := records.SplitRef(a.target)
	c, err := w.New(ctx, write.Spec{Type: typ, ID: id, Folder: a.folder, Fields: a.fields, Text: a.text})
	if err != nil {
		return nil, "", err
	}
	r, err := p.rewrite(c.After, a)
	return r, fmt.Sprintf("%s: new %s: %s", id, typ, c.After.Title()), err
}

// edit does what a person does in an editor, and then assigns the fields.
func (p *player) edit(ctx context.Context, w *write.Writer, a action) (*records.Record, string, error) {
	name, err := write.Find(p.tree, a.target)
	if err != nil {
		return nil, "", err
	}
	r, _ := p.tree.LoadOne(name)
	if r == nil {
		return nil, "", fmt.Errorf("%s cannot be read", name.Path)
	}
	if r, err = p.rewrite(r, a); err != nil || len(a.fields) == 0 {
		return r, fmt.Sprintf("%s: edited", name.ID), err
	}
	c, err := w.Set(ctx, a.target, a.fields...)
	if err != nil {
		return nil, "", err
	}
	return c.After, fmt.Sprintf("%s: %s", name.ID, c.Summary()), nil
}

// rewrite gives sections of a record a text and replaces words, and writes the
// file. It returns the record as it is then.
func (p *player) rewrite(r *records.Record, a action) (*records.Record, error) {
	body := r.Body
	for _, s := range a.sections {
		var err error
		if body, err = fill(body, s.key, s.value); err != nil {
			return nil, err
		}
	}
	for _, s := range a.replace {
		if strings.Count(body, s.key) != 1 {
			return nil, fmt.Errorf("the text %q does not stand there exactly once", s.key)
		}
		body = strings.Replace(body, s.key, s.value, 1)
	}
	if body == r.Body {
		return r, nil
	}
	src := []byte(string(r.Source[:len(r.Source)-len(r.Body)]) + body)
	if err := p.tree.Write(r.Path, r.Source, src, tree.Fast); err != nil {
		return nil, err
	}
	after, ds := p.tree.LoadOne(tree.Name{Type: r.Type, ID: r.ID, Path: r.Path})
	if after == nil || len(ds) > 0 {
		return nil, fmt.Errorf("%s cannot be read once it is edited: %v", r.Path, ds)
	}
	return after, nil
}

// fill puts text in place of what stands in a section.
func fill(body, heading, text string) (string, error) {
	for _, s := range markdown.Parse(body, 1).Sections {
		if s.Heading == heading {
			rest := body[s.End:]
			if rest != "" {
				rest = "\n" + rest
			}
			return body[:s.Start] + "\n" + strings.Trim(text, "\n") + "\n" + rest, nil
		}
	}
	return "", fmt.Errorf("there is no section %q", heading)
}
