package tree

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"frontdesk/records/diag"
	"frontdesk/schema"
)

// ignoredTypes reports what looks like a type file and is not read: an entry of
// the folder with another ending, and what lies in a folder below.
func (t *Tree) ignoredTypes(folder string, e fs.DirEntry) []diag.Diagnostic {
	p := path.Join(folder, e.Name())
	if e.IsDir() {
		var ds []diag.Diagnostic
		entries, _ := t.readDir(p) // what cannot be read here is no type file
		for _, below := range entries {
			ds = append(ds, t.ignoredTypes(p, below)...)
		}
		return ds
	}
	ext := path.Ext(p)
	if !slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(ext)) {
		return nil
	}
	d := diag.New(schema.RuleIgnored, diag.Warning, p, diag.At(1), "the file is not read as a type: it lies in a folder of %s", TypesFolder)
	verb := "move it up to"
	if folder == TypesFolder {
		d = diag.New(schema.RuleIgnored, diag.Warning, p, diag.At(1), "the file is not read as a type: its name ends in %q", ext)
		verb = "rename it to"
	}
	return []diag.Diagnostic{d.WithHint("%s %s", verb, path.Join(TypesFolder, strings.TrimSuffix(e.Name(), ext)+".yaml"))}
}
