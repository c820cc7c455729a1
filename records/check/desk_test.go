package check

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/tree"
)

// incident is the record of testdata/desk that short examples are about.
const incident = "records/incidents/2026-11/INC-2611-K7Q4.md"

var asOf = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// example returns the files of a desk on which an example stands, those of
// testdata/desk with the example's laid over them. An example is
//   - front-matter lines, laid over those of the incident, which may go on with a
//     body that begins at the first "##" heading,
//   - a whole record, in the place of the incident,
//   - or files in txtar's form. "-- PATH -> TARGET --" is a symbolic link and
//     "-- PATH/ --" a folder.
//
// "<U+000D>" stands for a character, "<U+0061*100>" for a hundred of them and
// "<0xFF>" for a byte.
func example(t *testing.T, src string) map[string]string {
	t.Helper()
	files := baseDesk(t)
	switch src = expand(src); {
	case strings.HasPrefix(src, "-- "):
		for _, f := range txtar.Parse([]byte(src)).Files {
			files[f.Name] = string(f.Data)
		}
	case strings.HasPrefix(src, "---\n"):
		files[incident] = src
	default:
		files[incident] = overlay(files[incident], strings.TrimSuffix(src, "\n")+"\n")
	}
	return files
}

var escape = regexp.MustCompile(`<(U\+|0x)([0-9A-F]+)(?:\*(\d+))?>`)

func expand(src string) string {
	return escape.ReplaceAllStringFunc(src, func(s string) string {
		m := escape.FindStringSubmatch(s)
		n, _ := strconv.ParseUint(m[2], 16, 32)
		one := string(rune(n))
		if m[1] == "0x" {
			one = string([]byte{byte(n)})
		}
		times := 1
		if m[3] != "" {
			times, _ = strconv.Atoi(m[3])
		}
		return strings.Repeat(one, times)
	})
}

// baseDesk returns the files of testdata/desk.
func baseDesk(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("testdata", "desk")
	files := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(root, p)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var keyLine = regexp.MustCompile(`^["\w][^:]*:`)

// overlay replaces the entries of a record's front matter by those of the same
// key, adds those that it does not have at the end, and replaces the body where
// the patch has one.
func overlay(record, patch string) string {
	front, body, _ := strings.Cut(strings.TrimPrefix(record, "---\n"), "---\n")
	if i := strings.Index("\n"+patch, "\n## "); i >= 0 {
		patch, body = patch[:i], "\n"+patch[i:]
	}
	old, entries := split(front), split(patch)
	used := map[int]bool{}
	var b strings.Builder
	b.WriteString("---\n")
	for _, e := range old {
		at := slices.IndexFunc(entries, func(n string) bool { return keyLine.FindString(n) == keyLine.FindString(e) })
		if at < 0 {
			b.WriteString(e)
			continue
		}
		b.WriteString(entries[at])
		used[at] = true
	}
	for i, e := range entries {
		if !used[i] {
			b.WriteString(e)
		}
	}
	return b.String() + "---\n" + body
}

// split cuts front matter into entries, a top-level key with its lines each.
func split(front string) []string {
	var out []string
	for line := range strings.Lines(front) {
		if len(out) == 0 || keyLine.MatchString(line) {
			out = append(out, "")
		}
		out[len(out)-1] += line
	}
	return out
}

// load writes a desk to a temporary folder and reads it.
func load(t *testing.T, files map[string]string) (*Input, []diag.Diagnostic) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		write(t, dir, name, files[name])
	}
	tr, err := tree.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tr.Close() })
	loaded, err := tr.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	in := &Input{Desk: tr.Desk, Types: tr.Types, Set: loaded.Set, AsOf: asOf, Exists: tr.Exists}
	_, signing := tr.Signers()
	return in, slices.Concat(tr.Problems, signing, loaded.Problems)
}

func write(t *testing.T, dir, name, data string) {
	t.Helper()
	name, target, isLink := strings.Cut(name, " -> ")
	p := filepath.Join(dir, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(p), 0o755)
	switch {
	case err != nil:
	case isLink:
		err = os.Symlink(target, p)
	case strings.HasSuffix(name, "/"):
		err = os.MkdirAll(p, 0o755)
	default:
		err = os.WriteFile(p, []byte(data), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// judge returns everything that is wrong with an example.
func judge(t *testing.T, src string) []diag.Diagnostic {
	t.Helper()
	in, known := load(t, example(t, src))
	return All(t.Context(), in, known)
}

// lines writes findings one a line, as golden files hold them.
func lines(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s [%s]\n", d.Path, d.Span.Start.Line, d.Span.Start.Column, d.Severity, d.Message, d.Rule)
		for _, n := range d.Notes {
			fmt.Fprintf(&b, "  note: %s:%d:%d: %s\n", n.Path, n.Span.Start.Line, n.Span.Start.Column, n.Message)
		}
		if d.Hint != "" {
			fmt.Fprintf(&b, "  hint: %s\n", d.Hint)
		}
	}
	return b.String()
}

func find(t *testing.T, in *Input, ref string) *records.Record {
	t.Helper()
	rs := in.Set.Find(ref)
	if len(rs) != 1 {
		t.Fatalf("%d records of id %s", len(rs), ref)
	}
	return rs[0]
}
