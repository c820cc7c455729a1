package gate

import (
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// guard names the files that change with no record that covers them, and must not:
// those that policies guard, and, once somebody can sign, those on which approvals
// rest.
func (s *session) guard(b *bundle) error {
	for _, d := range b.deltas {
		guarded, err := s.isGuarded(b, d)
		if err != nil {
			return err
		}
		if guarded && !slices.Contains(s.rep.Unguarded, d.Path) {
			s.rep.Unguarded = append(s.rep.Unguarded, d.Path)
		}
	}
	slices.Sort(s.rep.Unguarded)
	return nil
}

// isGuarded reports whether a file must not change as it does.
func (s *session) isGuarded(b *bundle, d git.Delta) (bool, error) {
	isTrusted := slices.Contains(b.trusted, d.Path)
	if p, inDesk := s.inDesk(d.Path); inDesk && strings.HasPrefix(p, schema.RecordsFolder+"/") && !isTrusted {
		return false, nil // records are judged as such
	}
	coveredBy := func(typ *schema.Type) bool {
		return slices.ContainsFunc(b.touched, func(t *touch) bool {
			if s.prefix+t.name.Path == d.Path {
				return typ == nil || t.typ == typ
			}
			// A template asks for nothing but itself, by rules that are weaker than those
			// of changes.
			return (typ == nil && t.typ.Name != typeTemplate || t.typ == typ) && slices.Contains(t.files, d.Path)
		})
	}
	for _, typ := range s.tip.tree.Types.All() {
		if typ.Policy == nil || len(typ.Policy.Guard) == 0 {
			continue
		}
		guarded, err := approval.Match(typ.Policy.Guard, d.Path)
		if err != nil {
			return false, err
		}
		if guarded && !coveredBy(typ) {
			return true, nil
		}
	}
	return isTrusted && s.tip.canSign() && s.isDecisive(b, d) && !coveredBy(nil), nil
}

// canSign reports whether approvals can be given: before that there is nothing to
// guard, and nobody who could.
func (l *trusted) canSign() bool {
	return l.signers != nil && (len(l.signers.SSH) > 0 || len(l.signers.OpenPGP) > 0)
}

// isDecisive reports whether verdicts may depend on what changes in a trusted file:
// of persons and teams these are a few fields only.
func (s *session) isDecisive(b *bundle, d git.Delta) bool {
	p, inDesk := s.inDesk(d.Path)
	if !inDesk || !strings.HasPrefix(p, schema.RecordsFolder+"/") {
		return true
	}
	folder, _, _ := strings.Cut(strings.TrimPrefix(p, schema.RecordsFolder+"/"), "/")
	typ := b.law.tree.Types.ByFolder(folder)
	if typ == nil {
		return true
	}
	old, _ := s.inDesk(d.OldPath)
	fields := decisiveFields(typ.Name)
	if typ.Name == typePerson && d.Status != 'A' {
		fields = append(fields, "email") // a new person's first address gives no vote
	}
	for _, name := range fields {
		if !valueAt(b.before, typ, old, name).Equal(valueAt(b.after, typ, p, name)) {
			return true
		}
	}
	return len(fields) == 0
}

// decisiveFields names what approvals rest on in records of a type; none means all
// of it.
func decisiveFields(typ records.Type) []string {
	switch typ {
	case typePerson:
		return []string{"accounts", "emails", "left_on"}
	case typeTeam:
		return []string{"lead", "members"}
	}
	return nil
}

// valueAt returns a field of the record in a file, nil where there is none.
func valueAt(t *tree.Tree, typ *schema.Type, p, field string) *records.Value {
	if t == nil || p == "" || !t.Exists(p) {
		return nil
	}
	l := t.ListOf([]string{p})
	if len(l.Names) != 1 || l.Names[0].Type != typ.Name {
		return nil
	}
	r, _ := t.LoadOne(l.Names[0])
	if r == nil {
		return nil
	}
	return r.Get(field)
}
