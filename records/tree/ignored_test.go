package tree

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/schema"
)

func TestTypeFilesThatAreNotReadAreReported(t *testing.T) {
	dir := t.TempDir()
	visit := "type: visit\ntitle: Visit\nfolder: visits\nid: {scheme: slug}\n"
	files := map[string]string{
		"desk.yaml": "version: 1\n", "schema/visit.yaml": visit, "schema/bar.yml": visit, "schema/Foo.YAML": visit, "schema/types/visit.yaml": visit,
		"schema/a/b/c.yml": visit, "schema/README.md": "", "schema/types/notes.txt": "", "schema/bar.yaml~": visit,
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(files[name]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tr, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	var got []string
	for _, d := range tr.Problems {
		if d.Rule != schema.RuleIgnored {
			t.Errorf("%+v", d)
		}
		got = append(got, fmt.Sprintf("%s %s: %s; %s", d.Severity, d.Path, d.Message, d.Hint))
	}
	want := []string{
		`warning schema/Foo.YAML: the file is not read as a type: its name ends in ".YAML"; rename it to schema/Foo.yaml`,
		`warning schema/a/b/c.yml: the file is not read as a type: it lies in a folder of schema; move it up to schema/c.yaml`,
		`warning schema/bar.yml: the file is not read as a type: its name ends in ".yml"; rename it to schema/bar.yaml`,
		`warning schema/types/visit.yaml: the file is not read as a type: it lies in a folder of schema; move it up to schema/visit.yaml`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if tr.Types.Get("visit") == nil {
		t.Error("the type that lies right is not there")
	}
}
