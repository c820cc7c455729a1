//go:build race

package git

// raced says that the race detector makes everything ten times slower.
const raced = true
