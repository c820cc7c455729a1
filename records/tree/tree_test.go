package tree

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"frontdesk/records/diag"
	"frontdesk/records/yaml"
)

// newTree makes a desk with the files and opens it.
func newTree(t *testing.T, files map[string]string) *Tree {
	t.Helper()
	dir := t.TempDir()
	if _, err := Create(dir, "Test"); err != nil {
		t.Fatal(err)
	}
	for p, text := range files {
		put(t, dir, p, text)
	}
	tr, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tr.Close() })
	return tr
}

func put(t *testing.T, dir, p, text string) {
	t.Helper()
	full := filepath.Join(dir, filepath.FromSlash(p))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func incident(id string) string {
	return "---\nid: " + id + "\ntitle: T\nstate: new\n---\n\n## Description\n"
}

func load(t *testing.T, tr *Tree) *Loaded {
	t.Helper()
	l, err := tr.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestFindWalksUpToTheDesk(t *testing.T) {
	tr := newTree(t, map[string]string{"records/people/lee.md": "x"})
	got, err := Find(filepath.Join(tr.Root, "records", "people"))
	if want, _ := filepath.EvalSymlinks(tr.Root); err != nil || got != tr.Root && got != want {
		t.Errorf("found %q, %v", got, err)
	}
	if _, err := Find(t.TempDir()); !errors.Is(err, ErrNoDesk) {
		t.Errorf("outside of a desk: %v", err)
	}
}

func TestCreateKeepsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, ".gitignore", "mine\n")
	written, err := Create(dir, "A: \"desk\"")
	if err != nil || strings.Join(written, " ") != ".gitattributes .vscode/tasks.json desk.yaml" {
		t.Fatalf("wrote %v, %v", written, err)
	}
	tr, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if tr.Desk.Name != `A: "desk"` || len(tr.Problems) > 0 {
		t.Errorf("name is %q, problems %v", tr.Desk.Name, tr.Problems)
	}
	if _, err := Create(dir, "again"); !errors.Is(err, ErrDesk) {
		t.Errorf("made twice: %v", err)
	}
}

