package history

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// side opens the desk at a revision, or in the work tree for "".
func (d desk) side(rev string) Side {
	d.t.Helper()
	if rev == "" {
		t, err := tree.Open(d.dir)
		if err != nil {
			d.t.Fatal(err)
		}
		root, err := os.OpenRoot(d.dir)
		if err != nil {
			d.t.Fatal(err)
		}
		d.t.Cleanup(func() { _ = t.Close(); _ = root.Close() })
		return Side{Tree: t, Files: root.FS().(Files)}
	}
	repo, err := git.Open(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = repo.Close() })
	files, err := repo.At(context.Background(), rev)
	if err != nil {
		d.t.Fatal(err)
	}
	t, err := tree.OpenFS(d.dir, files)
	if err != nil {
		d.t.Fatal(err)
	}
	return Side{Tree: t, Files: files}
}

// diff tells what differs, a line for each record, file and problem.
func (d desk) diff(before, after Side, wanted func(tree.Name) bool) string {
	d.t.Helper()
	found, err := Between(context.Background(), before, after, wanted)
	if err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, r := range found.Records {
		line := fmt.Sprintf("%s %s %s", r.Action, r.Name.ID, told(r.Changes))
		if r.Action != Changed {
			line = fmt.Sprintf("%s %s %s", r.Action, r.Name.ID, r.Title())
		}
		if r.OldPath != "" {
			line += " from " + filepath.Base(filepath.Dir(r.OldPath))
		}
		if r.Unread {
			line += " unread"
		}
		out = append(out, strings.TrimSpace(line))
	}
	for _, f := range found.Files {
		out = append(out, fmt.Sprintf("%s %s +%d -%d", f.Action, f.Path, f.Plus, f.Minus))
	}
	for _, p := range found.Problems {
		out = append(out, "problem "+p.Path)
	}
	return strings.Join(out, "\n")
}

func other(id string) string { return "records/incidents/2026-11/" + id + ".md" }

func named(id string) string {
	return strings.ReplaceAll(incident("new", opened), "INC-2611-K7Q4", id)
}

// newDeskToCompare is a desk with one commit, and a work tree in which about
// everything differs that can.
func newDeskToCompare(t *testing.T) desk {
	d := newDesk(t)
	for _, id := range []string{"INC-2611-K7Q4", "INC-2611-AAAA", "INC-2611-BBBB", "INC-2611-CCCC", "INC-2611-DDDD", "INC-2611-EEEE", "INC-2611-FFFF"} {
		d.write(other(id), named(id))
	}
	d.write("schema/vehicle.yaml", "type: vehicle\nfolder: vehicles\nid: {scheme: given}\n")
	d.write("records/incidents/2026-11/INC-2611-AAAA/log.txt", "a\n")
	d.write("unrelated.txt", "x")
	d.commit(9, "one")
	d.write(home, incident("in-progress", opened, started))
	d.write(other("INC-2611-AAAA"), strings.Replace(named("INC-2611-AAAA"), "title: VPN drops", "title: \"VPN drops\"", 1))
	d.remove(other("INC-2611-BBBB"))
	d.write("records/incidents/2026-11/C/INC-2611-CCCC.md", strings.Replace(named("INC-2611-CCCC"), "high", "low", 1))
	d.remove(other("INC-2611-CCCC"))
	d.write(other("INC-2611-DDDD"), "no record\n")
	d.write(other("INC-2611-GGGG"), named("INC-2611-GGGG"))
	d.write("records/incidents/2026-11/F/INC-2611-FFFF.md", named("INC-2611-FFFF"))
	d.remove(other("INC-2611-FFFF"))
	d.write(tree.ConfigFile, "version: 1\nname: other\ntime_zone: UTC\n")
	d.write("schema/vehicle.yaml", "type: vehicle\nfolder: vehicles\nid: {scheme: given}\ntitle: Car\n")
	d.write("records/incidents/2026-11/INC-2611-AAAA/log.txt", "a\nb\n")
	d.write("records/incidents/2026-11/INC-2611-AAAA/new.bin", "\x00")
	d.write("unrelated.txt", "y")
	return d
}

const compared = `changed INC-2611-AAAA
changed INC-2611-CCCC impact high -> low from 2026-11
changed INC-2611-FFFF  from 2026-11
removed INC-2611-BBBB VPN drops
changed INC-2611-DDDD  unread
added INC-2611-GGGG VPN drops
changed INC-2611-K7Q4 state new -> in-progress; log: 1 line added
changed desk.yaml +1 -1
changed records/incidents/2026-11/INC-2611-AAAA/log.txt +1 -0
added records/incidents/2026-11/INC-2611-AAAA/new.bin +0 -0
changed schema/vehicle.yaml +1 -0
problem records/incidents/2026-11/INC-2611-DDDD.md`

