package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestManPagesAreWithoutFault has every page formatted by those of man's programs
// that are here; each says what it does not understand.
func TestManPagesAreWithoutFault(t *testing.T) {
	dir := t.TempDir()
	e, stdout, stderr := testEnv(t, ".", false, 0)
	if code := run(t.Context(), e, []string{"man", dir}); code != exitClean {
		t.Fatalf("man exits with %d: %s", code, stderr)
	}
	pages := strings.Fields(stdout.String())
	if len(pages) < 20 {
		t.Fatalf("there are %d pages", len(pages))
	}
	judges := [][]string{{"groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z"}, {"mandoc", "-T", "lint", "-W", "error"}}
	judged := 0
	for _, judge := range judges {
		if _, err := exec.LookPath(judge[0]); err != nil {
			continue
		}
		judged++
		out, err := exec.Command(judge[0], append(judge[1:], pages...)...).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("%s says: %v\n%s", judge[0], err, out)
		}
	}
	if judged == 0 {
		t.Error("neither groff nor mandoc is installed to judge the pages")
	}
}

func TestManPagesSayWhatHelpSays(t *testing.T) {
	e, _, _ := testEnv(t, ".", false, 0)
	for _, name := range []string{"list", "check", "set", "import", "reshard", "doctor"} {
		e, stdout, _ := testEnv(t, e.dir, false, 0)
		run(t.Context(), e, []string{"man", name})
		cmd, _, err := newRoot(e, new(bool)).Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		page := strings.NewReplacer(`\fB`, "", `\fP`, "", `\fR`, "", `\`, "").Replace(stdout.String())
		for _, line := range strings.Split(cmd.Long+"\n"+cmd.Example, "\n") {
			if line = strings.NewReplacer("`", "", `\`, "").Replace(strings.TrimSpace(line)); !strings.Contains(page, line) {
				t.Errorf("the page of %s lacks %q", name, line)
			}
		}
	}
}

func TestManPagesAreTheSameEachTime(t *testing.T) {
	read := func() string {
		dir := t.TempDir()
		e, _, _ := testEnv(t, ".", false, 0)
		run(t.Context(), e, []string{"man", dir})
		data, err := os.ReadFile(filepath.Join(dir, "frontdesk-list.1"))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	if first, second := read(), read(); first != second {
		t.Error("two runs differ")
	}
}
