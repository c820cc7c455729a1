package approval

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"

	"frontdesk/records"
	"frontdesk/records/evidence"
	"frontdesk/records/markdown"
	"frontdesk/schema"
)

// What the names of parts begin with.
const (
	partField   = "field:"
	partSection = "section:"
	partPath    = "path:"
)

// maxExact is the greatest integer that JSON numbers hold exactly.
const maxExact = 1 << 53

// PartsOf returns what an approval of the record covers. files are all that
// change together with it, without those below the desk's own records folder;
// those that the policy does not name are left out. A record whose text cannot be
// read as Markdown, and a glob that is none, are errors: nothing would cover them.
func PartsOf(p *schema.Policy, t *schema.Type, r *records.Record, files []File) (Parts, error) {
	if p == nil || t == nil || r == nil {
		return nil, fmt.Errorf("cover record: there is no policy, type or record")
	}
	parts := Parts{}
	for _, name := range p.Cover.Fields {
		v := r.Get(name)
		if v.IsNull() {
			continue
		}
		if err := parts.add(partField+name, canonical(t.Field(name), v)); err != nil {
			return nil, fmt.Errorf("cover field %s of %s: %w", name, r.Ref(), err)
		}
	}
	if len(p.Cover.Sections) > 0 {
		texts, err := sections(r)
		if err != nil {
			return nil, fmt.Errorf("cover sections of %s: %w", r.Ref(), err)
		}
		for _, heading := range p.Cover.Sections {
			if err := parts.addSection(heading, texts[heading]); err != nil {
				return nil, fmt.Errorf("cover section %s of %s: %w", heading, r.Ref(), err)
			}
		}
	}
	for _, f := range files {
		covered, err := Match(p.Cover.Paths, f.Path)
		if err != nil {
			return nil, err
		}
		if covered {
			parts[partPath+escape(f.Path)] = f.part()
		}
	}
	return parts, nil
}

func (f File) part() string {
	if f.Mode == "" {
		return ""
	}
	return f.Mode + ":" + f.Blob
}

func (p Parts) add(name string, v any) error {
	d, err := evidence.Digest(v)
	if err != nil {
		return err
	}
	p[name] = d
	return nil
}

// addSection covers the texts below a heading: one text, all of them where the
// heading stands more than once, none where nothing is written there.
func (p Parts) addSection(heading string, texts []string) error {
	switch {
	case strings.Join(texts, "") == "":
		return nil
	case len(texts) == 1:
		return p.add(partSection+heading, texts[0])
	}
	return p.add(partSection+heading, texts)
}

// canonical returns a field's value as it is digested. f is nil for keys that the
// type does not declare. Integers that JSON would round are texts.
func canonical(f *schema.Field, v *records.Value) any {
	if v.Kind == records.Int {
		if n, err := strconv.ParseInt(v.Text, 10, 64); err != nil || n > maxExact || n < -maxExact {
			return v.Text
		}
	}
	if f == nil {
		return v.Any()
	}
	return f.Canonical(v)
}

// sections returns the texts of a record's sections by heading.
func sections(r *records.Record) (map[string][]string, error) {
	if err := markdown.CheckLimits(r.Body); err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, s := range markdown.Outline(r.Body, r.BodyLine).Sections {
		out[s.Heading] = append(out[s.Heading], strings.TrimRight(s.Text(r.Body), " \t\r\n"))
	}
	return out, nil
}

// Match reports whether a path, from the repository's top, is one that globs mean.
// They are read in order, and one that begins with "!" takes away.
func Match(globs []string, path string) (bool, error) {
	found := false
	for _, glob := range globs {
		glob, away := strings.CutPrefix(glob, "!")
		matches, err := doublestar.Match(glob, path)
		if err != nil {
			return false, fmt.Errorf("match glob %q: %w", glob, err)
		}
		if matches {
			found = !away
		}
	}
	return found, nil
}

// escape returns a path as text that JSON keeps apart from all others: git's paths
// are bytes.
func escape(path string) string {
	if utf8.ValidString(path) && !strings.HasPrefix(path, `"`) {
		return path
	}
	return strconv.QuoteToASCII(path)
}

// Digest returns "sha256:…" of all parts, "" where they have none: no approval
// covers those.
func (p Parts) Digest() string {
	return digest(map[string]string(p))
}

// changed returns the names of the parts that differ: fields first, then sections
// and files.
func (p Parts) changed(o Parts) []string {
	var names []string
	for name, d := range p {
		if e, ok := o[name]; !ok || d != e {
			names = append(names, name)
		}
	}
	for name := range maps.Keys(o) {
		if _, ok := p[name]; !ok {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(rankOf(a), rankOf(b)), cmp.Compare(a, b))
	})
	return names
}

func rankOf(part string) int {
	return slices.IndexFunc([]string{partField, partSection, partPath}, func(prefix string) bool { return strings.HasPrefix(part, prefix) })
}

// words returns the name of a part as people say it.
func words(part string) string {
	if name, ok := strings.CutPrefix(part, partField); ok {
		return name
	}
	if name, ok := strings.CutPrefix(part, partSection); ok {
		return "section " + name
	}
	if name, ok := strings.CutPrefix(part, partPath); ok {
		return "file " + name
	}
	return part
}

// paths returns the paths among the parts, sorted.
func (p Parts) paths() []string {
	out := []string{}
	for name := range p {
		if path, ok := strings.CutPrefix(name, partPath); ok {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// PolicyDigest returns "sha256:…" of a policy as it is written, "" of none.
func PolicyDigest(p *schema.Policy) string {
	if p == nil || p.Raw.IsNull() {
		return ""
	}
	return digest(p.Raw.Any())
}

func digest(v any) string {
	d, err := evidence.Digest(v)
	if err != nil {
		return ""
	}
	return d
}
