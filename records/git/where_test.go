package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// revParse asks git itself where a repository lies.
func revParse(t *testing.T, dir, what string) string {
	t.Helper()
	return plainGit(t, dir, "rev-parse", "--path-format=absolute", what)
}

func TestFoldersOfARepositoryAreThoseThatGitNames(t *testing.T) {
	r := hookRepo(t)
	linked := filepath.Join(t.TempDir(), "linked")
	plainGit(t, r.Dir, "worktree", "add", "-q", linked)
	plainGit(t, r.Dir, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", r.Dir, "sub")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(r.Dir, "desk"), link); err != nil {
		t.Fatal(err)
	}
	elsewhere := newRepo(t)
	apart := t.TempDir()
	mustRun(t, elsewhere, "config", "core.worktree", apart)
	moved := filepath.Join(t.TempDir(), "moved")
	plainGit(t, r.Dir, "init", "-q", "--separate-git-dir="+filepath.Join(t.TempDir(), "kept"), moved)
	for name, dir := range map[string]string{
		"the top": r.Dir, "a folder": filepath.Join(r.Dir, "desk"), "a link to a folder": link, "a linked work tree": filepath.Join(linked, "desk"),
		"a submodule": filepath.Join(r.Dir, "sub", "desk"), "a repository kept elsewhere": moved,
	} {
		repo := open(t, dir)
		for what, ask := range map[string]func() (string, error){"--git-dir": repo.GitDir, "--git-common-dir": repo.CommonDir, "--show-toplevel": repo.Root} {
			if got, err := ask(); err != nil || got != real(t, revParse(t, dir, what)) {
				t.Errorf("%s: %s is %q, %v; git says %q", name, what, got, err, revParse(t, dir, what))
			}
		}
		if got, err := repo.Prefix(); err != nil || got != revParse(t, dir, "--show-prefix") {
			t.Errorf("%s: prefix is %q, %v", name, got, err)
		}
	}
	if _, err := open(t, elsewhere.Dir).Prefix(); err == nil {
		t.Error("a folder outside of the work tree has a place in it")
	}
}

func TestABrokenRepositoryIsNotTakenForNone(t *testing.T) {
	newRepo(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".git"), []byte("gitdir: nowhere\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || errors.Is(err, ErrNoRepository) {
		t.Errorf("got %v", err)
	}
	empty := t.TempDir()
	if err := os.Mkdir(filepath.Join(empty, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(empty); !errors.Is(err, ErrNoRepository) {
		t.Errorf("an empty .git: %v", err)
	}
}

func TestVersionsOfGitAreNumbers(t *testing.T) {
	got, err := Version(context.Background())
	if err != nil || !strings.Contains(plainGit(t, ".", "version"), got) || got[0] < '2' || got[0] > '9' {
		t.Errorf("version is %q, %v", got, err)
	}
}

func TestSettingsAreTheUsersOwn(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	mustRun(t, r, "config", "core.hooksPath", "my hooks\nof two lines")
	mustRun(t, r, "config", "core.fsmonitor", "true")
	for key, want := range map[string]string{"core.hookspath": "my hooks\nof two lines", "core.fsmonitor": "true", "user.name": "Dana Diaz"} {
		if got, ok := r.Setting(ctx, key); !ok || got != want {
			t.Errorf("%s is %q, %v", key, got, ok)
		}
	}
	for _, key := range []string{"none.such", "--list", "user.name extra", ""} {
		if got, ok := r.Setting(ctx, key); ok {
			t.Errorf("%s is %q", key, got)
		}
	}
}

func TestRepositoriesOfAllKindsAreRead(t *testing.T) {
	for name, set := range map[string]func(t *testing.T, dir string){
		"SHA-256":      func(t *testing.T, dir string) { plainGit(t, dir, "init", "-q", "--object-format=sha256") },
		"split index":  func(t *testing.T, dir string) { plainGit(t, dir, "update-index", "--split-index") },
		"index v4":     func(t *testing.T, dir string) { plainGit(t, dir, "update-index", "--index-version=4") },
		"sparse index": func(t *testing.T, dir string) { plainGit(t, dir, "sparse-checkout", "set", "--sparse-index", "desk") },
		"packed": func(t *testing.T, dir string) {
			plainGit(t, dir, "commit", "-q", "--allow-empty", "-m", "x")
			plainGit(t, dir, "gc", "-q")
		},
		"work tree configuration": func(t *testing.T, dir string) { plainGit(t, dir, "config", "extensions.worktreeConfig", "true") },
	} {
		t.Run(name, func(t *testing.T) {
			newRepo(t)
			dir, ctx := t.TempDir(), context.Background()
			if name != "SHA-256" {
				plainGit(t, dir, "init", "-q", "-b", "main")
			}
			t.Setenv("GIT_AUTHOR_NAME", "x")
			t.Setenv("GIT_AUTHOR_EMAIL", "x@example.com")
			t.Setenv("GIT_COMMITTER_NAME", "x")
			t.Setenv("GIT_COMMITTER_EMAIL", "x@example.com")
			set(t, dir)
			r := open(t, dir)
			for i := range 3 {
				write(t, r, "desk/a.md", fmt.Sprint(i))
				write(t, r, fmt.Sprintf("desk/n%d.md", i), "n")
				mustRun(t, r, "add", "desk")
				mustRun(t, r, "commit", "-q", "-m", fmt.Sprint(i))
			}
			if name != "SHA-256" {
				set(t, dir)
			}
			write(t, r, "desk/a.md", "staged")
			mustRun(t, r, "add", "desk")
			if got, want := contentsOf(t, at(t, r, "HEAD")), listedByGit(t, r, "HEAD"); strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("HEAD holds\n%s", strings.Join(got, "\n"))
			}
			if data, err := stagedIn(t, r).ReadFile("desk/a.md"); err != nil || string(data) != "staged" {
				t.Errorf("staged is %q, %v", data, err)
			}
			head, err := r.Resolve(ctx, "HEAD")
			if again, headErr := r.Head(ctx); err != nil || headErr != nil || again.ID != head.ID || !again.When.Equal(head.When) {
				t.Errorf("head is %v and %v, %v, %v", head, again, err, headErr)
			}
			deltas, err := r.DiffStaged(ctx, "")
			if err != nil || len(deltas) != 1 || deltas[0].Path != "desk/a.md" || deltas[0].Blob == "" {
				t.Errorf("differs in %v, %v", deltas, err)
			}
			if m, err := r.Merge(ctx, "HEAD", "HEAD~1"); err != nil || len(m.Conflicts) != 0 {
				t.Errorf("merge is %v, %v", m, err)
			}
		})
	}
}
