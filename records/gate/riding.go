package gate

import (
	"bytes"
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
	"frontdesk/schema/signers"
)

// maxPipeline is how large a pipeline's file may be to be looked into.
const maxPipeline = 1 << 20

// isTrusted reports whether a file is one that others are judged by: the desk's
// configuration, types, people and signers, CODEOWNERS, and the pipelines that run
// the gate.
func (s *session) isTrusted(ctx context.Context, b *bundle, d git.Delta) (bool, error) {
	if path.Base(d.Path) == "CODEOWNERS" && slices.Contains([]string{".", ".github", ".gitlab", ".gitea", ".forgejo", "docs"}, path.Dir(d.Path)) {
		return true, nil
	}
	if isPipeline(d.Path) {
		return s.runsGate(ctx, d)
	}
	p, inDesk := s.inDesk(d.Path)
	if !inDesk {
		return false, nil
	}
	top, rest, nested := strings.Cut(p, "/")
	switch {
	case !nested:
		return p == tree.ConfigFile || p == signers.FileName || p == signers.RevokedName, nil
	case top == signers.FolderName || top == tree.TypesFolder:
		return true, nil
	case top != schema.RecordsFolder || !strings.HasSuffix(p, schema.Extension):
		return false, nil
	}
	folder, _, _ := strings.Cut(rest, "/")
	typ := b.law.tree.Types.ByFolder(folder)
	return typ != nil && slices.Contains([]records.Type{typePerson, typeTeam, typeTemplate}, typ.Name), nil
}

// isPipeline reports whether a forge may run a file.
func isPipeline(p string) bool {
	for _, folder := range []string{".github/workflows/", ".github/actions/", ".gitea/workflows/", ".forgejo/workflows/", ".gitlab/"} {
		if strings.HasPrefix(p, folder) {
			return true
		}
	}
	return p == ".gitlab-ci.yml" || p == ".gitlab-ci.yaml"
}

// runsGate reports whether a pipeline speaks of frontdesk, or did so.
func (s *session) runsGate(ctx context.Context, d git.Delta) (bool, error) {
	var ids []string
	for _, side := range []struct {
		id   string
		mode fs.FileMode
	}{{d.OldBlob, d.OldMode}, {d.Blob, d.Mode}} {
		if side.id != "" && side.mode.IsRegular() {
			ids = append(ids, side.id)
		}
	}
	runs := false
	err := s.repo.EachBlob(ctx, ids, maxPipeline, func(_ int, data []byte) {
		runs = runs || data == nil || bytes.Contains(data, []byte("frontdesk"))
	})
	return runs, err
}

// riding returns the trusted files that change together with what they must not:
// anything but one record that asks for just that, and statements on it.
func (b *bundle) riding(prefix string) []string {
	if len(b.trusted) == 0 {
		return nil
	}
	asking := 0
	for _, t := range b.touched {
		if !slices.Contains(b.trusted, prefix+t.name.Path) {
			asking++
		}
	}
	if len(b.riders) == 0 && asking <= 1 {
		return nil
	}
	return b.trusted
}

// modeOf returns a mode as git writes it.
func modeOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "120000"
	case mode&fs.ModeIrregular != 0:
		return "160000"
	case mode&0o100 != 0:
		return "100755"
	}
	return "100644"
}
