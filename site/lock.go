package site

import (
	"context"
	"errors"
	"os"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// lockPause is how long to wait before another look at a folder that is held.
const lockPause = 50 * time.Millisecond

// lockFolder keeps other builds from a folder until release is called or the
// process ends. It waits until the folder is free, and does nothing where there
// is no such folder, as nothing can be changed in it then, or where the file system
// knows no locks. The folder itself is locked, so that no lock file is ever
// published; Windows locks files only, and there the folder's marker is.
func lockFolder(ctx context.Context, dir string) (release func(), err error) {
	for {
		before, err := os.Stat(dir)
		if errors.Is(err, os.ErrNotExist) {
			return func() {}, nil
		}
		if err != nil {
			return nil, err
		}
		lock := newLock(dir)
		if _, err := lock.TryLockContext(ctx, lockPause); ctx.Err() != nil {
			return nil, ctx.Err()
		} else if err != nil {
			return func() {}, nil
		}
		after, err := os.Stat(dir)
		if err == nil && os.SameFile(before, after) {
			return func() { _ = lock.Unlock() }, nil
		}
		_ = lock.Unlock() // another build has put a new folder in its place
	}
}

// tryLockFolder is lockFolder without waiting; ok is false where the folder is
// held or cannot be locked.
func tryLockFolder(dir string) (release func(), ok bool) {
	lock := newLock(dir)
	if ok, err := lock.TryLock(); err != nil || !ok {
		return nil, false
	}
	return func() { _ = lock.Unlock() }, true
}

func newLock(dir string) *flock.Flock {
	if runtime.GOOS == "windows" {
		dir += "/" + marker
	}
	return flock.New(dir, flock.SetFlag(os.O_RDONLY))
}
