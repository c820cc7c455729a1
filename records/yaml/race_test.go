//go:build race

package yaml

// slow stretches time limits under the race detector.
const slow = 10
