//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
)

// month is where the test desk keeps its incidents, and sound the front matter of
// one without faults.
const (
	month = "records/incidents/2026-11/"
	sound = "id: INC-2611-AAAA\ntitle: T\nstate: new\nimpact: low\nurgency: low\npriority: P5\nopened_at: 2026-11-02T09:12:00Z\n" +
		"log:\n  - {at: 2026-11-02T09:12:00Z, by: dana, state: new, priority: P5}\n"
	soundBody = "\n## Description\n\nText\n"
)

// threatDesk copies the test desk into a folder that every user may enter.
func threatDesk(t *testing.T) string {
	t.Helper()
	base, err := os.MkdirTemp("", "frontdesk")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	dir := filepath.Join(base, "desk")
	if err := errors.Join(os.Chmod(base, 0o755), os.CopyFS(dir, os.DirFS("testdata/desk"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

func putFile(t *testing.T, dir, name, text string) {
	t.Helper()
	full := filepath.Join(dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o777), os.WriteFile(full, []byte(text), 0o666)); err != nil {
		t.Fatal(err)
	}
}

// inProcess runs a command line in the desk.
func inProcess(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	e, out, errs := testEnv(t, dir, false, 0)
	code = run(t.Context(), e, append([]string{"--as", "lee"}, args...))
	return code, out.String(), errs.String()
}

// program returns a command that runs this test's binary as frontdesk.
func program(ctx context.Context, t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The test's binary is frontdesk where it is called by that name. Of several
	// that make the link at once, one does.
	link := filepath.Join(filepath.Dir(dir), "frontdesk")
	if err := os.Symlink(self, link); err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, link, append([]string{"--as", "lee"}, args...)...)
	cmd.Dir = dir
	cmd.Env = gitEnv(dir)
	return cmd
}

func gitEnv(dir string) []string {
	return append(os.Environ(), "HOME="+filepath.Dir(dir), "XDG_CONFIG_HOME="+filepath.Dir(dir), "GIT_CONFIG_NOSYSTEM=1", "TZ=UTC",
		"GIT_AUTHOR_NAME=Lee", "GIT_AUTHOR_EMAIL=lee@example.com", "GIT_COMMITTER_NAME=Lee", "GIT_COMMITTER_EMAIL=lee@example.com")
}

func runGit(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, gitEnv(dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func committed(t *testing.T, dir string) {
	t.Helper()
	runGit(t, dir, "init", "-q")
	runGit(t, dir, "add", "-A")
	runGit(t, dir, "commit", "-q", "-m", "all")
}

// bombs are front matters that make parsers slow or large.
func bombs() map[string]string {
	var laughs, merges, keys, flowKeys, block, anchors strings.Builder
	laughs.WriteString("a: &a [x, x, x, x, x, x, x, x, x]\n")
	merges.WriteString("a0: &a0 {x: 1}\n")
	for i := 1; i < 26; i++ {
		fmt.Fprintf(&merges, "a%d: &a%d\n  <<: [*a%d, *a%d]\n", i, i, i-1, i-1)
		fmt.Fprintf(&laughs, "%[2]c: &%[2]c [*%[1]c, *%[1]c, *%[1]c, *%[1]c, *%[1]c, *%[1]c, *%[1]c, *%[1]c, *%[1]c]\n", 'a'+i-1, 'a'+i)
	}
	for i := range 8000 {
		fmt.Fprintf(&keys, "k%d: 1\n", i)
		fmt.Fprintf(&flowKeys, "k%d,", i)
	}
	for i := range 340 {
		block.WriteString(strings.Repeat(" ", i) + "a:\n")
		fmt.Fprintf(&anchors, "&a%d k%d: *a%d\n", i, i, i)
	}
	repeat := strings.Repeat
	return map[string]string{
		"a billion laughs":            laughs.String(),
		"doubling merge keys":         merges.String(),
		"a map that is aliased often": "m: &m {" + flowKeys.String()[:20_000] + "}\nl: [" + repeat("*m, ", 5000) + "]\n",
		"anchors and aliases":         anchors.String(),
		"nested lists":                "a: " + repeat("[", 32_000) + repeat("]", 32_000) + "\n",
		"nested lists, never closed":  "a: " + repeat("[", 65_000) + "\n",
		"nested maps":                 "a: " + repeat("{a: ", 8000) + repeat("}", 8000) + "\n",
		"nested blocks":               block.String(),
		"nested dashes":               "a:\n  " + repeat("- ", 30_000) + "x\n",
		"nested question marks":       repeat("? ", 30_000) + "x\n",
		"a flood of keys":             keys.String()[:60_000] + "\n",
		"as many keys as are parsed":  keys.String()[:30_000] + "\n",
		"a flood of keys in brackets": "a: {" + flowKeys.String() + "}\n",
		"one key again and again":     repeat("a: 1\n", 8000),
		"a title of a megabyte":       strings.Replace(sound, "title: T", "title: "+repeat("T", 1<<20), 1),
		"a log of ten thousand lines": sound + repeat("  - {at: 2026-11-02T09:13:00Z, by: dana, impact: low}\n", 10_000),
		"a quote that is never ended": "a: \"" + repeat("\n", 8000),
		"a flood of tags":             "a: " + repeat("!!str ", 9000) + "x\n",
		"a key of many characters":    repeat("k", 60_000) + ": 1\n",
	}
}

// TestBombsAreRefusedAtOnce holds the whole program against row 15: what a bomb
// costs beyond a desk without it, and the memory of the process.
func TestBombsAreRefusedAtOnce(t *testing.T) {
	dir := threatDesk(t)
	calm, _ := cheapest(t, dir)
	for name, front := range bombs() {
		putFile(t, dir, month+"INC-2611-AAAA.md", "---\n"+front+"---\n"+soundBody)
		code, out, _ := inProcess(t, dir, "check")
		if code != exitProblems || !strings.Contains(out, "INC-2611-AAAA.md:") {
			t.Errorf("%s: check exits with %d and prints %.200q", name, code, out)
		}
		took, memory := cheapest(t, dir)
		if limit := slow * 50 * time.Millisecond; took-calm > limit {
			t.Errorf("%s: takes %v more than a desk without it, limit %v", name, took-calm, limit)
		}
		if limit := int64(slow * 50 << 20); memory > limit {
			t.Errorf("%s: takes %d MiB, limit %d", name, memory>>20, limit>>20)
		}
	}
}

// cheapest returns the least processor time and memory of three checks: a busy
// machine makes single ones dearer, never cheaper.
func cheapest(t *testing.T, dir string) (took time.Duration, memory int64) {
	t.Helper()
	status := filepath.Join(filepath.Dir(dir), "status")
	for i := range 3 {
		cmd := program(t.Context(), t, dir, "check")
		cmd.Env = append(cmd.Env, statusCopy+"="+status)
		if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
			t.Fatal(err)
		}
		now := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		size := peak(t, status)
		if i == 0 || now < took {
			took = now
		}
		if i == 0 || size < memory {
			memory = size
		}
	}
	return took, memory
}

// peak returns the most memory that a process had, 0 where the system does not
// tell. The usage that wait returns would include this test's own.
func peak(t *testing.T, status string) int64 {
	t.Helper()
	data, err := os.ReadFile(status)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "VmHWM:")
	var kilobytes int64
	_, _ = fmt.Sscan(rest, &kilobytes)
	return kilobytes << 10
}

// TestWhatParsersReadDifferentlyIsRefused holds the program against row 16: each
// file is named with a place, the others are listed, and no command changes it.
func TestWhatParsersReadDifferentlyIsRefused(t *testing.T) {
	whole := "---\n" + sound + "---\n" + soundBody
	in := func(old, new string) string { return strings.Replace(whole, old, new, 1) }
	title := func(with string) string { return in("title: T\n", with) }
	for name, c := range map[string]struct{ file, at string }{
		"byte order mark":                {"\ufeff" + whole, "1:1"},
		"lines that end in CR LF":        {strings.ReplaceAll(whole, "\n", "\r\n"), "1:4"},
		"lines that end in CR":           {strings.ReplaceAll(whole, "\n", "\r"), "1:4"},
		"one line that ends in CR LF":    {title("title: T\r\n"), "3:9"},
		"no closing line":                {"---\n" + sound, "1:1"},
		"four dashes to close":           {in("---\n\n", "----\n\n"), "1:1"},
		"a word behind the closing line": {in("---\n\n", "---foo\n\n"), "1:1"},
		"a blank behind the closing":     {in("---\n\n", "--- \n\n"), "11:1"},
		"dots to close":                  {in("---\n\n", "...\n\n"), "1:1"},
		"dashes within a text block":     {title("title: |\n  a\n  ---\n  b\n"), "5:1"},
		"a key on the opening line":      {in("---\nid", "---id"), "1:1"},
		"a blank behind the opening":     {in("---\n", "--- \n"), "1:1"},
		"blank lines first":              {"\n" + whole, "1:1"},
		"a hard blank first":             {"\u00a0" + whole, "1:1"},
		"a form feed first":              {"\f" + whole, "1:1"},
		"TOML":                           {"+++\nid = 'x'\n+++\n", "1:1"},
		"JSON":                           {"{\"id\": \"x\"}\n", "1:1"},
		"keys that differ in case":       {title("title: T\nvisibility: restricted\nVisibility: public\n"), "5:1"},
		"keys of another letter K":       {title("title: T\nx_K: 1\nx_\u212a: 2\n"), "5:1"},
		"keys that differ in form":       {title("title: T\nx_\u00e9: 1\nx_e\u0301: 2\n"), "5:1"},
		"a key twice":                    {title("title: T\ntitle: U\n"), "4:1"},
		"a key twice, one in quotes":     {title("title: T\n\"title\": U\n"), "4:1"},
		"a key twice, one with escapes":  {title("title: T\n\"\\x74itle\": U\n"), "4:1"},
		"a second document":              {title("title: T\n--- {title: U}\n"), "4:1"},
		"the end of the document":        {title("title: T\n...\ntitle: U\n"), "4:1"},
		"binary":                         {title("title: !!binary VA==\n"), "3:8"},
		"a tag":                          {title("title: !foo VA==\n"), "3:8"},
		"a directive":                    {in("---\n", "---\n%YAML 1.1\n"), "2:1"},
		"a merge key":                    {title("title: T\n<<: {state: closed}\n"), "4:1"},
		"an escaped escape":              {title("title: \"\\x1b]0;x\"\n"), "3:8"},
		"an escape":                      {title("title: a\x1bb\n"), "3:9"},
		"a zero byte":                    {title("title: a\x00b\n"), "3:9"},
		"text that is not UTF-8":         {title("title: \xff\n"), "3:8"},
		"an overlong character":          {title("title: \xc0\xaf\n"), "3:8"},
		"half a surrogate":               {title("title: \xed\xa0\x80\n"), "3:8"},
		"a line separator":               {title("title: a\u2028b\n"), "3:9"},
		"a next line":                    {title("title: a\u0085x: 1\n"), "3:9"},
		"a key that is a list":           {title("title: T\n? [a]\n: b\n"), "4:3"},
		"a list":                         {"---\n- a\n---\n", "2:1"},
		"a map in brackets":              {"---\n{id: INC-2611-AAAA, title: T}\n---\n", "2:1"},
		"a word":                         {"---\nfoo\n---\n", "2:1"},
		"nothing":                        {"", "1:1"},
		"a file cut off in a line":       {whole[:60], "1:1"},
		"a file cut off in the opening":  {"---", "1:1"},
		"a file cut off in the closing":  {"---\n---", "2:1"},
		"UTF-16":                         {"\xff\xfe-\x00-\x00-\x00\n\x00", "1:1"},
		"a merge conflict":               {in("state: new\n", "<<<<<<< a\nstate: new\n=======\nstate: held\n>>>>>>> b\n"), "4:1"},
		"a merge conflict in the text":   {whole + "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n", "16:1"},
		"ten megabytes":                  {whole + strings.Repeat("x", 10<<20), "1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := threatDesk(t)
			putFile(t, dir, month+"INC-2611-AAAA.md", c.file)
			code, out, _ := inProcess(t, dir, "check")
			if want := month + "INC-2611-AAAA.md:" + c.at + ": "; code != exitProblems || !strings.HasPrefix(out, want) {
				t.Errorf("check exits with %d and prints %.200q, want %s…", code, out, want)
			}
			code, out, errs := inProcess(t, dir, "list", "incident", "--format", "ids")
			if code != exitProblems || out != "INC-2611-M3ZT\nINC-2611-K7Q4\nINC-2611-M3ZX\n" || !strings.Contains(errs, "INC-2611-AAAA.md") {
				t.Errorf("list exits with %d and prints %q and %q", code, out, errs)
			}
			for _, args := range [][]string{{"set", "AAAA", "impact=high"}, {"comment", "AAAA", "x"}, {"check", "--fix"}} {
				if code, _, _ := inProcess(t, dir, args...); code == exitClean {
					t.Errorf("%v works on it", args)
				}
			}
			if now, err := os.ReadFile(filepath.Join(dir, month+"INC-2611-AAAA.md")); err != nil || string(now) != c.file {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

// TestOddTimesHarmNobody gives every time of a record values at and beyond the
// ends of the calendar.
func TestOddTimesHarmNobody(t *testing.T) {
	dir := threatDesk(t)
	for _, at := range []string{"9999-99-99", "9999-99-99T99:99:99Z", "0000-00-00T00:00:00Z", "0000-01-01T00:00:00Z", "2026-11-02T09:12:00+99:99",
		"2026-11-02T09:12:00+23:59", "99999-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-11-02T23:59:60Z", "1e99"} {
		text := "---\n" + strings.ReplaceAll(sound, "2026-11-02T09:12:00Z", at) + "---\n" + soundBody
		putFile(t, dir, month+"INC-2611-AAAA.md", text)
		for _, args := range [][]string{{"list", "--format", "json"}, {"list", "opened:<2026-01-01", "sort:opened_at"}, {"show", "AAAA"}, {"log", "AAAA"},
			{"check"}, {"check", "--fix", "-n"}, {"set", "AAAA", "impact=high", "-n"}, {"set", "k7q4", "opened_at=" + at}, {"check", "--as-of", at}} {
			if code, out, errs := inProcess(t, dir, args...); code == exitFailure && !strings.Contains(errs, "nothing was written") {
				t.Errorf("%s: %v exits with %d and prints %q and %q", at, args, code, out, errs)
			}
		}
	}
	if code, out, _ := inProcess(t, dir, "check", "k7q4"); code != exitClean {
		t.Errorf("what set wrote is wrong:\n%s", out)
	}
}

// TestArgumentsOfAnyLength gives commands ids, titles and texts that no record
// can hold. The answer is short.
func TestArgumentsOfAnyLength(t *testing.T) {
	dir := threatDesk(t)
	long, huge := strings.Repeat("a", 10_000), strings.Repeat("a", 1<<20)
	for _, args := range [][]string{
		{"show", huge}, {"show", "incident/" + long}, {"set", huge, "impact=low"}, {"set", "k7q4", "title=" + huge}, {"set", "k7q4", huge + "=x"},
		{"new", "incident", huge}, {"new", "knowledge", "x", "--id", long}, {"new", huge, "x"}, {"list", huge},
		{"list", strings.Repeat("is:open ", 1000) + "stat:x"}, {"list", "--columns", huge}, {"check", huge}, {"explain", huge}, {huge},
		{"-C", long, "list"}, {"--as", huge, "set", "k7q4", "impact=low"}, {"init", "x", "--name", huge}, {"import", huge, huge}, {"--format", huge, "list"},
		{"new", "incident", "T\xff\xfe", "impact=low", "urgency=low"}, {"comment", "k7q4", "a\x00b", "--as", "\xff"},
	} {
		began := time.Now()
		code, out, errs := inProcess(t, dir, args...)
		if code == exitClean && args[0] != "list" || code == exitProblems || len(out)+len(errs) > 12_000 {
			t.Errorf("%.60q exits with %d and prints %d bytes: %.300s", args, code, len(out)+len(errs), errs)
		}
		if took := time.Since(began); took > slow*2*time.Second {
			t.Errorf("%.60q takes %v", args, took)
		}
	}
	e, _, errs := testEnv(t, dir, false, 0)
	for text, want := range map[string]int{strings.Repeat("x\n", 1<<20): exitUsage, strings.Repeat("> ", 500_000): exitFailure, strings.Repeat("*a ", 300_000): exitFailure} {
		e.stdin = strings.NewReader(text)
		errs.Reset()
		began := time.Now()
		if code := run(t.Context(), e, []string{"--as", "lee", "comment", "k7q4", "-"}); code != want || time.Since(began) > slow*2*time.Second {
			t.Errorf("a comment of %d bytes of %.4q exits with %d after %v: %s", len(text), text, code, time.Since(began), errs)
		}
	}
	if code, out, _ := inProcess(t, dir, "check"); code != exitClean {
		t.Errorf("the desk has become wrong:\n%s", out)
	}
}

// TestArgumentsBecomeNoOptions holds the program against row 19: every argument of
// every command is something that git or a shell would take for an option, a path
// or a command. Each would make a file named canary.
func TestArgumentsBecomeNoOptions(t *testing.T) {
	dir := threatDesk(t)
	committed(t, dir)
	t.Chdir(dir)
	words := []string{"--output=canary", "--upload-pack=canary", "--exec=touch canary", "-ocanary", "-x", "--git-dir=canary", "--amend", "--author=a <b>",
		":/canary", ":(glob)**", "HEAD:canary", "ext::canary", "$(touch canary)", "`touch canary`", ";touch canary", "|touch canary", "\ntouch canary", "../canary"}
	verbs := [][]string{{"show"}, {"log"}, {"explain"}, {"list"}, {"check"}, {"comment"}, {"set"}, {"assign"}, {"resolve"}, {"hold"}, {"reopen"}, {"import"}, {"new"},
		{"schema", "show"}, {"schema", "export"}, {"import", "--map"}, {"check", "--as-of"}, {"check", "--format"}, {"-C"}, {"--as"}, {"list", "--columns"}}
	quietly := func(args ...string) int {
		e, _, _ := testEnv(t, dir, false, 0)
		return run(t.Context(), e, args)
	}
	for i, word := range words {
		for _, verb := range verbs {
			quietly(append(slices.Clone(verb), word, word)...)
			quietly(append(slices.Clone(verb), "--", word, word)...)
		}
		if i%3 > 0 {
			continue // commits take their time
		}
		quietly("--as", "lee", "set", "k7q4", "title="+word, "--commit")
		quietly("--as", word, "set", "k7q4", "impact=low", "--commit")
		quietly("--as", "lee", "new", "incident", "impact=low", "urgency=low", "--commit", "--", word)
		quietly("--as", "lee", "new", "knowledge", "--commit", "--id", word+"/x", "-m", word, "--", word)
		quietly("--as", "lee", "comment", "k7q4", "--commit", "--", word)
	}
	for _, where := range []string{".", ".."} {
		_ = filepath.WalkDir(filepath.Join(dir, where), func(p string, _ os.DirEntry, _ error) error {
			if strings.Contains(filepath.Base(p), "canary") {
				t.Errorf("an argument made %s", p)
			}
			return nil
		})
	}
	runGit(t, dir, "fsck", "--strict")
	if log := runGit(t, dir, "log", "--format=%ae %s"); strings.Contains(log, "a <b>\n") && !strings.Contains(log, "title") || strings.Contains(log, "\nb ") {
		t.Errorf("an argument changed a commit:\n%s", log)
	}
}

// TestThousandsOfFolders lists a desk whose records lie in folders of their own.
func TestThousandsOfFolders(t *testing.T) {
	dir := threatDesk(t)
	for i := range 3000 {
		if err := os.MkdirAll(filepath.Join(dir, "records/knowledge", "f"+strconv.Itoa(i), "deep"), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	deep := "records/knowledge" + strings.Repeat("/d", 40)
	putFile(t, dir, deep+"/x.md", "x")
	code, out, errs := inProcess(t, dir, "list", "--count")
	if code != exitProblems || out != "7\n" || !strings.Contains(errs, "nested deeper") {
		t.Errorf("list exits with %d and prints %q and %.300q", code, out, errs)
	}
}

// TestWhatMayNotBeReadIsNamed runs as a user who may not read some files.
func TestWhatMayNotBeReadIsNamed(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to become somebody else")
	}
	dir := threatDesk(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(filepath.Dir(dir), "frontdesk")
	if err := os.WriteFile(binary, data, 0o755); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	as := func(args ...string) (int, string, string) {
		cmd := program(t.Context(), t, dir, args...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
			t.Skipf("cannot become another user: %v", err)
		}
		return cmd.ProcessState.ExitCode(), out.String(), errs.String()
	}
	putFile(t, dir, "schema/visit.yaml", "type: visit\n")
	for _, c := range []struct{ name, path, shown string }{
		{"a record", month + "INC-2611-K7Q4.md", "6\n"},
		{"a folder", "records/people", "5\n"},
		{"all records", "records", "0\n"},
		{"desk.yaml", "desk.yaml", "7\n"},
		{"a type", "schema/visit.yaml", "7\n"},
		{"all types", "schema", "7\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			full := filepath.Join(dir, c.path)
			info, err := os.Stat(full)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(full, 0); err != nil {
				t.Fatal(err)
			}
			defer os.Chmod(full, info.Mode())
			code, out, errs := as("list", "--count")
			if code != exitProblems || out != c.shown || !strings.Contains(errs, c.path+": ") || !strings.Contains(errs, "permission denied") {
				t.Errorf("list exits with %d and prints %q and %q", code, out, errs)
			}
			if code, out, _ := as("check"); code != exitProblems || !strings.Contains(out, c.path+":1:1: ") {
				t.Errorf("check exits with %d and prints %q", code, out)
			}
		})
	}
	// Nothing can be written either: the desk belongs to somebody else.
	for _, args := range [][]string{{"new", "incident", "T", "impact=low", "urgency=low"}, {"set", "k7q4", "impact=low"}, {"comment", "k7q4", "x"}} {
		code, _, errs := as(args...)
		if code != exitFailure || !strings.Contains(errs, "permission denied") {
			t.Errorf("%v exits with %d and says %q", args, code, errs)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "records/*/*/.frontdesk*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestAFullDiskLeavesTheOldRecord writes where nothing more fits.
func TestAFullDiskLeavesTheOldRecord(t *testing.T) {
	dir := threatDesk(t)
	before, err := os.ReadFile(filepath.Join(dir, month+"INC-2611-K7Q4.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"set", "k7q4", "impact=low"}, {"comment", "k7q4", "x"}, {"new", "incident", "T", "impact=low", "urgency=low"}} {
		frontdesk := program(t.Context(), t, dir, args...)
		cmd := exec.Command("sh", append([]string{"-c", `ulimit -f 0; exec "$@"`, "sh"}, frontdesk.Args...)...)
		cmd.Dir, cmd.Env = dir, frontdesk.Env
		out, err := cmd.CombinedOutput()
		if err == nil || cmd.ProcessState.ExitCode() != exitFailure || !strings.Contains(string(out), "file too large") {
			t.Errorf("%v ends with %v: %s", args, err, out)
		}
	}
	now, err := os.ReadFile(filepath.Join(dir, month+"INC-2611-K7Q4.md"))
	if err != nil || !bytes.Equal(before, now) {
		t.Errorf("the record is not as before: %v", err)
	}
	files, err := filepath.Glob(filepath.Join(dir, month+"*"))
	hidden, _ := filepath.Glob(filepath.Join(dir, month+".*"))
	if err != nil || len(files) != 3 || len(hidden) > 0 {
		t.Errorf("the folder holds %v %v", files, hidden)
	}
}

// TestAKilledCommandLeavesEveryRecordWhole kills writing commands at random
// moments.
func TestAKilledCommandLeavesEveryRecordWhole(t *testing.T) {
	dir := threatDesk(t)
	putFile(t, dir, ".gitignore", ".frontdesk-*.tmp\n")
	committed(t, dir)
	commands := [][]string{
		{"new", "incident", "T", "impact=low", "urgency=low", "--commit"}, {"set", "m3zt", "impact=high", "--commit"},
		{"comment", "k7q4", "hello"}, {"set", "m3zt", "impact=low"}, {"comment", "k7q4", "--internal", "hello", "--commit"},
	}
	killed := 0
	for i := range 60 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.IntN(90))*time.Millisecond)
		err := program(ctx, t, dir, commands[i%len(commands)]...).Run() // killed when the time is over
		cancel()
		if err != nil {
			killed++
		}
		wholeRecords(t, dir)
	}
	if killed == 0 {
		t.Error("no command was killed")
	}
	// Commits that outlived their command end; the next one waits for them.
	if out, err := program(t.Context(), t, dir, "set", "m3zt", "impact=medium", "--commit").CombinedOutput(); err != nil {
		t.Fatalf("the next command fails: %v\n%s", err, out)
	}
	if locks, _ := filepath.Glob(filepath.Join(dir, ".git/*.lock")); len(locks) > 0 {
		t.Errorf("left behind: %v", locks)
	}
	runGit(t, dir, "fsck", "--strict")
	if code, out, _ := inProcess(t, dir, "check"); code != exitClean {
		t.Errorf("check exits with %d:\n%s", code, out)
	}
}

// wholeRecords reads every record file as it is this moment.
func wholeRecords(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, month+"*.md"))
	if err != nil || len(files) < 3 {
		t.Fatalf("found %v, %v", files, err)
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if r, ds := frontmatter.Parse(f, "incident", src); r == nil || diag.Count(ds, diag.Error) > 0 {
			t.Fatalf("%s is neither old nor new: %v\n%s", f, ds, src)
		}
	}
}

// TestAKilledImportGoesOn kills an import again and again, and then lets it end.
func TestAKilledImportGoesOn(t *testing.T) {
	dir := threatDesk(t)
	mapping := "version: 1\nsource: inventory\ntype: asset\nid: Tag\nfields:\n  title: Name\n  class: {value: computer}\n  state: {value: in-stock}\n  location: {value: store}\n" +
		"log:\n  at: Seen\n  by: {value: inventory}\n"
	var rows strings.Builder
	rows.WriteString("Tag,Name,Seen\n")
	for i := range 400 {
		fmt.Fprintf(&rows, "LT-%04d,Laptop %d,2026-01-02\n", i, i)
	}
	putFile(t, dir, "map.yaml", mapping)
	putFile(t, dir, "assets.csv", rows.String())
	for i := range 8 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(10+8*i)*time.Millisecond)
		_ = program(ctx, t, dir, "import", "--map", "map.yaml", "assets.csv").Run()
		cancel()
	}
	out, err := program(t.Context(), t, dir, "import", "--map", "map.yaml", "assets.csv").CombinedOutput()
	if err != nil {
		t.Fatalf("the import that was left alone fails: %v\n%s", err, out)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "records/assets/*"))
	hidden, _ := filepath.Glob(filepath.Join(dir, "records/assets/.*"))
	if len(files) != 400 || len(hidden) > 0 {
		t.Errorf("there are %d assets and %v", len(files), hidden)
	}
	if code, out, _ := inProcess(t, dir, "check", "records/assets"); code != exitClean {
		t.Errorf("check exits with %d:\n%.500s", code, out)
	}
}

// TestAnInterruptedCommitLeavesNoLock ends the program in the middle of a commit:
// git must have the time to remove its locks.
func TestAnInterruptedCommitLeavesNoLock(t *testing.T) {
	dir := threatDesk(t)
	committed(t, dir)
	begun := filepath.Join(filepath.Dir(dir), "begun")
	if err := syscall.Mkfifo(begun, 0o600); err != nil {
		t.Skipf("no pipes here: %v", err)
	}
	putFile(t, dir, ".git/hooks/pre-commit", "#!/bin/sh\necho x > "+begun+"\nexec sleep 1\n")
	if err := os.Chmod(filepath.Join(dir, ".git/hooks/pre-commit"), 0o755); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	cmd := program(t.Context(), t, dir, "new", "incident", "T", "impact=low", "urgency=low", "--commit")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(begun); err != nil { // returns when the hook runs
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitFailure || !strings.Contains(errs.String(), "written but not committed: it was interrupted") {
		t.Errorf("exits with %d and says %q", code, errs.String())
	}
	if locks, _ := filepath.Glob(filepath.Join(dir, ".git/*.lock")); len(locks) > 0 {
		t.Errorf("left behind: %v", locks)
	}
	if err := os.Remove(filepath.Join(dir, ".git/hooks/pre-commit")); err != nil {
		t.Fatal(err)
	}
	if out, err := program(t.Context(), t, dir, "set", "k7q4", "impact=low", "--commit").CombinedOutput(); err != nil {
		t.Errorf("the next commit fails: %v\n%s", err, out)
	}
}

// TestAHookMayLeaveSomethingRunning commits with a hook that starts a program and
// does not wait for it.
func TestAHookMayLeaveSomethingRunning(t *testing.T) {
	dir := threatDesk(t)
	committed(t, dir)
	putFile(t, dir, ".git/hooks/post-commit", "#!/bin/sh\nsleep 60 &\necho $! > pid\n")
	if err := os.Chmod(filepath.Join(dir, ".git/hooks/post-commit"), 0o755); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	began := time.Now()
	out, err := program(t.Context(), t, dir, "set", "k7q4", "impact=low", "--commit").CombinedOutput()
	if pid, err := os.ReadFile(filepath.Join(dir, "pid")); err == nil {
		if n, err := strconv.Atoi(strings.TrimSpace(string(pid))); err == nil {
			_ = syscall.Kill(n, syscall.SIGKILL)
		}
	}
	if err != nil || time.Since(began) > 30*time.Second {
		t.Errorf("ends with %v after %v: %s", err, time.Since(began), out)
	}
}

// TestPipesDoNotHang puts pipes, which nobody writes to, where the program looks
// for files and folders.
func TestPipesDoNotHang(t *testing.T) {
	for _, at := range []string{"records", "schema", "schema/visit.yaml", "desk.yaml", "records/incidents", month + "INC-2611-AAAA.md", "records/people/x"} {
		dir := threatDesk(t)
		full := filepath.Join(dir, at)
		if err := errors.Join(os.RemoveAll(full), os.MkdirAll(filepath.Dir(full), 0o777)); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(full, 0o666); err != nil {
			t.Skipf("no pipes here: %v", err)
		}
		for _, args := range [][]string{{"list"}, {"check"}, {"show", "INC-2611-AAAA"}, {"new", "incident", "T", "impact=low", "urgency=low"}} {
			ctx, cancel := context.WithTimeout(t.Context(), slow*10*time.Second)
			cmd := program(ctx, t, dir, args...)
			var errs bytes.Buffer
			cmd.Stderr, cmd.Stdout = &errs, io.Discard
			_ = cmd.Run()
			cancel()
			if code := cmd.ProcessState.ExitCode(); code < 0 || code == exitClean && slices.Contains([]string{"list", "check"}, args[0]) {
				t.Errorf("%s is a pipe: %v exits with %d: %s", at, args, code, errs.String())
			}
		}
	}
}
