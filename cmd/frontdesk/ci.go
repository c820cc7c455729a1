package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"frontdesk/records/forge"
	"frontdesk/records/git"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
)

// The pipelines that init writes, with @…@ where a desk's own values go.
//
//go:embed ci
var ciTemplates embed.FS

// pipeline is a file that a forge runs.
type pipeline struct {
	path     string // from the repository's top
	template string
	instead  string // what to do where the file is there already; may be empty
}

// pipelinesOf lists the files for a forge.
func pipelinesOf(f string) []pipeline {
	switch f {
	case forge.GitLab:
		return []pipeline{
			{".gitlab/frontdesk.yml", "gitlab.yml", ""},
			{".gitlab-ci.yml", "gitlab-include.yml", "add to it: include: [{local: .gitlab/frontdesk.yml}]"},
		}
	case forge.Gitea:
		return []pipeline{{".gitea/workflows/frontdesk.yml", "gitea.yml", ""}}
	}
	return []pipeline{
		{".github/workflows/frontdesk.yml", "github.yml", ""},
		{".github/workflows/frontdesk-again.yml", "github-again.yml", ""},
	}
}

// initPipelines writes the pipelines of a forge into the repository of the desk at
// dir. Files that are there stay as they are. It returns the paths that it wrote,
// from the desk's root.
func initPipelines(_ context.Context, e *env, dir, f string) ([]string, error) {
	t, err := openDesk(&env{dir: dir, stderr: e.stderr})
	if err != nil {
		return nil, err
	}
	defer t.Close()
	if err := writable(t); err != nil {
		return nil, err
	}
	if _, err := git.Open(t.Root); err != nil {
		return nil, withHint(fmt.Errorf("write pipelines: %w", err), "git init makes the desk a repository")
	}
	top, prefix, err := placeOf(t)
	if err != nil {
		return nil, err
	}
	var written []string
	for _, p := range pipelinesOf(f) {
		data, err := fill(p.template, prefix, t.Desk.Branches)
		if err != nil {
			return written, err
		}
		fresh, err := createBelow(top, p.path, data)
		if err != nil {
			return written, fmt.Errorf("write %s: %w", p.path, err)
		}
		if !fresh {
			sayStays(e, top, p, data)
			continue
		}
		rel, err := filepath.Rel(t.Root, filepath.Join(top, filepath.FromSlash(p.path)))
		if err != nil {
			return written, fmt.Errorf("write %s: %w", p.path, err)
		}
		written = append(written, filepath.ToSlash(rel))
	}
	return written, nil
}

// sayStays tells of a pipeline that is there already, unless it is the very same.
func sayStays(e *env, top string, p pipeline, data []byte) {
	root, err := os.OpenRoot(top)
	if err != nil {
		return
	}
	defer root.Close()
	if old, err := root.ReadFile(filepath.FromSlash(p.path)); err == nil && bytes.Equal(old, data) {
		return
	}
	complain(e.stderr, "%s is there already and stays as it is", p.path)
	if p.instead != "" {
		hint(e.stderr, "%s", p.instead)
	}
}

// createBelow makes a file below a folder, out of which no symbolic link leads. It
// leaves a file that is there alone.
func createBelow(folder, name string, data []byte) (fresh bool, err error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return false, err
	}
	defer root.Close()
	if err := root.MkdirAll(filepath.Dir(filepath.FromSlash(name)), 0o777); err != nil {
		return false, err
	}
	f, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, os.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = f.Write(data)
	return true, errors.Join(err, f.Close())
}

// fill puts a desk's values into a template: the desk's folder and its branches as
// JSON, which is YAML too, and the script that installs Frontdesk.
func fill(name, folder string, branches []string) ([]byte, error) {
	if folder == "" {
		folder = "."
	}
	var patterns []string
	for _, b := range branches {
		patterns = append(patterns, branchPattern(b))
	}
	for _, s := range append([]string{folder}, patterns...) {
		// A forge would compute what stands in these braces.
		if strings.Contains(s, "${") || strings.ContainsFunc(s, unicode.IsControl) || plain.Line(s) != s {
			return nil, fmt.Errorf("write pipelines: %q cannot be written into one", s)
		}
	}
	list, err := jsonText(patterns)
	if err != nil {
		return nil, fmt.Errorf("write pipelines: %w", err)
	}
	at, err := jsonText(folder)
	if err != nil {
		return nil, fmt.Errorf("write pipelines: %w", err)
	}
	data, err := ciTemplates.ReadFile(path.Join("ci", name))
	if err != nil {
		return nil, fmt.Errorf("write pipelines: %w", err)
	}
	install, err := ciTemplates.ReadFile("ci/install.sh")
	if err != nil {
		return nil, fmt.Errorf("write pipelines: %w", err)
	}
	script := "|\n          " + strings.ReplaceAll(strings.TrimSpace(string(install)), "\n", "\n          ")
	text := strings.NewReplacer(`["@BRANCHES@"]`, list, `"@FOLDER@"`, at, "@INSTALL@", script).Replace(string(data))
	return []byte(text), nil
}

// branchPattern writes a branch's name as a pattern of a workflow's filter that
// matches it alone.
func branchPattern(name string) string {
	return strings.NewReplacer(`+`, `\+`, `!`, `\!`, `]`, `\]`).Replace(name)
}

// jsonText writes a value as JSON without escapes for HTML.
func jsonText(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSpace(b.String()), err
}

// hintPipelines says what a person has to set for the pipelines to work.
func hintPipelines(e *env, f string) {
	switch f {
	case forge.GitLab:
		hint(e.stderr, "next: set the variables that .gitlab/frontdesk.yml names at its top; frontdesk codeowners --forge gitlab -o .gitlab/CODEOWNERS says who is asked")
	case forge.Gitea:
		hint(e.stderr, "next: set the variables FRONTDESK_SOURCE and FRONTDESK_REF, and have the branch require the check \"frontdesk / gate*\"")
	default:
		hint(e.stderr, "next: set the variables FRONTDESK_SOURCE and FRONTDESK_REF, and have the branch require the check \"gate\"; frontdesk codeowners -o .github/CODEOWNERS says who is asked")
	}
}

// isDesk reports whether a folder is the root of a desk.
func isDesk(dir string) bool {
	root, err := tree.Find(dir)
	if err != nil {
		return false
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	one, err1 := os.Stat(root)
	two, err2 := os.Stat(abs)
	return err1 == nil && err2 == nil && os.SameFile(one, two)
}
