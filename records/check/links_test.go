package check

import (
	"slices"
	"strings"
	"testing"
)

func TestLinksAreFollowedWithinTheDesk(t *testing.T) {
	in := input(team(t, "network", ""))
	exists := []string{"records/knowledge/vpn/a.png", "records/knowledge/other.md", "README.md", "records/knowledge/vpn/x/my file.txt"}
	in.Exists = func(p string) bool { return slices.Contains(exists, p) }
	for dest, want := range map[string]string{
		"a.png": "", "./a.png": "", "../other.md": "", "../other.md#part": "", "../other.md?x=1": "", "../../../README.md": "", "README.md": "text/missing-file", "records/knowledge/other.md": "text/missing-file", "network": "text/missing-file",
		"x/my%20file.txt": "", "<x/my file.txt>": "", "#part": "", "": "",
		"b.png": "text/missing-file", "../../b.md": "text/missing-file", "service/network": "text/missing-file", "%zz": "text/missing-file", "%00": "text/missing-file",
		"../../../x": "text/missing-file", "../../../../x": "text/outside-desk", "/etc/passwd": "text/outside-desk", "..%2f..%2f..%2f..%2fx": "text/outside-desk", "C:/x": "text/outside-desk", "../../../..": "text/outside-desk",
		"https://example.com": "", "mailto:dana@example.com": "", "tel:+49": "", "//example.com/x": "", "HTTP://EXAMPLE.COM": "",
		"javascript:alert(1)": "text/unsafe-link", "JaVaScRiPt:x": "text/unsafe-link", "data:text/html,x": "text/unsafe-link", "file:///etc/passwd": "text/unsafe-link",
	} {
		r := record(t, "knowledge", "records/knowledge/vpn/token.md", "---\nid: token\n---\n[link]("+dest+")\n")
		var got []string
		for _, d := range Local(in, r) {
			if strings.HasPrefix(string(d.Rule), "text/") {
				got = append(got, string(d.Rule))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("[link](%s): got %v, want %q", dest, got, want)
		}
	}
}

func TestMailAndBareWebAddressesAreNoFiles(t *testing.T) {
	in := input()
	in.Exists = func(string) bool { return false }
	r := record(t, "knowledge", "records/knowledge/token.md", "---\nid: token\n---\nAsk dana@example.com or <lee@example.com>, see https://example.com/a and www.example.com. [x] is a box.\n")
	for _, d := range Local(in, r) {
		if strings.HasPrefix(string(d.Rule), "text/") {
			t.Errorf("%s", d.Message)
		}
	}
}

func TestWithoutTheDeskNoFileIsMissed(t *testing.T) {
	in := input()
	in.Set = nil
	r := record(t, "knowledge", "records/knowledge/token.md", "---\nid: token\n---\n[a](b.md) [c](INC-2611-K7Q4)\n")
	for _, d := range Local(in, r) {
		if d.Rule == ruleMissingFile {
			t.Errorf("%s", d.Message)
		}
	}
}

func TestALinkThatDoesNotWorkNamesTheOneThatDoes(t *testing.T) {
	in := input(team(t, "network", ""))
	in.Exists = func(p string) bool { return p == "README.md" || p == "records/teams/network.md" }
	for dest, want := range map[string]string{
		"README.md":                "paths are relative to the record: write ../../../README.md",
		"records/teams/network.md": "paths are relative to the record: write ../../teams/network.md",
		"team/network":             "to link to the record write ../../teams/network.md",
		"nothing":                  "paths are relative to the record; attachments lie in the folder token beside it",
	} {
		r := record(t, "knowledge", "records/knowledge/vpn/token.md", "---\nid: token\n---\n[link]("+dest+")\n")
		for _, d := range Local(in, r) {
			if d.Rule == ruleMissingFile && d.Hint != want {
				t.Errorf("%s: hint %q, want %q", dest, d.Hint, want)
			}
		}
	}
}
