//go:build race

package calendar

import "time"

// patience is how long a hostile calendar may take at most, under the race detector and
// with other tests beside it.
const patience = 2 * time.Minute
