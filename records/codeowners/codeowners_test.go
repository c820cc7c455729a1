package codeowners

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"frontdesk/records"
	"frontdesk/records/forge"
	"frontdesk/records/tree"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// fixture returns a small desk: records by path, with their front matter.
func fixture(t *testing.T, more map[string]string) Input {
	t.Helper()
	files := map[string]string{
		"records/people/lee.md":                      "id: lee\ntitle: Lee\naccounts: {github: lee-gh, gitlab: lee.gl, gitea: lee_gt}",
		"records/people/mona.md":                     "id: mona\ntitle: Mona\naccounts: {github: mona-gh, gitlab: mona, gitea: mona}",
		"records/people/rosa.md":                     "id: rosa\ntitle: Rosa\nemail: rosa@example.com",
		"records/people/gone.md":                     "id: gone\ntitle: Gone\naccounts: {github: gone}\nleft_on: 2026-01-01",
		"records/teams/network.md":                   "id: network\ntitle: Network\nlead: lee\nmembers: [rosa, gone]\naccounts: {github: acme/network, gitlab: acme/it/network, gitea: acme/network}",
		"records/teams/desktop.md":                   "id: desktop\ntitle: Desktop\nlead: mona\nmembers: [lee]",
		"records/services/vpn.md":                    "id: vpn\ntitle: VPN\nowner: lee\nteam: network",
		"records/services/mail/imap.md":              "id: imap\ntitle: IMAP\nowner: rosa\nteam: desktop",
		"records/services/orphan.md":                 "id: orphan\ntitle: Orphan\nowner: gone",
		"records/assets/laptops/LT-1.md":             "id: LT-1\ntitle: Laptop\nowner: mona",
		"records/templates/reboot.md":                "id: reboot\ntitle: Reboot\nowner: lee\nversion: 1",
		"records/incidents/2026-11/INC-2611-K7Q4.md": "id: INC-2611-K7Q4\ntitle: X\nstate: new",
	}
	for p, text := range more {
		files[p] = text
	}
	types := schema.BuiltIn()
	var rs []*records.Record
	for p, text := range files {
		folder, _, _ := strings.Cut(strings.TrimPrefix(p, "records/"), "/")
		id := strings.TrimSuffix(p[strings.LastIndexByte(p, '/')+1:], ".md")
		r, ds := tree.Parse(tree.Name{Type: types.ByFolder(folder).Name, ID: records.ID(id), Path: p}, []byte("---\n"+text+"\n---\n"))
		if r == nil {
			t.Fatalf("%s: %v", p, ds)
		}
		rs = append(rs, r)
	}
	d := desk.Default()
	d.Roles = map[string][]string{DefaultRole: {"mona", "lee"}}
	return Input{Forge: forge.GitHub, Desk: d, Types: types, Set: records.NewSet(rs), Role: DefaultRole,
		Exists: func(p string) bool { return p == "records/services/vpn" }}
}

func made(t *testing.T, in Input) (*Owners, []byte) {
	t.Helper()
	o, err := Of(in)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := o.Lines(in.Forge)
	if err != nil {
		t.Fatal(err)
	}
	return o, lines
}

// owns returns whom a forge asks about a file, in all sections.
func owns(f string, file []byte, path string) string {
	switch f {
	case forge.GitLab:
		var all []string
		for _, s := range gitlabOwners(file, path) {
			all = append(all, s...)
		}
		return strings.Join(all, " ")
	case forge.Gitea:
		return strings.Join(giteaOwners(file, path), " ")
	}
	return strings.Join(githubOwners(file, path), " ")
}

