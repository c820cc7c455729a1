package main

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"path/filepath"

	"frontdesk/records/tree"
)

// fingerprint changes when a file that the site is made from does: names, sizes
// and times. Looking beats being told here, as it misses no new folder and works
// on every file system.
func fingerprint(root string) uint64 {
	h := fnv.New64a()
	for _, part := range []string{tree.ConfigFile, "records", tree.TypesFolder, themeFolder} {
		_ = filepath.WalkDir(filepath.Join(root, part), func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil // not there, or gone in between: the next look tells
			}
			if info, err := d.Info(); err == nil && !d.IsDir() {
				fmt.Fprintln(h, name, info.Size(), info.ModTime().UnixNano())
			}
			return nil
		})
	}
	return h.Sum64()
}
