// Package lazy provides regular expressions that are compiled when they are first used. A
// hook or a completion needs few of them, and to compile them all would be a tenth of what
// it costs. It must not import any other package of the project.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp returns the regular expression of a text. Whether it is one shows when it is first
// used.
func Regexp(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
