package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestWordsContinueWhatWasTyped(t *testing.T) {
	got, directive := begunWith("inc-2", []word{
		{text: "INC-2611-K7Q4", about: "VPN drops"}, {text: "INC-2611-K7Q4", about: "again"}, {text: "inc-2$(id)"}, {text: "inc-2`id`"},
		{text: "inc-2;id"}, {text: "inc-2 b"}, {text: "CHG-2611-AAAA"}, {text: "INC-2611-M3ZT", about: "a\tb\x1b[31m $(id) `id` \\e\nc"},
	})
	want := []string{"inc-2611-K7Q4\tVPN drops", "inc-2611-M3ZT\ta b[31m (id) id e c"}
	if !slices.Equal(got, want) || directive != cobra.ShellCompDirectiveNoFileComp {
		t.Errorf("got %q, %d, want %q", got, directive, want)
	}
	got, directive = begunWith("a", []word{{text: "assignee=", about: "Assignee", open: true}, {text: "assets=", about: "What is concerned", open: true}})
	if !slices.Equal(got, []string{"assignee=", "assets=\tWhat is concerned"}) || directive&cobra.ShellCompDirectiveNoSpace == 0 {
		t.Errorf("got %q, %d", got, directive)
	}
	if got, _ := begunWith("", []word{{text: "x", about: strings.Repeat("ä", 200)}}); len([]rune(got[0])) != 2+longestNote {
		t.Errorf("a long note is %q", got)
	}
}

func TestManyWordsAreOfferedByTheirBeginnings(t *testing.T) {
	var many []word
	for i := range 3000 {
		many = append(many, word{text: fmt.Sprintf("INC%07d", i)})
	}
	many = append(many, word{text: "vpn", about: "VPN"})
	got := stems(many, 0)
	if want := (word{text: "INC00000", about: "100 records", open: true}); got[0] != want {
		t.Errorf("the first of %d stems is %v, want %v", len(got), got[0], want)
	}
	total := 0
	for _, w := range got {
		n := 1
		if w.open {
			_, _ = fmt.Sscanf(w.about, "%d", &n)
		}
		total += n
	}
	if total != len(many) || len(got) > manyIDs || got[len(got)-1].text != "vpn" {
		t.Errorf("%d stems stand for %d of %d words", len(got), total, len(many))
	}
	same := slices.Repeat([]word{{text: "vpn"}}, 200)
	if got := stems(same, 0); len(got) != 1 {
		t.Errorf("words that are all the same give %v", got)
	}
}

func TestTitlesAreFoundWithoutParsing(t *testing.T) {
	root := t.TempDir()
	put := func(name, text string) {
		p := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put("desk.yaml", "version: 1\n")
	for id, front := range map[string]string{
		"plain": "title: VPN drops   # as dana said\n", "quoted": "x: 1\ntitle: \"a: b # c\"\n", "single": "title: 'it is'\n",
		"folded": "title: >\n  no\n", "none": "subtitle: no\n",
	} {
		put("records/services/"+id+".md", "---\nid: "+id+"\n"+front+"---\n")
	}
	e, stdout, _ := testEnv(t, root, false, 0)
	run(t.Context(), e, []string{"__complete", "show", ""})
	want := "folded\nnone\nplain\tVPN drops\nquoted\ta: b # c\nsingle\tit is\n:4\n"
	if stdout.String() != want {
		t.Errorf("got %q, want %q", stdout, want)
	}
}

// TestBashCompletesAlone runs the script in a bash that has no bash-completion,
// with words broken up as bash does at the characters of COMP_WORDBREAKS.
func TestBashCompletesAlone(t *testing.T) {
	program, err := os.Executable() // TestMain makes it frontdesk when it is called so
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(program, filepath.Join(dir, "frontdesk")); err != nil {
		t.Fatal(err)
	}
	desk, err := filepath.Abs("testdata/desk")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		words []string // as bash has them; the last is completed
		line  string
		want  string
	}{
		{[]string{"frontdesk", "show", "k7"}, "frontdesk show k7", "k7q4"},
		{[]string{"frontdesk", "set", "K7Q4", "state", "=", "res"}, "frontdesk set K7Q4 state=res", "resolved"},
		{[]string{"frontdesk", "list", "is", ":", "h"}, "frontdesk list is:h", "held"},
		{[]string{"frontdesk", "list", "incident", "team", ":", "net"}, "frontdesk list incident team:net", "network"},
		{[]string{"frontdesk", "assign", "k7q4", "da"}, "frontdesk assign k7q4 da", "dana"},
		{[]string{"frontdesk", "set", "K7Q4", "assig"}, "frontdesk set K7Q4 assig", "assignee="},
		{[]string{"frontdesk", "list", "--format", "cs"}, "frontdesk list --format cs", "csv"},
		{[]string{"frontdesk", "new", "inc"}, "frontdesk  new   inc", "incident"},
	} {
		script := `source <(frontdesk completion bash)
COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9; shift; COMP_WORDS=("$@") COMP_CWORD=$(($#-1))
__start_frontdesk 2>/dev/null; printf '%s\n' "${COMPREPLY[@]}"`
		cmd := exec.Command("bash", append([]string{"--norc", "--noprofile", "-c", script, "bash", c.line}, c.words...)...)
		cmd.Dir, cmd.Env = desk, []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=" + dir}
		out, err := cmd.CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != c.want {
			t.Errorf("%s completes to %q, %v, want %q", c.line, out, err, c.want)
		}
	}
}
