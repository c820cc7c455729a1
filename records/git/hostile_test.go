package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// trapped is a repository whose configuration, attributes and hooks each touch a
// canary when git runs them.
func trapped(t *testing.T) (r *Repo, canary string) {
	t.Helper()
	r = newRepo(t)
	canary = filepath.Join(t.TempDir(), "canary")
	touch := "touch '" + canary + "'; cat"
	branches(t, r, map[string]string{"a.md": "a", "b.md": "b", ".gitattributes": "* diff=canary merge=canary filter=canary\n"},
		map[string]string{"a.md": "ours"}, map[string]string{"a.md": "theirs", "b.md": "b2"})
	write(t, r, "b.md", "staged")
	mustRun(t, r, "add", "b.md")
	for key, value := range map[string]string{
		"core.fsmonitor": touch, "core.pager": touch, "core.sshCommand": touch, "core.askPass": touch, "core.editor": touch, "core.gitProxy": touch, "credential.helper": "!" + touch,
		"diff.external": touch, "diff.canary.command": touch, "diff.canary.textconv": touch, "diff.canary.cachetextconv": "true", "merge.canary.driver": touch, "merge.default": "canary",
		"filter.canary.clean": touch, "filter.canary.smudge": touch, "filter.canary.process": touch, "filter.canary.required": "true", "gpg.program": touch, "log.showSignature": "true",
		"pager.log": touch, "pager.diff": touch, "interactive.diffFilter": touch, "alias.log": "!" + touch, "alias.cat-file": "!" + touch, "alias.merge-tree": "!" + touch,
		"uploadpack.packObjectsHook": touch, "extensions.worktreeConfig": "true", "sequence.editor": touch, "web.browser": "canary", "browser.canary.cmd": touch,
	} {
		mustRun(t, r, "config", key, value)
	}
	for _, name := range []string{"post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout", "fsmonitor-watchman"} {
		write(t, r, ".git/hooks/"+name, "#!/bin/sh\n"+touch+"\n")
		if err := os.Chmod(filepath.Join(r.Dir, ".git", "hooks", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GIT_EXTERNAL_DIFF", touch)
	t.Setenv("GIT_PAGER", touch)
	t.Setenv("GIT_ICASE_PATHSPECS", "1")
	_ = os.Remove(canary)
	return r, canary
}

func TestReadingRunsNothing(t *testing.T) {
	r, canary := trapped(t)
	ctx := context.Background()
	index := filepath.Join(r.Dir, ".git", "index")
	before, _ := os.ReadFile(index)
	for name, read := range map[string]func() error{
		"Resolve":    func() error { return second(r.Resolve(ctx, "ours")) },
		"Head":       func() error { return second(r.Head(ctx)) },
		"MergeBases": func() error { return second(r.MergeBases(ctx, "ours", "theirs")) },
		"MergeHeads": func() error { return second(r.MergeHeads(ctx)) },
		"Diff":       func() error { return second(r.Diff(ctx, "ours", "theirs")) },
		"DiffStaged": func() error { return second(r.DiffStaged(ctx, "")) },
		"Merge":      func() error { return second(r.Merge(ctx, "ours", "theirs")) },
		"At":         func() error { return second(at(t, r, "ours").ReadFile("a.md")) },
		"Staged":     func() error { return second(stagedIn(t, r).ReadFile("b.md")) },
		"a listing":  func() error { return second(stagedIn(t, r).ReadDir(".")) },
		"Log": func() error {
			for _, err := range r.Log(ctx, LogOptions{Paths: []string{"a.md"}}) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"Setting": func() error { _, _ = r.Setting(ctx, "core.pager"); return nil },
		"Version": func() error { return second(Version(ctx)) },
		"User":    func() error { User(ctx, r.Dir); return nil },
	} {
		if err := read(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(canary); err == nil {
			t.Errorf("%s runs what the repository names", name)
			_ = os.Remove(canary)
		}
	}
	if after, _ := os.ReadFile(index); !bytes.Equal(before, after) {
		t.Error("the index was written")
	}
}

// bomb makes a few trees that name each other: width names in each of depth levels.
func bomb(t *testing.T, r *Repo, width, depth int) string {
	t.Helper()
	blob := mustRun(t, r, "hash-object", "-w", "--stdin")
	line := func(i int, id string) string { return fmt.Sprintf("100644 blob %s\tf%d\n", id, i) }
	id := blob
	for level := range depth {
		var text strings.Builder
		for i := range width {
			text.WriteString(line(i, id))
		}
		cmd := r.command(context.Background(), "mktree")
		cmd.Stdin = strings.NewReader(text.String())
		out, err := run(context.Background(), cmd, "mktree")
		if err != nil {
			t.Fatalf("level %d: %v", level, err)
		}
		id = strings.TrimSpace(out)
		line = func(i int, id string) string { return fmt.Sprintf("040000 tree %s\td%d\n", id, i) }
	}
	return id
}

// within fails a test whose work takes more than 200 MB, or several times the time
// that an idle machine takes: that is below two seconds.
func within(t *testing.T, name string, work func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	work()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if sum := after.HeapSys - min(before.HeapSys, after.HeapSys); took > 8*time.Second || sum > 200<<20 {
		t.Errorf("%s took %v and %d MB", name, took, sum>>20)
	}
	t.Logf("%s took %v", name, took)
}

func TestTreesThatStandForMoreThanThereIsAreRefused(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	write(t, r, "a.md", "a")
	base := commitAll(t, r, "base")
	for name, shape := range map[string][2]int{"wide": {10, 10}, "wider": {3000, 3}, "deep": {1, 200}, "two by two": {2, 60}} {
		tree := bomb(t, r, shape[0], shape[1])
		commit := mustRun(t, r, "commit-tree", "-p", base, "-m", "x", tree)
		within(t, name+": walk", func() {
			if raced && name != "deep" {
				return // two million names, with nothing shared
			}
			n := 0
			err := fs.WalkDir(at(t, r, tree), ".", func(_ string, _ fs.DirEntry, err error) error { n++; return err })
			if !errors.Is(err, ErrTooMany) || n > maxEntries+maxEntries/2 {
				t.Errorf("%s: a walk of %d names ends with %v", name, n, err)
			}
		})
		within(t, name+": diff", func() {
			if _, err := r.Diff(ctx, base, tree); !errors.Is(err, ErrTooMany) {
				t.Errorf("%s: comparing ends with %v", name, err)
			}
		})
		within(t, name+": merge", func() {
			if _, err := r.Merge(ctx, base, commit); !errors.Is(err, ErrTooMany) {
				t.Errorf("%s: merging ends with %v", name, err)
			}
		})
		within(t, name+": one file", func() {
			if _, err := at(t, r, commit).ReadFile("d0/d0/none"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// zeros reads as many zero bytes.
func zeros(n int64) io.Reader { return io.LimitReader(zeroReader{}, n) }

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestFilesThatAreTooLargeAreNotRead(t *testing.T) {
	r := newRepo(t)
	size := int64(maxBlob + 1)
	cmd := exec.Command("git", "-c", "core.bigFileThreshold=1m", "-c", "core.compression=1", "hash-object", "-w", "--stdin")
	cmd.Dir, cmd.Stdin = r.Dir, zeros(size)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, r, "update-index", "--add", "--cacheinfo", "100644,"+strings.TrimSpace(string(out))+",big.md")
	write(t, r, "a.md", "a")
	mustRun(t, r, "add", "a.md")
	mustRun(t, r, "commit", "--quiet", "--message=big")
	for name, s := range map[string]*Snapshot{"commit": at(t, r, "HEAD"), "index": stagedIn(t, r)} {
		within(t, name, func() {
			if err := s.Preload(context.Background(), []string{"big.md", "a.md"}); err != nil {
				t.Error(err)
			}
			if _, err := s.ReadFile("big.md"); !errors.Is(err, ErrTooLarge) {
				t.Errorf("%s: %v", name, err)
			}
			if info, err := s.Stat("big.md"); err != nil || info.Size() != size {
				t.Errorf("%s: %v, %v", name, info, err)
			}
			if _, err := s.ReadFile("a.md"); err != nil {
				t.Errorf("%s: another file: %v", name, err)
			}
		})
	}
}

func TestTreesThatNoWorkTreeCanHaveAreRefused(t *testing.T) {
	r := newRepo(t)
	blob := mustRun(t, r, "hash-object", "-w", "--stdin")
	raw := ""
	for i := 0; i < len(blob); i += 2 {
		var b byte
		_, _ = fmt.Sscanf(blob[i:i+2], "%02x", &b)
		raw += string([]byte{b})
	}
	for name, text := range map[string]string{
		"a slash": "100644 a/b\x00" + raw, "up": "100644 ..\x00" + raw, "itself": "100644 .\x00" + raw, "no name": "100644 \x00" + raw, "twice": "100644 a\x00" + raw + "100644 a\x00" + raw,
		"file and folder": "100644 a\x00" + raw + "40000 a\x00" + raw, "cut off": "100644 a\x00" + raw[:5], "no mode": "a\x00" + raw, "a long name": "100644 " + strings.Repeat("x", 5000) + "\x00" + raw,
	} {
		file := filepath.Join(t.TempDir(), "tree")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		tree := mustRun(t, r, "hash-object", "-w", "-t", "tree", "--literally", "--", file)
		if list, err := at(t, r, tree).ReadDir("."); err == nil || !strings.Contains(err.Error(), tree) {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
}

func TestAPartialCloneFetchesNothing(t *testing.T) {
	r := newRepo(t)
	write(t, r, "a.md", "a")
	write(t, r, "folder/b.md", "b")
	commitAll(t, r, "first")
	mustRun(t, r, "config", "uploadpack.allowFilter", "true")
	dir := filepath.Join(t.TempDir(), "clone")
	plainGit(t, r.Dir, "clone", "--quiet", "--no-checkout", "--filter=tree:0", "file://"+r.Dir, dir)
	clone := open(t, dir)
	s, err := clone.At(context.Background(), "HEAD")
	if err == nil {
		_, err = s.ReadFile("a.md")
	}
	if !errors.Is(err, ErrMissingObject) {
		t.Errorf("got %v", err)
	}
	if _, err := clone.Diff(context.Background(), "HEAD", "HEAD"); !errors.Is(err, ErrMissingObject) {
		t.Errorf("got %v", err)
	}
}