func TestEachFileIsItsOwners(t *testing.T) {
	github := map[string]string{
		"records/services/vpn.md":                    "@lee-gh @acme/network",
		"records/services/vpn/runbook/start.txt":     "@lee-gh @acme/network",
		"records/services/vpn-2.md":                  "",
		"records/services/mail/imap.md":              "rosa@example.com @mona-gh @lee-gh",
		"records/services/orphan.md":                 "",
		"records/assets/laptops/LT-1.md":             "@mona-gh",
		"records/incidents/2026-11/INC-2611-K7Q4.md": "",
		"records/people/lee.md":                      "@mona-gh @lee-gh",
		"records/people/new/zoe.md":                  "@mona-gh @lee-gh",
		"records/teams/network.md":                   "@mona-gh @lee-gh",
		"records/templates/reboot.md":                "@mona-gh @lee-gh",
		"desk.yaml":                                  "@mona-gh @lee-gh",
		"signers":                                    "@mona-gh @lee-gh",
		"signers.revoked":                            "@mona-gh @lee-gh",
		"signers.d/lee.asc":                          "@mona-gh @lee-gh",
		"schema/change.yaml":                         "@mona-gh @lee-gh",
		"other/schema/change.yaml":                   "",
		"README.md":                                  "",
		"src/desk.yaml":                              "",
	}
	for _, c := range []struct {
		forge, file string
		name        *strings.Replacer
	}{
		{forge.GitHub, ".github/CODEOWNERS", strings.NewReplacer()},
		{forge.GitLab, ".gitlab/CODEOWNERS", strings.NewReplacer("@lee-gh", "@lee.gl", "@mona-gh", "@mona", "@acme/network", "@acme/it/network")},
		{forge.Gitea, ".gitea/CODEOWNERS", strings.NewReplacer("@lee-gh", "@lee_gt", "@mona-gh", "@mona", "rosa@example.com ", "")},
	} {
		for _, prefix := range []string{"", "it desk/#1 [new]", "!desk"} {
			in := fixture(t, nil)
			in.Forge, in.File, in.Prefix = c.forge, c.file, prefix
			_, lines := made(t, in)
			for p, want := range github {
				full := p
				if prefix != "" {
					full = prefix + "/" + p
				}
				if got := owns(c.forge, lines, full); got != c.name.Replace(want) {
					t.Errorf("%s, desk in %q: %s is of %q, want %q\n%s", c.forge, prefix, p, got, c.name.Replace(want), lines)
				}
			}
			if got := owns(c.forge, lines, c.file); got != c.name.Replace("@mona-gh @lee-gh") {
				t.Errorf("%s: the file itself is of %q", c.forge, got)
			}
			for p := range map[string]bool{".github/workflows/x.yml": c.forge != forge.GitLab, ".gitlab-ci.yml": c.forge == forge.GitLab, ".gitea/workflows/x.yml": c.forge == forge.Gitea} {
				want := ""
				if strings.HasPrefix(p, "."+c.forge) || p == ".github/workflows/x.yml" && c.forge == forge.Gitea {
					want = c.name.Replace("@mona-gh @lee-gh")
				}
				if got := owns(c.forge, lines, p); got != want {
					t.Errorf("%s: %s is of %q, want %q", c.forge, p, got, want)
				}
			}
		}
	}
}

func TestGitLabHasSections(t *testing.T) {
	in := fixture(t, nil)
	in.Forge = forge.GitLab
	_, lines := made(t, in)
	for p, want := range map[string]string{"records/services/vpn.md": "service desk records", "desk.yaml": "service desk policy"} {
		if got := gitlabOwners(lines, p); len(got) != 1 || got[want] == nil {
			t.Errorf("%s: %v", p, got)
		}
	}
	// GitLab reads owners in comments, too.
	for line := range strings.Lines(string(lines)) {
		if line[0] == '#' && strings.Contains(line, "@") {
			t.Errorf("a comment names owners: %s", line)
		}
	}
	hand := "* @everybody\n\n" + string(lines)
	if Stray(forge.GitLab, []byte(hand)) != 0 || Stray(forge.GitLab, []byte(hand+"\n# x\nsrc/ @dev\n[Own]\ndocs/ @docs\n")) != 1 || Stray(forge.GitHub, []byte(hand+"src/ @dev\n")) != 0 {
		t.Error("lines that fall into our section are not counted")
	}
}

