//go:build !race

package calendar

import "time"

// patience is how long a hostile calendar may take at most, with other tests beside it.
const patience = 10 * time.Second
