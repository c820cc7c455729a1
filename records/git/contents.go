package git

import (
	"bytes"
	"context"
	"io/fs"
)

// maxAtOnce is how many bytes of contents EachBlob holds.
const maxAtOnce = 16 << 20

// EachBlob hands the contents of blobs to a function, in the order of their ids.
// Of one that is larger than max bytes, that the repository lacks or that is no
// blob it hands out nil. The contents are the function's.
func (r *Repo) EachBlob(ctx context.Context, ids []string, max int64, each func(i int, data []byte)) error {
	const burst = 4096
	for from := 0; from < len(ids); from += burst {
		some := ids[from:min(from+burst, len(ids))]
		found, err := r.batch().info(ctx, some...)
		if err != nil {
			return err
		}
		for i := 0; i < len(some); {
			next, sum := i, int64(0)
			var names []string
			for ; next < len(some) && (sum < maxAtOnce || next == i); next++ {
				if o := found[next]; o.kind == "blob" && o.id != "" && o.size <= max {
					names, sum = append(names, o.id), sum+o.size
				}
			}
			got, err := r.batch().contents(ctx, names, max)
			if err != nil {
				return err
			}
			for ; i < next; i++ {
				if o := found[i]; o.kind != "blob" || o.id == "" || o.size > max {
					each(from+i, nil)
					continue
				}
				each(from+i, got[0].data)
				got = got[1:]
			}
		}
	}
	return nil
}

// Message returns the message of a commit as it was written, without decoding it.
func (r *Repo) Message(ctx context.Context, commit string) (string, error) {
	o, err := r.batch().load(ctx, commit, "commit", maxCommit)
	if err != nil {
		return "", err
	}
	_, message, _ := bytes.Cut(o.data, []byte("\n\n"))
	return string(message), nil
}

// FileAt returns the content of a regular file of a commit, named by its path from
// the folder that the repository was opened for. It is fs.ErrNotExist where there
// is none, or one of more than max bytes.
func (r *Repo) FileAt(ctx context.Context, commit, path string, max int64) ([]byte, error) {
	files, err := r.At(ctx, commit)
	if err != nil {
		return nil, err
	}
	defer files.Close()
	info, err := files.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > max {
		return nil, fs.ErrNotExist
	}
	return files.ReadFile(path)
}