func TestTheFolderOfATypeWithAPolicyIsTheirsWhomItNames(t *testing.T) {
	in := fixture(t, nil)
	types, ds := schema.Load([]schema.File{{Path: "schema/visit.yaml", Data: []byte("type: visit\ntitle: Visit\nfolder: visits\nid: {prefix: VIS, scheme: month}\n" +
		"states:\n  new: {category: new}\n  done: {category: closed}\ntransitions:\n  new: [done]\n")}})
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	types.Get("visit").Policy = &schema.Policy{Rules: []*schema.ApprovalRule{
		{From: []schema.Approver{{Kind: schema.ByRole, Name: "nobody"}, {Kind: schema.ByTeam, Name: "network"}, {Kind: schema.ByAnyone}}},
		{From: []schema.Approver{{Kind: schema.ByPerson, Name: "mona"}, {Kind: schema.ByRole, Name: DefaultRole}}},
	}}
	in.Types = types
	o, lines := made(t, in)
	if got := owns(forge.GitHub, lines, "records/visits/2026-11/VIS-2611-K7Q4.md"); got != "@acme/network @mona-gh @lee-gh" {
		t.Errorf("%q\n%s", got, lines)
	}
	if !slices.ContainsFunc(o.Notes, func(n string) bool { return strings.Contains(n, `no role "nobody"`) }) {
		t.Errorf("%q", o.Notes)
	}
}

func TestWhoCannotBeNamedIsSaid(t *testing.T) {
	in := fixture(t, map[string]string{
		"records/people/evil.md":   "id: evil\ntitle: Evil\naccounts: {github: \"x @mallory\"}",
		"records/people/multi.md":  "id: multi\ntitle: M\naccounts: {github: \"x\\n* @mallory\"}\nemail: \"a@b.c @mallory\"",
		"records/teams/evil.md":    "id: evil\ntitle: Evil\naccounts: {github: \"acme/x #\"}\nmembers: [mona]",
		"records/services/a.md":    "id: a\ntitle: A\nowner: evil\nteam: evil",
		"records/services/b.md":    "id: b\ntitle: B\nowner: multi\nteam: none",
		"records/services/c.md":    "id: c\ntitle: C\nowner: nobody",
		"records/services/list.md": "id: list\ntitle: L\nowner: [mona]",
	})
	o, lines := made(t, in)
	if bytes.Contains(lines, []byte("mallory")) || bytes.Contains(lines, []byte("evil")) {
		t.Fatalf("%s", lines)
	}
	for _, want := range []string{`evil: "x @mallory" is no account`, `multi: "x\n* @mallory" is no account`, `team evil: "acme/x #" is no name`, "team none has no record", "nobody has no record", "gone has left"} {
		if !slices.ContainsFunc(o.Notes, func(n string) bool { return strings.Contains(n, want) }) {
			t.Errorf("%q lacks %q", o.Notes, want)
		}
	}
	// A line without owners would take away those that another gives.
	for line := range strings.Lines(string(lines)) {
		if line[0] == '/' && !strings.Contains(line, " @") {
			t.Errorf("%q asks nobody", line)
		}
	}
	if got := owns(forge.GitHub, lines, "records/services/a.md"); got != "@mona-gh" {
		t.Errorf("a is of %q", got)
	}
}

func TestSomebodyAnswersForPolicy(t *testing.T) {
	in := fixture(t, nil)
	in.Role = "auditors"
	if _, err := Of(in); err == nil || !strings.Contains(err.Error(), `no role "auditors"`) {
		t.Error(err)
	}
	in.Desk.Roles["auditors"] = []string{"gone", "nobody"}
	if _, err := Of(in); err == nil || !strings.Contains(err.Error(), "nobody of the role") {
		t.Error(err)
	}
	in.Forge = "bitbucket"
	if _, err := Of(in); err == nil || !strings.Contains(err.Error(), "one of github") {
		t.Error(err)
	}
}

