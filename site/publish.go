package site

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// marker is the file that tells a folder that this package made from any other.
const marker = ".frontdesk-site"

const markerText = "This folder was made by frontdesk-site, which replaces all of it at the next build.\n"

// ErrNotOurs is the cause of an error about a folder that holds something other
// than a site, and is left as it is.
var ErrNotOurs = errors.New("folder is not empty and was not made by frontdesk-site")

// publish lets build fill a new folder beside out and puts it in out's place.
// Where build fails, out stays as it was. It returns the absolute path of out.
func publish(out string, build func(dir string) error) (string, error) {
	out, err := destination(out)
	if err != nil {
		return "", err
	}
	parent, name := filepath.Dir(out), filepath.Base(out)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	next, err := os.MkdirTemp(parent, "."+name+".new-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(next)
	if err := os.Chmod(next, 0o755); err != nil {
		return "", err
	}
	if err := build(next); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(next, marker), []byte(markerText), 0o644); err != nil {
		return "", err
	}
	return out, swap(out, next)
}

// destination returns where out really is, if it may be replaced.
func destination(out string) (string, error) {
	out, err := filepath.Abs(out)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(out); err == nil {
		out = real
	}
	entries, err := os.ReadDir(out)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return out, nil
	case err != nil:
		return "", err
	case len(entries) == 0:
		return out, nil
	}
	info, err := os.Lstat(filepath.Join(out, marker))
	if err != nil || !info.Mode().IsRegular() {
		return "", fmt.Errorf("write to %s: %w", out, ErrNotOurs)
	}
	return out, nil
}

// swap puts next in the place of out. Between the two renames out is missing
// for a moment; if the second one fails, the former out comes back.
func swap(out, next string) error {
	old := next + ".old"
	err := os.Rename(out, old)
	if errors.Is(err, os.ErrNotExist) {
		return os.Rename(next, out)
	}
	if err != nil {
		return err
	}
	if err := os.Rename(next, out); err != nil {
		return errors.Join(err, os.Rename(old, out))
	}
	return os.RemoveAll(old)
}
