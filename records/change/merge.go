package change

import (
	"bytes"
	"fmt"
	"slices"

	"frontdesk/records/diag"
)

// checkConflicts reports the files that git could not merge.
func (c *change) checkConflicts() []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, p := range c.conflicts {
		if !concernsDesk(p) {
			continue
		}
		if c.isAddedTwice(p) {
			ds = append(ds, diag.New(ruleAddedTwice, diag.Error, p, diag.Span{}, "both sides add the record, each its own").
				WithHint("%s", "give one of the two an id that was never used: rename its file, and correct its id and what refers to it"))
			continue
		}
		hint := "merge the base into the branch, settle the conflict, and check again"
		if !c.onBranch {
			hint = "settle it, and stage the file with: git add " + p
		}
		ds = append(ds, diag.New(ruleMergeConflict, diag.Error, p, c.conflictSpan(p), "both sides change the file, and git cannot merge them").WithHint("%s", hint))
	}
	return ds
}

// isAddedTwice reports whether a file in conflict is on both sides and was not
// there when they parted.
func (c *change) isAddedTwice(p string) bool {
	if c.head == "" || len(c.at) == 0 || !c.atHead.has(p) || !c.sides[0].view.has(p) {
		return false
	}
	return !slices.ContainsFunc(c.at, func(v *view) bool { return v.has(p) })
}

func (v *view) has(p string) bool {
	_, ok := v.files.Blob(p)
	return ok
}

// conflictSpan returns where git's first mark stands, the file as a whole where
// it wrote none.
func (c *change) conflictSpan(p string) diag.Span {
	src, err := c.result.tree.Read(p)
	if err != nil {
		return diag.Span{}
	}
	n := 0
	for line := range bytes.Lines(src) {
		n++
		if bytes.HasPrefix(line, []byte("<<<<<<<")) {
			return diag.At(n)
		}
	}
	return diag.Span{}
}

// asAddedTwice says of an id that stands twice how that came about, where each
// side of a merge has added one of the two.
func (c *change) asAddedTwice(ds []diag.Diagnostic) []diag.Diagnostic {
	for i, d := range ds {
		t := c.set.byPath[d.Path]
		if d.Rule != duplicateID || t == nil || len(d.Notes) == 0 || len(c.at) == 0 || slices.ContainsFunc(t.bases, isThere) || !c.isOfOtherSide(t, d.Notes[0].Path) {
			continue
		}
		ds[i].Rule = ruleAddedTwice
		ds[i].Message = fmt.Sprintf("both sides add a %s with the id %q, in different folders", t.typ.Name, t.after.ID)
		ds[i].Hint = "give one of the two an id that was never used: rename its file, and correct its id and what refers to it"
	}
	return ds
}

// duplicateID is the rule that records break which share an id.
const duplicateID diag.RuleID = "id/duplicate"

// isOfOtherSide reports whether a path is of a side that does not have the record.
func (c *change) isOfOtherSide(t *touched, p string) bool {
	other := c.set.byPath[p]
	if other == nil {
		return true
	}
	for i := range c.sides {
		if (t.before[i] == nil) != (other.before[i] == nil) {
			return true
		}
	}
	return false
}

// noteMerged adds to findings on files that no side has in this form that the
// merge made them: who looks for the fault in a commit finds none.
func (c *change) noteMerged(ds []diag.Diagnostic) {
	for i, d := range ds {
		if d.Severity != diag.Info && c.isMerged(d.Path) {
			ds[i] = d.WithNote(d.Path, d.Span, "neither side of the merge has the file like this: it came about when the two were put together")
		}
	}
}

// isMerged reports whether a file is as on no side of a merge.
func (c *change) isMerged(p string) bool {
	if c.head == "" && len(c.sides) == 1 || slices.Contains(c.conflicts, p) {
		return false
	}
	for _, s := range c.sides {
		if !s.had[p] || !s.changed[p] {
			return false
		}
	}
	if c.head == "" {
		return true
	}
	now, ok := c.result.files.Blob(p)
	theirs, known := c.atHead.files.Blob(p)
	return ok && known && now != theirs
}
