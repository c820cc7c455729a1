package schema

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"frontdesk/records"
)

// breakPolicies marks the policies of types whose files were left out. What such a
// file asked for is not known, and the built-in policy in its place may ask for
// less: nothing is approved by it.
func (l *loader) breakPolicies(ts *Types, files []File) {
	broken := map[records.Type]bool{}
	for _, f := range files {
		if slices.ContainsFunc(l.drafts, func(d *draft) bool { return d.Path == f.Path }) {
			continue
		}
		ts.faulty = append(ts.faulty, f.Path)
		has := bytes.Contains(f.Data, []byte("policy"))
		for _, name := range typesMeant(f) {
			broken[name] = broken[name] || has
		}
	}
	for i, s := range ts.slots {
		has, ok := broken[s.name]
		if !ok {
			continue
		}
		t := s.get()
		if t == nil || t.Policy == nil && !has {
			continue
		}
		ts.slots[i] = &slot{name: s.name, folder: s.folder, prefix: s.prefix, path: s.path, get: func() *Type { return withBrokenPolicy(t) }}
	}
}

// typesMeant returns the names of the types that a faulty file may be about: what
// its file name says, and what its first line of the key does.
func typesMeant(f File) []records.Type {
	names := []records.Type{records.Type(strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path)))}
	for line := range strings.Lines(string(f.Data)) {
		if name, ok := strings.CutPrefix(line, "type:"); ok {
			return append(names, records.Type(strings.Trim(strings.TrimSpace(name), `"'`)))
		}
	}
	return names
}

// withBrokenPolicy returns the type with a policy that nothing meets.
func withBrokenPolicy(t *Type) *Type {
	c, p := *t, Policy{States: statesOf(t)}
	if t.Policy != nil {
		p = *t.Policy
	}
	p.Broken = true
	c.Policy = &p
	return &c
}
