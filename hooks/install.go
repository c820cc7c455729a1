package hooks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"frontdesk/records/git"
)

// ErrChanged is returned where a hook file is no longer what the plan was made
// for.
var ErrChanged = errors.New("the hook was changed by somebody else in the meantime")

// Apply takes the steps of a plan that was made for the state. Each file is
// always either old or new. It stops at the first error; planning and applying
// again does the rest.
func Apply(ctx context.Context, repo *git.Repo, s *State, steps []Step) error {
	for _, step := range steps {
		if err := apply(ctx, repo, s, step); err != nil {
			return fmt.Errorf("hook %s: %w", step.Hook.Name, err)
		}
	}
	return nil
}

func apply(ctx context.Context, repo *git.Repo, s *State, step Step) error {
	p := filepath.Join(s.Folder, string(step.Hook.Name))
	had := s.Files[step.Hook.Name]
	section := step.Hook.Section()
	switch step.Verb {
	case Configure:
		// Git refuses to work where a hook has an event and no command.
		if err := repo.Configure(ctx, section+".command", step.Command); err != nil {
			return err
		}
		return repo.Configure(ctx, section+".event", string(step.Hook.Name))
	case Unconfigure:
		return repo.Unconfigure(ctx, section)
	case Write:
		return replace(p, had, step.Content, 0o755)
	case Insert, Cut:
		return replace(p, had, step.Content, had.Mode.Perm())
	case Remove:
		if err := unchanged(p, had); err != nil {
			return err
		}
		return os.Remove(p)
	}
	return nil
}

// replace puts a file in the place of what was there.
func replace(p string, had File, content []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(p), ".frontdesk-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // gone already where all went well
	_, err = temp.Write(content)
	if err := errors.Join(err, temp.Close(), os.Chmod(temp.Name(), mode)); err != nil {
		return err
	}
	if err := unchanged(p, had); err != nil {
		return err
	}
	if had.Exists {
		return os.Rename(temp.Name(), p)
	}
	err = os.Link(temp.Name(), p) // unlike Rename, never in the place of another file
	if errors.Is(err, fs.ErrExist) {
		return ErrChanged
	}
	if err != nil { // a file system without links
		err = os.Rename(temp.Name(), p)
	}
	return err
}

// unchanged returns ErrChanged unless a hook file is as it was.
func unchanged(p string, had File) error {
	is, err := readHook(p)
	if err != nil {
		return err
	}
	if is.Exists != had.Exists || is.Mode != had.Mode || !bytes.Equal(is.Content, had.Content) {
		return ErrChanged
	}
	return nil
}
