package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// input puts together what a verdict rests on, but for what people said and did.
func (s *session) input(ctx context.Context, b *bundle, t *touch) (*approval.Input, error) {
	if err := s.load(ctx, b.law); err != nil {
		return nil, err
	}
	template, err := s.template(ctx, b.law, t)
	if err != nil {
		return nil, err
	}
	return &approval.Input{
		Type: t.typ, Record: t.after, Before: t.before, Target: s.target,
		Desk: b.law.tree.Desk, Types: b.law.tree.Types, Set: b.law.set, People: b.law.people,
		Parts: t.parts, Template: template, Riding: b.riding(s.prefix), AsOf: s.o.AsOf,
	}, nil
}

// verdict judges, and says whether the record's window is open.
func (s *session) verdict(ctx context.Context, b *bundle, t *touch, in *approval.Input) (*Case, error) {
	c := &Case{Type: s.typeNow(b, t), Record: in.Record, Before: t.before, Input: in, Needed: isNeeded(t), Open: true, law: b.law}
	if s.book != nil {
		c.Conflicts = s.book.Of(in.Record)
		in.Conflicts = c.Conflicts
	}
	c.Verdict = approval.Judge(in)
	refuseUnseen(c.Verdict, b, t)
	if s.book != nil && in.Type.Policy.Window != nil {
		c.Open, c.Why, c.Next = s.book.Open(in.Record, s.o.AsOf)
	}
	if category := in.Type.Category(in.Record); category != "" && !category.IsOpen() {
		c.Open, c.Why = false, fmt.Sprintf("it is %s: its work is done", in.Record.State())
	}
	return c, ctx.Err()
}

// refuseUnseen holds up a record by which trusted files change and which nobody has
// approved: what others are judged by does not go ahead in an emergency, no template
// stands for it, and no rule that asks for nobody lets it pass.
func refuseUnseen(v *approval.Verdict, b *bundle, t *touch) {
	isTrusted := slices.ContainsFunc(t.files, func(p string) bool { return slices.Contains(b.trusted, p) })
	someone := slices.ContainsFunc(v.Rules, func(r approval.RuleVerdict) bool { return len(r.By) > 0 })
	if isTrusted && (v.State == approval.Ahead || v.State == approval.Approved && !someone) {
		v.State = approval.Pending
		v.Reasons = append([]string{"it changes what others are judged by, which somebody has to approve before: " + strings.Join(b.trusted, ", ")}, v.Reasons...)
	}
}

// typeNow returns the type as the result has it, which a change to types may have
// made another.
func (s *session) typeNow(b *bundle, t *touch) *schema.Type {
	if !slices.ContainsFunc(b.trusted, func(p string) bool {
		p, inDesk := s.inDesk(p)
		return inDesk && (p == tree.ConfigFile || strings.HasPrefix(p, tree.TypesFolder+"/"))
	}) {
		return t.typ
	}
	files, err := s.files(context.Background(), b.to)
	if err != nil {
		return t.typ
	}
	now, err := tree.OpenFS(s.root, files)
	if err != nil || now.Types.Get(t.typ.Name) == nil {
		return t.typ
	}
	return now.Types.Get(t.typ.Name)
}

// template finds the template that a record refers to, and whether that is approved
// itself; nil where it refers to none.
func (s *session) template(ctx context.Context, law *trusted, t *touch) (*approval.Template, error) {
	st := t.typ.Policy.Standard
	if st == nil || s.nesting > 0 {
		return nil, nil
	}
	ref := t.after.Text(st.Template)
	if ref == "" {
		return nil, nil
	}
	out := &approval.Template{}
	name, id := records.SplitRef(ref)
	if f := t.typ.Field(st.Template); name == "" && f != nil {
		name = f.Ref
	}
	out.Type = law.tree.Types.Get(name)
	if out.Type == nil {
		out.Reason = fmt.Sprintf("the target has no type %q", name)
		return out, nil
	}
	names := slices.DeleteFunc(law.tree.Names(name), func(n tree.Name) bool { return n.ID != id })
	if len(names) != 1 {
		out.Reason = fmt.Sprintf("the target has %d templates called %q", len(names), id)
		return out, nil
	}
	if out.Record, _ = law.tree.LoadOne(names[0]); out.Record == nil {
		out.Reason = "it cannot be read"
		return out, nil
	}
	if out.Type.Policy == nil {
		out.Reason = fmt.Sprintf("the type %s has no policy, so that nobody has to approve a template", name)
		return out, nil
	}
	return out, s.judgeTemplate(ctx, law, names[0], out)
}

// judgeTemplate finds out whether a template is approved on the trusted commit.
func (s *session) judgeTemplate(ctx context.Context, law *trusted, n tree.Name, out *approval.Template) error {
	inner := *s
	inner.nesting, inner.tip, inner.book, inner.rep, inner.parted = 1, law, nil, &Report{}, map[string][]string{}
	inner.o.Reviews, inner.o.Assume, inner.o.Ignore, inner.o.Opener = nil, nil, nil, nil
	c, err := inner.landed(ctx, landing{record: out.Record, name: n})
	switch {
	case errors.Is(err, ErrNoRecord):
		out.Reason = "the target does not have it"
		return nil
	case err != nil:
		return err
	}
	out.Approved = c.Verdict.State == approval.Approved
	if !out.Approved {
		out.Reason = "the template itself is not approved: " + strings.Join(append(slices.Clone(c.Verdict.Reasons), string(c.Verdict.State))[:1], "; ")
	}
	return nil
}
