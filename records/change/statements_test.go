package change

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/records/diag"
	"frontdesk/records/evidence"
)

const (
	statementsFolder = "records/incidents/2026-11/INC-2611-K7Q4/approvals/"
	oneStatement     = statementsFolder + "lee-5324afb7.json"
	signatureText    = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQ==\n-----END SSH SIGNATURE-----\n"
	statementText    = `{"at":"2026-11-03T10:00:00Z","covers":"sha256:c8707ee8b28c6c0bd0669424d50a655534836ced28dc497e947c3956245ba5d7","decision":"reject","evidence":"signature","note":"The client log is missing","parts":{"field:title":"sha256:00"},"person":"lee","policy":"sha256:c8707ee8b28c6c0bd0669424d50a655534836ced28dc497e947c3956245ba5d7","record":"incident/INC-2611-K7Q4","target":"refs/heads/main","version":1}` + "\n"
)

// rejected makes a repository whose main has a rejection.
func rejected(t *testing.T) *repository {
	r := newRepository(t, "")
	r.commit(baseDesk(t))
	r.commit(map[string]string{oneStatement: statementText, oneStatement + ".sig": signatureText})
	r.git("checkout", "--quiet", "-b", "mine")
	return r
}

func approvalRules(rep *Report) string {
	var found []string
	for _, d := range rep.Diagnostics {
		if d.Rule == ruleApprovalChanged || d.Rule == ruleApprovalMalformed {
			found = append(found, strings.TrimPrefix(string(d.Rule), "history/approval-")+" "+filepath.Base(d.Path))
		}
	}
	return strings.Join(found, ", ")
}

func TestWhatSomebodySaidStays(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(r *repository)
		want string
	}{
		{"nothing", func(r *repository) {}, ""},
		{"the statement is removed", func(r *repository) { r.put(map[string]string{oneStatement: ""}) }, "changed lee-5324afb7.json"},
		{"the signature is removed", func(r *repository) { r.put(map[string]string{oneStatement + ".sig": ""}) }, "changed lee-5324afb7.json.sig"},
		{"the statement is altered", func(r *repository) {
			r.put(map[string]string{oneStatement: strings.Replace(statementText, "reject", "approve", 1)})
		}, "changed lee-5324afb7.json"},
		{"the signature is altered", func(r *repository) { r.put(map[string]string{oneStatement + ".sig": "x\n"}) }, "changed lee-5324afb7.json.sig"},
		{"it becomes a link", func(r *repository) {
			r.put(map[string]string{oneStatement: ""})
			_ = os.Symlink("lee-5324afb7.json.sig", filepath.Join(r.dir, oneStatement))
		}, "changed lee-5324afb7.json"},
		{"it moves out of the folder", func(r *repository) { r.git("mv", oneStatement, "records/incidents/2026-11/INC-2611-K7Q4/note.json") }, "changed lee-5324afb7.json"},
		{"it gets another name", func(r *repository) { r.git("mv", oneStatement, statementsFolder+"kim-5324afb7.json") },
			"malformed kim-5324afb7.json, changed lee-5324afb7.json"},
		{"record and statements move", func(r *repository) {
			_ = os.MkdirAll(filepath.Join(r.dir, "records/incidents/2026-11/K"), 0o755)
			r.git("mv", "records/incidents/2026-11/INC-2611-K7Q4.md", "records/incidents/2026-11/INC-2611-K7Q4", "records/incidents/2026-11/K/")
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := rejected(t)
			c.do(r)
			r.git("add", "--all")
			staged := r.staged()
			if got := approvalRules(staged); got != c.want {
				t.Errorf("staged, it gives %q, want %q\n%s", got, c.want, told(staged))
			}
			r.commit(nil)
			rep := r.between("main", "mine")
			if got := approvalRules(rep); got != c.want {
				t.Errorf("it gives %q, want %q\n%s", got, c.want, told(rep))
			}
			if c.want != "" && diag.Count(rep.Diagnostics, diag.Error) == 0 {
				t.Error("it is no error")
			}
		})
	}
}

// TestAStatementThatOneSideAddsOutlastsAMerge merges a branch that never had it, and one
// that takes it out while it merges.
func TestAStatementThatOneSideAddsOutlastsAMerge(t *testing.T) {
	r := newRepository(t, "")
	r.commit(baseDesk(t))
	r.git("checkout", "--quiet", "-b", "mine")
	r.commit(map[string]string{"README": "x"})
	r.git("checkout", "--quiet", "main")
	r.commit(map[string]string{oneStatement: statementText, oneStatement + ".sig": signatureText})
	if got := approvalRules(r.between("main", "mine")); got != "" {
		t.Errorf("a branch that parted before gives %q", got)
	}
	r.git("checkout", "--quiet", "mine")
	r.git("merge", "--quiet", "--no-commit", "--no-ff", "main")
	if got := approvalRules(r.staged()); got != "" {
		t.Errorf("the merge gives %q", got)
	}
	r.git("rm", "--quiet", "-r", "-f", statementsFolder)
	if got := approvalRules(r.staged()); got != "changed lee-5324afb7.json, changed lee-5324afb7.json.sig" {
		t.Errorf("a merge that leaves it out gives %q", got)
	}
}

func TestWhatCannotCountIsSaid(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string // "" is nothing
	}{
		{"a statement and its signature", map[string]string{oneStatement: statementText, oneStatement + ".sig": signatureText}, ""},
		{"without a signature", map[string]string{oneStatement: statementText}, "its signature, lee-5324afb7.json.sig, is not there"},
		{"a signature alone", map[string]string{oneStatement + ".sig": signatureText}, "the statement that it would prove, lee-5324afb7.json, is not there"},
		{"another file", map[string]string{statementsFolder + "README.md": "hello\n"}, "in approvals/ lie statements"},
		{"no JSON", map[string]string{statementsFolder + "lee-00000000.json": "approved\n", statementsFolder + "lee-00000000.json.sig": signatureText}, "it is no statement"},
		{"another name", map[string]string{statementsFolder + "kim-5324afb7.json": statementText, statementsFolder + "kim-5324afb7.json.sig": signatureText}, "belongs into the file lee-5324afb7.json"},
		{"too long", map[string]string{statementsFolder + "lee-00000000.json": strings.Repeat("x", evidence.MaxStatement+1), statementsFolder + "lee-00000000.json.sig": signatureText}, fmt.Sprintf("it is %d bytes long", evidence.MaxStatement+1)},
		{"beside another record", map[string]string{"records/problems/2026-10/PRB-2610-M3X9/approvals/lee-5324afb7.json": statementText, "records/problems/2026-10/PRB-2610-M3X9/approvals/lee-5324afb7.json.sig": signatureText},
			"it is about incident/INC-2611-K7Q4, and lies beside problem/PRB-2610-M3X9"},
		{"beside no record", map[string]string{"records/incidents/2026-11/INC-2611-ZZZZ/approvals/lee-5324afb7.json": statementText, "records/incidents/2026-11/INC-2611-ZZZZ/approvals/lee-5324afb7.json.sig": signatureText},
			"there is no record INC-2611-ZZZZ.md"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t, "")
			r.commit(baseDesk(t))
			r.git("checkout", "--quiet", "-b", "mine")
			r.commit(c.files)
			rep := r.between("main", "mine")
			if got := approvalRules(rep); (got == "") != (c.want == "") || c.want != "" && !strings.Contains(told(rep), c.want) {
				t.Errorf("it gives\n%swant %q", told(rep), c.want)
			}
		})
	}
}
