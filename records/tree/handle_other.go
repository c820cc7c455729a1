//go:build !unix

package tree

import (
	"errors"
	"os"
)

// openHandle is not there: folders are known by their paths.
func openHandle(*os.Root, string) (folder, error) { return nil, errors.ErrUnsupported }

// openDirect is not there.
func openDirect(*os.Root, string) (*os.File, error) { return nil, errors.ErrUnsupported }
