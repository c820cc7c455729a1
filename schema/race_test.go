//go:build race

package schema

// slowdown is how much longer the race detector may make things take.
const slowdown = 20
