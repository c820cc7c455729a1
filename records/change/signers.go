package change

import (
	"path"
	"slices"

	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/schema/signers"
)

// isSigners reports whether a file says who may sign.
func isSigners(p string) bool {
	return p == signers.FileName || p == signers.RevokedName || p == signers.FolderName || path.Dir(p) == signers.FolderName
}

// checkSigners says what is wrong with who may sign, where the change touches it.
func (c *change) checkSigners() []diag.Diagnostic {
	touches := func(s *side) bool {
		return slices.ContainsFunc(s.deltas, func(d git.Delta) bool { return isSigners(d.Path) || isSigners(d.OldPath) })
	}
	if slices.ContainsFunc(c.sides, func(s *side) bool { return !touches(s) }) {
		return nil
	}
	_, ds := c.result.tree.Signers()
	return c.unlessInConflict(ds)
}
