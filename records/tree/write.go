package tree

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"frontdesk/schema"
)

// Durability says whether a write waits until the disk holds it.
type Durability bool

// Durable survives a power failure once Write has returned; Fast leaves the
// moment to the operating system, for bulk work that can be repeated.
const (
	Durable Durability = true
	Fast    Durability = false
)

// TempPattern matches the files that a killed write may leave behind. They are
// no records and may be deleted.
const TempPattern = ".frontdesk-*.tmp"

// lockPatience is how long Lock waits for another process.
const lockPatience = 30 * time.Second

// Lock keeps other Frontdesk processes from writing to the desk until unlock is
// called or the process ends. It waits for up to 30 seconds.
func (t *Tree) Lock(ctx context.Context) (unlock func(), err error) {
	if t.root == nil {
		return nil, ErrReadOnly
	}
	lock := flock.New(t.lockPath(), flock.SetFlag(os.O_RDONLY))
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	ok, err := lock.TryLockContext(ctx, 5*time.Millisecond)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("lock desk: %w", err)
	}
	if !ok {
		return nil, fmt.Errorf("lock desk: another frontdesk has been writing for %v", lockPatience)
	}
	return func() { _ = lock.Unlock() }, nil
}

// lockPath returns what is locked: the desk's root folder, which no write
// replaces, so that no lock file is ever left behind. Windows locks files only.
func (t *Tree) lockPath() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(t.Root, ConfigFile)
	}
	return t.Root
}

// Sweep removes what killed writes left behind. It must be called under the
// lock.
func (t *Tree) Sweep() error {
	return fs.WalkDir(t.root.FS(), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // unreadable folders are the walk's to report
		}
		if e.IsDir() && p != "." && p != schema.RecordsFolder && !strings.HasPrefix(p, schema.RecordsFolder+"/") {
			return fs.SkipDir
		}
		if ok, _ := path.Match(TempPattern, e.Name()); ok && e.Type().IsRegular() {
			return t.root.Remove(filepath.FromSlash(p))
		}
		return nil
	})
}

// Write replaces the content old of a file by new, or creates the file where
// old is nil. The file is either old or new at any moment, whatever happens. It
// returns ErrChanged or ErrExists where the file is not as expected, and then
// leaves it as it is. Who may read and write it stays as it was.
func (t *Tree) Write(p string, old, new []byte, d Durability) error {
	if t.root == nil {
		return ErrReadOnly
	}
	if err := t.expect(p, old); err != nil {
		return fmt.Errorf("write %s: %w", p, err)
	}
	dir := filepath.FromSlash(path.Dir(p))
	if err := t.root.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("write %s: %w", p, cause(err))
	}
	temp := filepath.Join(dir, strings.Replace(TempPattern, "*", rand.Text(), 1))
	if err := t.writeTemp(temp, new, t.modeOf(p, old), d); err != nil {
		_ = t.root.Remove(temp)
		return fmt.Errorf("write %s: %w", p, cause(err))
	}
	if err := t.root.Rename(temp, filepath.FromSlash(p)); err != nil {
		_ = t.root.Remove(temp)
		return fmt.Errorf("write %s: %w", p, cause(err))
	}
	return t.syncFolder(dir, d)
}

// expect compares a file with what the caller has seen.
func (t *Tree) expect(p string, old []byte) error {
	if err := t.guard(p); err != nil {
		return err
	}
	if old == nil {
		if _, err := t.root.Lstat(filepath.FromSlash(p)); err == nil {
			return ErrExists
		} else if !errors.Is(err, fs.ErrNotExist) {
			return cause(err)
		}
		return nil
	}
	now, err := t.Read(p)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, old) {
		return ErrChanged
	}
	return nil
}

// modeOf returns who may read and write a file that is replaced, 0 for a new one:
// that is the umask's to say.
func (t *Tree) modeOf(p string, old []byte) fs.FileMode {
	if old == nil {
		return 0
	}
	info, err := t.root.Lstat(filepath.FromSlash(p))
	if err != nil {
		return 0
	}
	return info.Mode().Perm()
}

// writeTemp writes a file with the mode, 0 for the usual one. Nobody can read it
// who may not, not even before it is complete.
func (t *Tree) writeTemp(temp string, data []byte, mode fs.FileMode, d Durability) error {
	f, err := t.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, cmp.Or(mode, 0o666))
	if err != nil {
		return err
	}
	if mode != 0 {
		err = f.Chmod(mode)
	}
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil && d == Durable {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (t *Tree) syncFolder(dir string, d Durability) error {
	if d != Durable {
		return nil
	}
	f, err := t.root.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", cause(err))
	}
	_ = f.Sync() // not every file system can
	return f.Close()
}

// Move renames a file, with the folder of its attachments. The new path must be
// free.
func (t *Tree) Move(from, to string) error {
	if t.root == nil {
		return ErrReadOnly
	}
	if err := t.expect(to, nil); err != nil {
		return fmt.Errorf("move %s to %s: %w", from, to, err)
	}
	if err := t.root.MkdirAll(filepath.FromSlash(path.Dir(to)), 0o777); err != nil {
		return fmt.Errorf("move %s to %s: %w", from, to, cause(err))
	}
	if err := t.root.Rename(filepath.FromSlash(from), filepath.FromSlash(to)); err != nil {
		return fmt.Errorf("move %s to %s: %w", from, to, cause(err))
	}
	oldFolder, newFolder := strings.TrimSuffix(from, path.Ext(from)), strings.TrimSuffix(to, path.Ext(to))
	if info, err := t.root.Lstat(filepath.FromSlash(oldFolder)); err == nil && info.IsDir() {
		if err := t.root.Rename(filepath.FromSlash(oldFolder), filepath.FromSlash(newFolder)); err != nil {
			return fmt.Errorf("move attachments of %s: %w", from, cause(err))
		}
	}
	return nil
}
