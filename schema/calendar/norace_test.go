//go:build !race

package calendar

// slowdown is how much longer the race detector may make things take.
const slowdown = 1
