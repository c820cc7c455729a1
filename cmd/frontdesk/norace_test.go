//go:build !race

package main

// slow stretches limits under the race detector.
const slow = 1