func sorted(text string) string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestAllThatDiffersIsToldOnce(t *testing.T) {
	d := newDeskToCompare(t)
	expect(t, "work tree", sorted(d.diff(d.side("HEAD"), d.side(""), nil)), sorted(compared))
	d.commit(10, "two")
	expect(t, "commits", sorted(d.diff(d.side("HEAD~1"), d.side("HEAD"), nil)), sorted(compared))
	expect(t, "the same", d.diff(d.side("HEAD"), d.side(""), nil), "")
	onlyOne := func(n tree.Name) bool { return n.ID == "INC-2611-K7Q4" }
	expect(t, "one record", d.diff(d.side("HEAD~1"), d.side("HEAD"), onlyOne), "changed INC-2611-K7Q4 state new -> in-progress; log: 1 line added")
}

func TestFoldersThatAreTheSameNeedNotBeListed(t *testing.T) {
	d := newDeskToCompare(t)
	d.commit(10, "two")
	repo, err := git.Open(d.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	deltas, err := repo.Diff(context.Background(), "HEAD~1", "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, delta := range deltas {
		paths = append(paths, delta.OldPath, delta.Path)
	}
	before, err := d.side("HEAD~1").Within(paths)
	if err != nil {
		t.Fatal(err)
	}
	after, err := d.side("HEAD").Within(paths)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "within", sorted(d.diff(before, after, nil)), sorted(compared))
	empty, err := d.side("HEAD").Within(nil)
	if err != nil || len(empty.Tree.Names()) > 0 || empty.Tree.Types.Get("vehicle") == nil {
		t.Errorf("without paths there are %v, %v", empty.Tree.Names(), err)
	}
}

func TestWhatIsKnownOfContentsIsNotRead(t *testing.T) {
	d := newDeskToCompare(t)
	after := d.side("")
	before := d.side("HEAD")
	asked := 0
	after.Blob = func(p string) string {
		asked++
		if p == home {
			info, err := before.Files.Lstat(p)
			if err != nil {
				t.Fatal(err)
			}
			return info.Sys().(tree.Blob).BlobID() // as if it had not changed
		}
		return "short"
	}
	if got := d.diff(before, after, nil); asked == 0 || strings.Contains(got, "K7Q4") || strings.Contains(got, "EEEE") || !strings.Contains(got, "GGGG") {
		t.Errorf("asked %d times:\n%s", asked, got)
	}
}

func TestARecordThatBecomesALinkIsTold(t *testing.T) {
	d := newDesk(t)
	d.write(home, incident("new", opened))
	d.commit(9, "one")
	d.remove(home)
	if err := os.Symlink("/etc/passwd", filepath.Join(d.dir, home)); err != nil {
		t.Skip("no symbolic links here")
	}
	expect(t, "work tree", d.diff(d.side("HEAD"), d.side(""), nil), "changed INC-2611-K7Q4  unread\nproblem "+home)
	d.commit(10, "two")
	expect(t, "committed", d.diff(d.side("HEAD~1"), d.side("HEAD"), nil), "changed INC-2611-K7Q4  unread\nproblem "+home)
	d.remove(home)
	if err := os.Symlink("/etc/group", filepath.Join(d.dir, home)); err != nil {
		t.Fatal(err)
	}
	expect(t, "another link", d.diff(d.side("HEAD"), d.side(""), nil), "changed "+home+" +0 -0")
	d.commit(11, "three")
	expect(t, "the same link", d.diff(d.side("HEAD"), d.side(""), nil), "")
}

func TestDigestsAreThoseOfGit(t *testing.T) {
	d := newDesk(t)
	d.write("a", "x\n")
	if got, want := blobID([]byte("x\n"), 40), d.git("hash-object", "a"); got != want {
		t.Errorf("got %s, git says %s", got, want)
	}
	d.git("init", "--quiet", "--object-format=sha256", "other")
	d.write("other/a", "x\n")
	if got, want := blobID([]byte("x\n"), 64), d.git("-C", "other", "hash-object", "a"); got != want {
		t.Errorf("got %s, git says %s", got, want)
	}
}

// locked is a file system in which a folder cannot be listed, not even by root.
type locked struct {
	fs.ReadLinkFS
	folder string
}

func (l locked) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == l.folder {
		return nil, fs.ErrPermission
	}
	return fs.ReadDir(l.ReadLinkFS, name)
}

func TestAFolderThatCannotBeListedIsNamed(t *testing.T) {
	d := newDesk(t)
	d.write(home, incident("new", opened))
	d.commit(9, "one")
	now := d.side("")
	desk, err := tree.OpenFS(d.dir, locked{os.DirFS(d.dir).(fs.ReadLinkFS), filepath.Dir(home)})
	if err != nil {
		t.Fatal(err)
	}
	now.Tree = desk
	if got := d.diff(d.side("HEAD"), now, nil); !strings.Contains(got, "problem "+filepath.Dir(home)) {
		t.Errorf("got %s", got)
	}
}

func TestAFolderThatIsNotReadIsNamed(t *testing.T) {
	d := newDesk(t)
	d.write(home, incident("new", opened))
	d.commit(9, "one")
	for _, name := range []string{"HEAD", "objects/x", "refs/x"} {
		d.write("records/incidents/2026-11/"+name, "x")
	}
	if got := d.diff(d.side("HEAD"), d.side(""), nil); !strings.Contains(got, "problem "+filepath.Dir(home)) {
		t.Errorf("a repository in the folder of records:\n%s", got)
	}
}
