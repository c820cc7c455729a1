//go:build race

package rule

// slowdown is how much longer the race detector may make things take.
const slowdown = 20
