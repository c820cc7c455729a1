package tree

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"frontdesk/records/diag"
	"frontdesk/schema/signers"
)

// Signers reads who may sign what: signers, signers.revoked and the files of
// signers.d. Where revoked keys cannot be read, no key counts.
func (t *Tree) Signers() (*signers.Signers, []diag.Diagnostic) {
	var files signers.Files
	var ds []diag.Diagnostic
	var refusal string
	read := func(p string, limit int64) []byte {
		data, err := t.read(p, limit)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			ds = append(ds, diag.New(signers.RuleFile, diag.Error, p, diag.Span{}, "the file cannot be read: %v", err))
			if p == signers.RevokedName {
				refusal = "signers.revoked cannot be read, so that no key can be trusted"
			}
			return nil
		}
		return data
	}
	files.Signers = read(signers.FileName, signers.MaxFile)
	files.Revoked = read(signers.RevokedName, signers.MaxFile)
	entries, err := t.readDir(signers.FolderName)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		ds = append(ds, diag.New(signers.RuleFile, diag.Error, signers.FolderName, diag.Span{}, "the folder cannot be read: %v", err))
	}
	files.OpenPGP = map[string][]byte{}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || len(files.OpenPGP) > signers.MaxKeys {
			continue // the one too many is reported, and what follows is not even read
		}
		if data := read(path.Join(signers.FolderName, e.Name()), signers.MaxKeyFile+1); data != nil {
			files.OpenPGP[e.Name()] = data
		}
	}
	s, found := signers.Parse(files)
	if refusal != "" {
		s.Refusal = refusal
	}
	ds = append(ds, found...)
	diag.Sort(ds)
	return s, ds
}