func TestWhatCannotBeReadIsReportedAndTheRestIsThere(t *testing.T) {
	const month = "records/incidents/2026-11/"
	tr := newTree(t, map[string]string{
		month + "INC-2611-AAAA.md":                               incident("INC-2611-AAAA"),
		month + "INC-2611-BBBB.md":                               "---\nid: x\n",
		month + "INC-2611-CCCC.md":                               "---\nid: x\n---\n" + strings.Repeat("x", 10<<20),
		month + "INC-2611-DDDD.md/x":                             "a folder where a file should be",
		month + "INC-2611-EEEE.md":                               "\xef\xbb\xbf" + incident("INC-2611-EEEE"),
		month + "INC-2611-FFFF.md":                               strings.ReplaceAll(incident("INC-2611-FFFF"), "\n", "\r\n"),
		month + "INC-2611-AAAA/notes.md":                         "an attachment, no record",
		month + "INC-2611-AAAA/HEAD":                             "an attachment",
		month + "stray.txt":                                      "x",
		month + "bare/HEAD":                                      "ref: refs/heads/main",
		month + "bare/objects/x":                                 "",
		month + "bare/refs/x":                                    "",
		month + "bare/config":                                    "[core]\n\tfsmonitor = touch canary\n",
		month + "bare/INC-2611-GGGG.md":                          incident("INC-2611-GGGG"),
		"records/incident/INC-2611-HHHH.md":                      incident("INC-2611-HHHH"),
		"records/loose.md":                                       incident("loose"),
		"records/.hidden/x.md":                                   "x",
		month + ".frontdesk-ABC.tmp":                             "left behind",
		month + "_content.gotmpl":                                "{{ readFile `x` }}",
		month + "a\\b.md":                                        incident("a"),
		"records/incidents/2026-11/d/e/../f.md":                  incident("f"),
		"records/incidents/" + strings.Repeat("d/", 20) + "x.md": incident("x"),
	})
	secret := filepath.Join(t.TempDir(), "secret.md")
	put(t, filepath.Dir(secret), "secret.md", incident("INC-2611-SECR"))
	for link, target := range map[string]string{"INC-2611-LINK.md": secret, "linked": filepath.Dir(secret), "INC-2611-LOOP.md": "INC-2611-LOOP.md"} {
		if err := os.Symlink(target, filepath.Join(tr.Root, month, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(tr.Root, month, "INC-2611-PIPE.md"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := load(t, tr)
	var ids []string
	for _, r := range l.Set.All() {
		ids = append(ids, string(r.ID))
	}
	if got := strings.Join(ids, " "); got != "INC-2611-AAAA f" {
		t.Errorf("records are %s", got)
	}
	want := map[string]diag.RuleID{
		month + "INC-2611-BBBB.md": "parse/front-matter", month + "INC-2611-CCCC.md": RuleUnreadable,
		month + "INC-2611-EEEE.md": yaml.RuleControl, month + "INC-2611-FFFF.md": yaml.RuleControl,
		month + "INC-2611-DDDD.md": RuleNoFile, month + "INC-2611-LINK.md": RuleSymlink, month + "linked": RuleSymlink,
		month + "INC-2611-LOOP.md": RuleSymlink, month + "INC-2611-PIPE.md": RuleNoFile, month + "stray.txt": RuleStray,
		month + "bare": RuleRepository, "records/incident": RuleFolder, "records/loose.md": RuleFolder,
		month + "_content.gotmpl": RuleStray, month + "a\\b.md": RuleName,
	}
	got := map[string]diag.RuleID{}
	for _, d := range l.Problems {
		if d.Rule != RuleDeep {
			got[d.Path] = d.Rule
		}
	}
	for p, rule := range want {
		if got[p] != rule {
			t.Errorf("%s: got %q, want %q", p, got[p], rule)
		}
	}
	for p, rule := range got {
		if want[p] == "" {
			t.Errorf("%s: unexpected %s", p, rule)
		}
	}
	if len(l.Unreadable) != 8 {
		t.Errorf("%d unreadable records: %v", len(l.Unreadable), l.Unreadable)
	}
}

func TestNothingOutsideTheDeskIsReadOrWritten(t *testing.T) {
	tr := newTree(t, nil)
	outside := t.TempDir()
	put(t, outside, "x.md", "secret")
	if err := os.Symlink(outside, filepath.Join(tr.Root, "records")); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"records/x.md", "../x.md", "/etc/passwd", "records/../../x.md"} {
		if data, err := tr.Read(p); err == nil {
			t.Errorf("read %s: %q", p, data)
		}
		if err := tr.Write(p+"2", nil, []byte("y"), Fast); err == nil {
			t.Errorf("wrote %s2", p)
		}
	}
	if entries, _ := os.ReadDir(outside); len(entries) != 1 {
		t.Errorf("outside holds %v", entries)
	}
}

func TestWriteComparesFirst(t *testing.T) {
	tr := newTree(t, map[string]string{"records/people/lee.md": "old"})
	const p = "records/people/lee.md"
	if err := tr.Write(p, []byte("other"), []byte("new"), Durable); !errors.Is(err, ErrChanged) {
		t.Errorf("a changed file: %v", err)
	}
	if err := tr.Write(p, nil, []byte("new"), Durable); !errors.Is(err, ErrExists) {
		t.Errorf("a file that exists: %v", err)
	}
	if data, _ := tr.Read(p); string(data) != "old" {
		t.Errorf("file is %q", data)
	}
	if err := tr.Write(p, []byte("old"), []byte("new"), Durable); err != nil {
		t.Error(err)
	}
	if data, _ := tr.Read(p); string(data) != "new" {
		t.Errorf("file is %q", data)
	}
	entries, _ := os.ReadDir(filepath.Join(tr.Root, "records/people"))
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestWriteKeepsWhoMayRead(t *testing.T) {
	tr := newTree(t, map[string]string{"records/teams/a.md": "old"})
	p := filepath.Join(tr.Root, "records", "teams", "a.md")
	for _, mode := range []os.FileMode{0o600, 0o664, 0o444} {
		if err := os.Chmod(p, mode); err != nil {
			t.Fatal(err)
		}
		now, _ := os.ReadFile(p)
		if err := tr.Write("records/teams/a.md", now, append(now, '+'), Fast); err != nil {
			t.Fatal(err)
		}
		if info, _ := os.Stat(p); info.Mode().Perm() != mode {
			t.Errorf("%v became %v", mode, info.Mode().Perm())
		}
	}
}

func TestAFullDiskLeavesTheFileOld(t *testing.T) {
	tr := newTree(t, map[string]string{"records/people/lee.md": "old"})
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	limit := syscall.Rlimit{Cur: 8 << 20, Max: old.Max} // writes beyond fail, as on a full disk
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	err := tr.Write("records/people/lee.md", []byte("old"), bytes.Repeat([]byte("n"), 9<<20), Durable)
	if e := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); e != nil {
		t.Fatal(e)
	}
	if err == nil {
		t.Fatal("a write beyond the limit succeeded")
	}
	if data, _ := tr.Read("records/people/lee.md"); string(data) != "old" {
		t.Errorf("file is %d bytes long", len(data))
	}
	if entries, _ := os.ReadDir(filepath.Join(tr.Root, "records/people")); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestLockKeepsOthersOut(t *testing.T) {
	tr := newTree(t, map[string]string{"records/people/lee.md": "0"})
	var wg sync.WaitGroup
	const p = "records/people/lee.md"
	for range 16 {
		wg.Go(func() {
			unlock, err := tr.Lock(context.Background())
			if err != nil {
				t.Error(err)
				return
			}
			defer unlock()
			data, _ := tr.Read(p)
			if err := tr.Write(p, data, append(data, '1'), Fast); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if data, _ := tr.Read(p); string(data) != "0"+strings.Repeat("1", 16) {
		t.Errorf("file is %q", data)
	}
}

func TestMoveTakesAttachmentsAlong(t *testing.T) {
	tr := newTree(t, map[string]string{"records/incidents/x/A-1.md": "r", "records/incidents/x/A-1/shot.png": "p", "records/incidents/y/B.md": "b"})
	if err := tr.Move("records/incidents/x/A-1.md", "records/incidents/y/B.md"); !errors.Is(err, ErrExists) {
		t.Errorf("onto another record: %v", err)
	}
	if err := tr.Move("records/incidents/x/A-1.md", "records/incidents/y/A-1.md"); err != nil {
		t.Fatal(err)
	}
	if !tr.Exists("records/incidents/y/A-1/shot.png") || tr.Exists("records/incidents/x/A-1.md") {
		t.Error("attachments stayed behind")
	}
}

func TestSweepRemovesWhatKilledWritesLeft(t *testing.T) {
	tr := newTree(t, map[string]string{"records/people/.frontdesk-XYZ.tmp": "", ".frontdesk-Q.tmp": "", "src/.frontdesk-Q.tmp": "", "records/people/lee.md": ""})
	if err := tr.Sweep(); err != nil {
		t.Fatal(err)
	}
	if tr.Exists("records/people/.frontdesk-XYZ.tmp") || tr.Exists(".frontdesk-Q.tmp") || !tr.Exists("src/.frontdesk-Q.tmp") || !tr.Exists("records/people/lee.md") {
		t.Error("swept too little or too much")
	}
}

func TestResolveFindsWhatIsNoFile(t *testing.T) {
	tr := newTree(t, map[string]string{"records/services/vpn.md/x": ""})
	if err := os.Symlink("../../desk.yaml", filepath.Join(tr.Root, "records", "services", "mail.md")); err != nil {
		t.Skipf("no symbolic links: %v", err)
	}
	for _, part := range []string{"vpn", "service/mail"} {
		if got := tr.Resolve(part); len(got) != 1 || !strings.HasSuffix(part, string(got[0].ID)) {
			t.Errorf("%q means %v", part, got)
		}
	}
}

func TestResolvePrefersTheClosestMatch(t *testing.T) {
	tr := newTree(t, map[string]string{
		"records/incidents/2026-11/INC-2611-K7Q4.md": incident("INC-2611-K7Q4"), "records/incidents/2026-11/INC-2611-AK7Q.md": incident("INC-2611-AK7Q"),
		"records/services/vpn.md": "", "records/knowledge/net/vpn.md": "", "records/knowledge/net/vpn-token.md": "", "records/assets/0042.md": "",
	})
	cases := map[string]string{
		"INC-2611-K7Q4": "incident/INC-2611-K7Q4", "inc-2611-k7q4": "incident/INC-2611-K7Q4", "k7q4": "incident/INC-2611-K7Q4",
		"k7q": "incident/INC-2611-AK7Q incident/INC-2611-K7Q4", "vpn": "knowledge/vpn service/vpn", "service/vpn": "service/vpn",
		"token": "knowledge/vpn-token", "0042": "asset/0042", "nothing": "", "": "", "../x": "", "incident/": "", "--output=x": "",
	}
	for part, want := range cases {
		var got []string
		for _, n := range tr.Resolve(part) {
			got = append(got, string(n.Type)+"/"+string(n.ID))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q means %v, want %q", part, got, want)
		}
	}
}
