// Package changes provides the figures about changes and releases, with those of DORA.
package changes

import "frontdesk/records/figure"

// Reports returns the reports about changes and releases.
func Reports() []figure.Report { return nil }
