package hooks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"frontdesk/records/git"
)

// longestScript is the size of a hook file, in bytes, beyond which it is left as
// it is.
const longestScript = 1 << 20

// configured names the hooks of ours in git's configuration: this and the hook's
// name. Git wants names other than those of its hooks.
const configured = "frontdesk-"

// Inspect reads what a repository has in the way of hooks. program is the
// absolute path of the frontdesk that hooks should start; onPath says whether
// PATH has one too.
func Inspect(ctx context.Context, repo *git.Repo, program string, onPath bool) (*State, error) {
	s := &State{Program: program, OnPath: onPath, Gone: map[string]bool{}}
	version, err := git.Version(ctx)
	if err != nil {
		return nil, err
	}
	if s.Git, err = majorMinor(version); err != nil {
		return nil, err
	}
	if err := s.findFolders(ctx, repo); err != nil {
		return nil, err
	}
	if s.Files, err = readHooks(s.Folder); err != nil {
		return nil, err
	}
	if s.Elsewhere != "" {
		if s.Others, err = readHooks(s.Elsewhere); err != nil {
			return nil, err
		}
	}
	if s.Config, err = readConfig(ctx, repo); err != nil {
		return nil, err
	}
	s.findPrograms()
	return s, nil
}

func majorMinor(version string) ([2]int, error) {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return [2]int{}, fmt.Errorf("read git's version: %q is none", version)
	}
	major, err := strconv.Atoi(parts[0])
	if err != nil {
		return [2]int{}, fmt.Errorf("read git's version: %q is none", version)
	}
	minor, err := strconv.Atoi(strings.TrimRightFunc(parts[1], func(r rune) bool { return r < '0' || r > '9' }))
	if err != nil {
		return [2]int{}, fmt.Errorf("read git's version: %q is none", version)
	}
	return [2]int{major, minor}, nil
}

// findFolders finds where the repository's own hooks lie and where git looks.
func (s *State) findFolders(ctx context.Context, repo *git.Repo) error {
	common, err := repo.CommonDir()
	if err != nil {
		return err
	}
	s.Folder = filepath.Join(common, "hooks")
	used, err := repo.HooksFolder(ctx)
	if err != nil {
		return err
	}
	if resolved(used) != resolved(common)+string(filepath.Separator)+"hooks" {
		s.Elsewhere = used
		if resolved(used) == resolved(s.Folder) {
			s.Elsewhere = resolved(used) // the folder is a symbolic link
		}
	}
	return nil
}

// resolved returns a path without symbolic links. What is not there stays as it
// is, below what is.
func resolved(p string) string {
	if r, err := filepath.EvalSymlinks(p); err == nil {
		return r
	}
	up := filepath.Dir(p)
	if up == p {
		return p
	}
	return filepath.Join(resolved(up), filepath.Base(p))
}

func readHooks(folder string) (map[Name]File, error) {
	files := map[Name]File{}
	for _, h := range known() {
		f, err := readHook(filepath.Join(folder, string(h.Name)))
		if err != nil {
			return nil, fmt.Errorf("read hook %s: %w", h.Name, err)
		}
		files[h.Name] = f
	}
	return files, nil
}

func readHook(p string) (File, error) {
	info, err := os.Lstat(p)
	if errors.Is(err, fs.ErrNotExist) || info == nil && isNoFolder(filepath.Dir(p)) {
		return File{}, nil
	}
	if err != nil {
		return File{}, err
	}
	f := File{Exists: true, Mode: info.Mode()}
	if runtime.GOOS == "windows" {
		f.Mode |= 0o111 // there every hook runs
	}
	if f.Mode.IsRegular() && info.Size() <= longestScript {
		f.Content, err = os.ReadFile(p)
	}
	return f, err
}

// isNoFolder reports whether there is something other than a folder:
// core.hooksPath may be /dev/null.
func isNoFolder(p string) bool {
	info, err := os.Stat(p)
	return err == nil && !info.IsDir()
}

func readConfig(ctx context.Context, repo *git.Repo) (map[Name]Entry, error) {
	settings, err := repo.LocalSettings(ctx, `^hook\.`+configured)
	if err != nil {
		return nil, err
	}
	entries := map[Name]Entry{}
	for _, set := range settings {
		rest := strings.TrimPrefix(set.Key, "hook."+configured)
		at := strings.LastIndex(rest, ".")
		h, ok := Find(rest[:max(at, 0)])
		if !ok {
			continue
		}
		e := entries[h.Name]
		switch rest[at+1:] {
		case "command":
			e.Command = set.Value
		case "event":
			e.Event = set.Value
		case "enabled":
			e.Disabled = isFalse(set.Value)
		}
		entries[h.Name] = e
	}
	return entries, nil
}

// isFalse reads a setting as git does.
func isFalse(value string) bool {
	switch strings.ToLower(value) {
	case "false", "no", "off", "0":
		return true
	}
	return false
}

// findPrograms looks for the programs that hooks of ours start.
func (s *State) findPrograms() {
	look := func(text []byte) {
		program := programOf(text)
		if program == "" || s.Gone[program] {
			return
		}
		info, err := os.Stat(program)
		s.Gone[program] = err != nil || info.IsDir()
	}
	for _, h := range All() {
		look(s.Files[h.Name].Content)
		look([]byte(s.Config[h.Name].Command))
	}
}
