package evidence

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"frontdesk/records"
)

func review(t testing.TB) *Statement {
	t.Helper()
	s := approval(t)
	s.Evidence = ByReview
	s.Review = &Review{Forge: "github", Host: "github.com", Repository: "acme/desk", Pull: 17, ID: "2201", Account: "lee-x", Commit: strings.Repeat("a", 40), State: "APPROVED", SubmittedAt: "2026-11-03T09:12:00Z"}
	return s
}

func TestAStatementIsReadAsItWasWritten(t *testing.T) {
	lift := approval(t)
	lift.Decision, lift.Note, lift.Parts, lift.Record = Lift, "two\nlines\tand <html> & \"quotes\" — ünïcode 😀", nil, "change/CHG0030001"
	for name, s := range map[string]*Statement{"an approval": approval(t), "a review": review(t), "a lift without parts": covering(t, withParts(lift, map[string]string{}))} {
		data, err := s.Bytes()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		file, err := s.FileName()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(file, data)
		if err != nil || !reflect.DeepEqual(got, s) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
		if again, err := got.Bytes(); err != nil || !bytes.Equal(again, data) || data[len(data)-1] != '\n' {
			t.Errorf("%s: written again it is %s, %v", name, again, err)
		}
	}
}

func withParts(s *Statement, parts map[string]string) *Statement {
	s.Parts = parts
	return s
}

func TestPartsThatAreNilAreNone(t *testing.T) {
	s := withParts(approval(t), nil)
	var err error
	if s.Covers, err = Digest(map[string]string{}); err != nil {
		t.Fatal(err)
	}
	data, err := s.Bytes()
	if err != nil || !strings.Contains(string(data), `"parts":{}`) {
		t.Errorf("%s, %v", data, err)
	}
}

// refuses checks that Bytes refuses a statement, and that Parse refuses the bytes
// that it would have.
func refuses(t *testing.T, name string, s *Statement, want string) {
	t.Helper()
	if _, err := s.Bytes(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s is written: %v", name, err)
	}
	data, err := s.bytes()
	if err != nil {
		return // JSON cannot say it
	}
	if _, err := Parse(fileName(s.Person, data), data); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s is read: %v", name, err)
	}
}

func TestAStatementThatSaysSomethingWrongIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Statement)
		want   string
	}{
		{"a version of the future", func(s *Statement) { s.Version = 2 }, "it is of version 2"},
		{"no version", func(s *Statement) { s.Version = 0 }, "it is of version 0"},
		{"a record without type", func(s *Statement) { s.Record = "CHG-2611-AB3D" }, "TYPE/ID"},
		{"a record in a folder", func(s *Statement) { s.Record = "change/../CHG" }, "TYPE/ID"},
		{"a record of three parts", func(s *Statement) { s.Record = "change/a/b" }, "TYPE/ID"},
		{"a record that ends in a dot", func(s *Statement) { s.Record = "change/a." }, "TYPE/ID"},
		{"a record and a line more", func(s *Statement) { s.Record += "\n" }, "TYPE/ID"},
		{"a short branch", func(s *Statement) { s.Target = "main" }, "refs/heads/BRANCH"},
		{"a tag", func(s *Statement) { s.Target = "refs/tags/v1" }, "refs/heads/BRANCH"},
		{"a branch without name", func(s *Statement) { s.Target = "refs/heads/" }, "refs/heads/BRANCH"},
		{"a branch with an escape", func(s *Statement) { s.Target = "refs/heads/a\x1b[31m" }, "refs/heads/BRANCH"},
		{"a range", func(s *Statement) { s.Target = "refs/heads/a..b" }, "refs/heads/BRANCH"},
		{"no decision", func(s *Statement) { s.Decision = "" }, "approve, reject, lift"},
		{"another decision", func(s *Statement) { s.Decision = "Approve" }, "approve, reject, lift"},
		{"nobody", func(s *Statement) { s.Person = "" }, "no id"},
		{"a person in a folder", func(s *Statement) { s.Person = "../lee" }, "no id"},
		{"a hidden person", func(s *Statement) { s.Person = ".lee" }, "no id"},
		{"a person of many letters", func(s *Statement) { s.Person = records.ID(strings.Repeat("a", 65)) }, "no id"},
		{"no time", func(s *Statement) { s.At = "" }, "its time"},
		{"a time of another zone", func(s *Statement) { s.At = "2026-11-03T09:12:00+01:00" }, "its time"},
		{"a time with fractions", func(s *Statement) { s.At = "2026-11-03T09:12:00.5Z" }, "its time"},
		{"a day that is none", func(s *Statement) { s.At = "2026-02-30T09:12:00Z" }, "its time"},
		{"a date", func(s *Statement) { s.At = "2026-11-03" }, "its time"},
		{"a policy that is no digest", func(s *Statement) { s.Policy = "sha256:ab" }, "its policy"},
		{"a policy in capitals", func(s *Statement) { s.Policy = "sha256:" + strings.Repeat("A", 64) }, "its policy"},
		{"a policy and a line more", func(s *Statement) { s.Policy += "\n" }, "its policy"},
		{"a cover of something else", func(s *Statement) { s.Covers = "sha256:" + strings.Repeat("0", 64) }, "its parts are"},
		{"no cover", func(s *Statement) { s.Covers = "" }, "its parts are"},
		{"more parts than it covers", func(s *Statement) { s.Parts["section:Plan"] = "sha256:3" }, "its parts are"},
		{"a part without name", func(s *Statement) { s.Parts[""] = "x" }, "its part"},
		{"a part with an escape", func(s *Statement) { s.Parts["path:a\x1bb"] = "x" }, "its part"},
		{"a part that is not UTF-8", func(s *Statement) { s.Parts["path:\xff"] = "x" }, "UTF-8"},
		{"a long note", func(s *Statement) { s.Note = strings.Repeat("x", MaxNote+1) }, "its note is 4097 bytes long"},
		{"a note with an escape", func(s *Statement) { s.Note = "\x1b]0;x\a" }, "its note"},
		{"a note that is turned round", func(s *Statement) { s.Note = "a\u202eb" }, "its note"},
		{"a note that is not UTF-8", func(s *Statement) { s.Note = "\xff" }, "its note"},
		{"no evidence", func(s *Statement) { s.Evidence = "" }, "signature, review"},
		{"evidence of another kind", func(s *Statement) { s.Evidence = "trailer" }, "signature, review"},
		{"a review that is none", func(s *Statement) { s.Evidence = ByReview }, "has none"},
		{"a signature with a review", func(s *Statement) { s.Review = &Review{} }, "speaks of a review"},
		{"files without end", func(s *Statement) {
			for i := range 9000 {
				s.Parts["path:"+strings.Repeat("x", i%50)+string(rune('a'+i%26))+strings.Repeat("y", i/50)] = "100644:" + strings.Repeat("a", 40)
			}
			covering(t, s)
		}, "bytes long"},
	} {
		s := approval(t)
		c.change(s)
		refuses(t, c.name, s, c.want)
	}
}

func TestAReviewThatSaysSomethingWrongIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Review)
		want   string
	}{
		{"no forge", func(r *Review) { r.Forge = "" }, "forge"},
		{"a forge nobody knows", func(r *Review) { r.Forge = "sourcehut" }, "forge"},
		{"no host", func(r *Review) { r.Host = "" }, "host"},
		{"a host with an escape", func(r *Review) { r.Host = "a\x1b" }, "host"},
		{"no repository", func(r *Review) { r.Repository = "" }, "repository"},
		{"no number", func(r *Review) { r.Pull = 0 }, "pull request"},
		{"a number without end", func(r *Review) { r.Pull = 1<<53 + 1 }, "pull request"},
		{"no id", func(r *Review) { r.ID = "" }, "id"},
		{"no account", func(r *Review) { r.Account = "" }, "account"},
		{"an account of two lines", func(r *Review) { r.Account = "lee\ndana" }, "account"},
		{"an account with a space before", func(r *Review) { r.Account = " lee" }, "account"},
		{"a short commit", func(r *Review) { r.Commit = "abc123" }, "commit"},
		{"a branch as commit", func(r *Review) { r.Commit = "main" }, "commit"},
		{"no state", func(r *Review) { r.State = "" }, "state"},
		{"a long state", func(r *Review) { r.State = strings.Repeat("x", 500) }, "state"},
		{"no time", func(r *Review) { r.SubmittedAt = "yesterday" }, "time"},
	} {
		s := review(t)
		c.change(s.Review)
		refuses(t, c.name, s, c.want)
	}
}

func TestOnlyCanonicalBytesUnderTheirOwnNameAreAStatement(t *testing.T) {
	s := approval(t)
	data, err := s.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for name, changed := range map[string]string{
		"nothing": "", "no line feed": strings.TrimSuffix(text, "\n"), "two line feeds": text + "\n", "a carriage return": strings.TrimSuffix(text, "\n") + "\r\n",
		"a space": strings.Replace(text, ":", ": ", 1), "a BOM": "\ufeff" + text, "an unknown key": strings.Replace(text, "{", `{"aa":1,`, 1), "an unknown key at the end": strings.Replace(text, "}\n", `,"zz":1}`+"\n", 1),
		"a key twice": strings.Replace(text, `"version":1`, `"version":1,"version":1`, 1), "a key twice, otherwise": strings.Replace(text, `"decision":"approve"`, `"decision":"reject","decision":"approve"`, 1),
		"a key in capitals": strings.Replace(text, `"person"`, `"Person"`, 1), "a part twice": strings.Replace(text, `"parts":{`, `"parts":{"field:planned_start":"sha256:1",`, 1),
		"an escape that is not needed": strings.Replace(text, "lee", `l\u0065e`, 1), "a number written otherwise": strings.Replace(text, `"version":1`, `"version":1.0`, 1), "a null": strings.Replace(text, `"note":"looks good",`, `"note":null,`, 1),
		"an empty note": strings.Replace(text, `"note":"looks good",`, `"note":"",`, 1), "a review of null": strings.Replace(text, `"target"`, `"review":null,"target"`, 1), "two statements": text + text, "a list": "[" + strings.TrimSpace(text) + "]\n",
		"another order": strings.Replace(strings.Replace(text, `"version":1`, `"xx"`, 1), `{"at":`, `{"version":1,"at":`, 1), "parts of null": strings.Replace(text, `"parts":{`, `"parts":null,"x":{`, 1), "a number as text": strings.Replace(text, `"lee"`, `7`, 1),
		"depth without end": strings.Repeat("[", 60000), "depth within": `{"parts":` + strings.Repeat(`{"a":`, 9000), "a zero byte": strings.Replace(text, "looks", "l\x00oks", 1), "too much": strings.Repeat(" ", MaxStatement) + text,
	} {
		if _, err := Parse(fileName(s.Person, []byte(changed)), []byte(changed)); err == nil {
			t.Errorf("%s is accepted: %.200s", name, changed)
		}
	}
	right := fileName(s.Person, data)
	if _, err := Parse(right, data); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "lee.json", strings.ToUpper(right), "dana" + strings.TrimPrefix(right, "lee"), "approvals/" + right, right + ".sig", strings.Replace(right, "-", "-0", 1)} {
		if _, err := Parse(name, data); err == nil || !strings.Contains(err.Error(), "belongs into the file "+right) {
			t.Errorf("named %q: %v", name, err)
		}
	}
}