func TestPatternsMatchTheirPathAlone(t *testing.T) {
	for _, p := range []string{"a b/c.md", "a#b", "#a", "!a", "a*b", "a?b", "[a]", "{a,b}", `a\b`, "a.b", "a+b|c", "ümlaut/日本", "(a)", "$a^", "a  b"} {
		for _, f := range forge.Forges() {
			for _, folder := range []bool{false, true} {
				path, below := p, p
				if folder {
					path, below = p+"/", p+"/x/y"
				}
				pat, err := pattern(f, path)
				if err != nil {
					t.Fatal(err)
				}
				file := fmt.Appendf(nil, "%s @x\n", pat)
				if owns(f, file, below) != "@x" || owns(f, file, "z/"+below) != "" || owns(f, file, below+"z") != "" && !folder || owns(f, file, "q"+below) != "" {
					t.Errorf("%s: %q for %q", f, pat, path)
				}
			}
		}
	}
	for _, p := range []string{"a\nb @x", "a\x00", "a\x1b", "\ufffd"} {
		if pat, err := pattern(forge.GitHub, p); err == nil {
			t.Errorf("%q is %q", p, pat)
		}
	}
}

func TestHandWrittenLinesStay(t *testing.T) {
	lines := []byte(begin + "\n/a @x\n" + end + "\n")
	for name, c := range map[string][2]string{
		"no file":          {"", string(lines)},
		"at the end":       {"* @all\n", "* @all\n\n" + string(lines)},
		"no line feed":     {"* @all", "* @all\n\n" + string(lines)},
		"in place":         {"* @all\r\n" + begin + "\n/old @y\n/older @y\n" + end + "\n/src @dev\n", "* @all\r\n" + string(lines) + "/src @dev\n"},
		"in place, at end": {"* @all\n" + begin + "\n" + end, "* @all\n" + string(lines)},
		"carriage returns": {begin + "\r\n/old @y\r\n" + end + "\r\n/src @dev\r\n", string(lines) + "/src @dev\r\n"},
	} {
		got, err := Merge([]byte(c[0]), lines)
		if err != nil || string(got) != c[1] {
			t.Errorf("%s: %q %v", name, got, err)
		}
		if again, err := Merge(got, lines); err != nil || !bytes.Equal(again, got) {
			t.Errorf("%s: the second time it is %q %v", name, again, err)
		}
	}
	for _, bad := range []string{begin, end, end + "\n" + begin, begin + "\n" + begin + "\n" + end, begin + "\n" + end + "\n" + begin + "\n" + end, begin + "\n" + end + "\n" + end} {
		if got, err := Merge([]byte(bad), lines); !errors.Is(err, ErrMarks) {
			t.Errorf("%q: %q %v", bad, got, err)
		}
	}
	if _, err := Merge(bytes.Repeat([]byte("# x\n"), MaxBytes/4), lines); !errors.Is(err, ErrSize) {
		t.Errorf("%v", err)
	}
}

func TestTheSameRecordsGiveTheSameBytes(t *testing.T) {
	in := fixture(t, nil)
	_, first := made(t, in)
	for range 20 {
		if _, lines := made(t, fixture(t, nil)); !bytes.Equal(lines, first) {
			t.Fatal("another order")
		}
	}
	if !slices.Equal(Reads(in.Types), []records.Type{"asset", "knowledge", "license", "person", "service", "team", "window"}) {
		t.Errorf("%v", Reads(in.Types))
	}
}

func TestDiffShowsWhatIsDifferent(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"a\nb\nc\n", "a\nb\nc\n", ""},
		{"a\nb\nc\n", "a\nx\nc\n", "-b +x"},
		{"a\nb\nc\nd\n", "a\nc\ny\nd\n", "-b +y"},
		{"", "a\n", "+a"},
		{"a\nb\n", "", "-a -b"},
		{"a\nq\nc\n", "x\na\nz\nc\n", "+x -q +z"},
		{"a\r\n", "a\n", "-a\r +a"},
	} {
		if got := strings.Join(Diff([]byte(c.old), []byte(c.new)), " "); got != c.want {
			t.Errorf("%q -> %q: %q, want %q", c.old, c.new, got, c.want)
		}
	}
}
