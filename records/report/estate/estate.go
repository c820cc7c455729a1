// Package estate provides the figures about what a desk looks after: services, assets,
// licences and knowledge.
package estate

import "frontdesk/records/figure"

// Reports returns the reports about services, assets, licences and knowledge.
func Reports() []figure.Report { return nil }
