package main

import (
	"fmt"
	"os"
	"runtime/debug"
)

// programBuild names this build of the program: another one may read files in
// another way, so that what the one has kept is nothing to the other. It is ""
// where it cannot be told.
func programBuild() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	file, err := os.Stat(path)
	if err != nil {
		return ""
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s\n%d %d", info, file.Size(), file.ModTime().UnixNano())
}
