package change

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"frontdesk/records/diag"
	"frontdesk/records/evidence"
	"frontdesk/records/git"
	"frontdesk/schema"
)

// The rules on the approvals and rejections that lie beside records.
const (
	ruleApprovalChanged   diag.RuleID = "history/approval-changed"
	ruleApprovalMalformed diag.RuleID = "history/approval-malformed"
)

// isStatement reports whether a file lies where approvals and rejections do, beside
// the folder's record.
func isStatement(p string) bool {
	return path.Base(path.Dir(p)) == evidence.Folder && strings.HasPrefix(p, schema.RecordsFolder+"/") && strings.Count(p, "/") > 3
}

// ownerOf returns the path of the record that statements in a folder are about.
func ownerOf(p string) string { return path.Dir(path.Dir(p)) + schema.Extension }

// checkStatements reports the approvals and rejections that the change alters or
// removes, and those among what it adds that can never count.
func (c *change) checkStatements() []diag.Diagnostic {
	changed := map[string]bool{}
	fresh := map[string]bool{}
	for _, s := range c.sides {
		for _, d := range s.deltas {
			if isStatement(d.OldPath) && d.OldBlob != "" && !keeps(d) && !c.isGoneElsewhere(s, d) {
				changed[d.OldPath] = true
			}
			if isStatement(d.Path) && d.Blob != "" {
				fresh[d.Path] = true
			}
		}
	}
	var ds []diag.Diagnostic
	for p := range changed {
		ds = append(ds, c.changedStatement(p))
	}
	for p := range fresh {
		if !changed[p] && !slices.Contains(c.conflicts, p) {
			ds = append(ds, c.malformedStatement(p)...)
		}
	}
	for i, d := range ds {
		ds[i].Record = path.Base(path.Dir(path.Dir(d.Path)))
	}
	return ds
}

// keeps reports whether a difference leaves a statement as it is: it moved with its
// record.
func keeps(d git.Delta) bool {
	return d.Status != 'D' && d.Blob == d.OldBlob && d.Mode.IsRegular() && isStatement(d.Path) && statementName(d.Path) == statementName(d.OldPath)
}

// statementName is what stays of a statement's path where its record moves.
func statementName(p string) string {
	return path.Base(path.Dir(path.Dir(p))) + "/" + path.Base(p)
}

// isGoneElsewhere reports whether a statement of one side of a merge is gone because
// another side, which had it when they parted, has removed it: that is not new.
func (c *change) isGoneElsewhere(s *side, d git.Delta) bool {
	if d.Status != 'D' || len(c.sides) == 1 || len(c.at) == 0 || slices.ContainsFunc(c.at, func(v *view) bool { return !v.has(d.OldPath) }) {
		return false
	}
	return slices.ContainsFunc(c.sides, func(o *side) bool { return o != s && !o.view.has(d.OldPath) })
}

func (c *change) changedStatement(p string) diag.Diagnostic {
	done := "altered"
	if !c.result.has(p) {
		done = "removed"
	}
	what := "statement"
	if strings.HasSuffix(p, evidence.SignatureExtension) {
		what = "signature"
	}
	return diag.New(ruleApprovalChanged, diag.Error, p, diag.Span{}, "the %s was %s; what somebody said of %s stays as they signed it", what, done, path.Base(path.Dir(path.Dir(p)))).
		WithHint("put the file back; who changes their mind says so with frontdesk approve or frontdesk reject, which add a statement")
}

// malformedStatement says why a file beside a record can never count as an approval.
func (c *change) malformedStatement(p string) []diag.Diagnostic {
	why := c.whyMalformed(p)
	if why == "" {
		return nil
	}
	return []diag.Diagnostic{diag.New(ruleApprovalMalformed, diag.Error, p, diag.Span{}, "it counts for nothing: %s", why).
		WithHint("frontdesk approve and frontdesk reject write statements; take this file out")}
}

func (c *change) whyMalformed(p string) string {
	info, err := fs.Lstat(c.result.files, p)
	name := path.Base(p)
	statement, isSignature := strings.CutSuffix(name, evidence.SignatureExtension)
	owner := c.result.tree.ListOf([]string{ownerOf(p)}).Names
	switch {
	case err != nil:
		return fmt.Sprintf("it cannot be read: %v", err)
	case !info.Mode().IsRegular():
		return "it is no regular file"
	case !strings.HasSuffix(statement, evidence.Extension):
		return fmt.Sprintf("in %s/ lie statements, PERSON-DIGEST%s, and their signatures, with %s behind that", evidence.Folder, evidence.Extension, evidence.SignatureExtension)
	case len(owner) != 1:
		return fmt.Sprintf("there is no record %s", path.Base(ownerOf(p)))
	case isSignature && !c.result.has(strings.TrimSuffix(p, evidence.SignatureExtension)):
		return fmt.Sprintf("the statement that it would prove, %s, is not there", statement)
	case isSignature && info.Size() > evidence.MaxSignature:
		return fmt.Sprintf("it is %d bytes long; at most %d are read", info.Size(), evidence.MaxSignature)
	case isSignature:
		return ""
	case info.Size() > evidence.MaxStatement:
		return fmt.Sprintf("it is %d bytes long; at most %d are read", info.Size(), evidence.MaxStatement)
	case !c.result.has(p + evidence.SignatureExtension):
		return fmt.Sprintf("its signature, %s%s, is not there", name, evidence.SignatureExtension)
	}
	data, err := c.result.files.ReadFile(p)
	if err != nil {
		return fmt.Sprintf("it cannot be read: %v", err)
	}
	s, err := evidence.Parse(name, data)
	if err != nil {
		return strings.TrimPrefix(err.Error(), "read statement: ")
	}
	if ref := string(owner[0].Type) + "/" + string(owner[0].ID); s.Record != ref {
		return fmt.Sprintf("it is about %s, and lies beside %s", s.Record, ref)
	}
	return ""
}
