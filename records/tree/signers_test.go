package tree

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"frontdesk/schema/signers"
)

const (
	leesKey  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPYRW7Cr+7TR82iwZYlTxExWv374yxji5w603HgTXEsU"
	danasKey = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME\n-----END PGP PUBLIC KEY BLOCK-----\n"
)

func TestSignersAreReadFromAFolderAndFromACommit(t *testing.T) {
	files := map[string]string{signers.FileName: "lee " + leesKey + "\n", signers.RevokedName: "# none\n", "signers.d/dana.asc": danasKey, "signers.d/.gitkeep": ""}
	memory := fstest.MapFS{ConfigFile: {Data: []byte("version: 1\n")}}
	for name, text := range files {
		memory[name] = &fstest.MapFile{Data: []byte(text)}
	}
	past, err := OpenFS("desk", memory)
	if err != nil {
		t.Fatal(err)
	}
	for name, tr := range map[string]*Tree{"folder": newTree(t, files), "commit": past, "other files": newTree(t, nil).With(memory)} {
		s, ds := tr.Signers()
		if len(ds) > 0 || len(s.SSH) != 1 || s.SSH[0].Principals[0] != "lee" || s.OpenPGP["dana"] == nil || s.Refusal != "" {
			t.Errorf("%s: %+v, %+v", name, s, ds)
		}
	}
	if s, ds := newTree(t, nil).Signers(); len(ds) > 0 || len(s.SSH)+len(s.OpenPGP) > 0 || s.Refusal != "" {
		t.Errorf("a desk without signers: %+v, %+v", s, ds)
	}
}

func TestFilesOfSignersThatCannotBeReadAreToldOf(t *testing.T) {
	for name, c := range map[string]struct {
		spoil   func(root string) error
		want    string
		refused bool
	}{
		"signers is a link": {func(root string) error {
			return os.Symlink("desk.yaml", filepath.Join(root, signers.FileName))
		}, "signers: the file cannot be read: it is a symbolic link, not a file", false},
		"signers is a folder": {func(root string) error {
			return os.Mkdir(filepath.Join(root, signers.FileName), 0o755)
		}, "signers: the file cannot be read: it is a folder, not a file", false},
		"signers is too large": {func(root string) error {
			return os.WriteFile(filepath.Join(root, signers.FileName), make([]byte, signers.MaxFile+1), 0o600)
		}, "signers: the file cannot be read: it is 1048577 bytes long", false},
		"revoked keys are a link": {func(root string) error {
			return os.Symlink("nowhere", filepath.Join(root, signers.RevokedName))
		}, "signers.revoked: the file cannot be read: it is a symbolic link, not a file", true},
		"the folder is a link": {func(root string) error {
			return os.Symlink("records", filepath.Join(root, signers.FolderName))
		}, "signers.d: the folder cannot be read: it is a symbolic link, not a folder", false},
		"a key is a link": {func(root string) error {
			dir := filepath.Join(root, signers.FolderName)
			return errors.Join(os.Mkdir(dir, 0o755), os.Symlink("../desk.yaml", filepath.Join(dir, "dana.asc")))
		}, "signers.d/dana.asc: the file cannot be read: it is a symbolic link, not a file", false},
	} {
		tr := newTree(t, nil)
		if err := c.spoil(tr.Root); err != nil {
			t.Fatal(err)
		}
		s, ds := tr.Signers()
		if len(ds) != 1 || !strings.HasPrefix(ds[0].Path+": "+ds[0].Message, c.want) || len(s.SSH)+len(s.OpenPGP) > 0 || (s.Refusal != "") != c.refused {
			t.Errorf("%s: %+v, %+v", name, s, ds)
		}
	}
}
