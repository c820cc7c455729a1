// Package changes provides the figures about changes and releases, with those of DORA.
// It must not read files, nor judge what it counts.
package changes

import (
	"slices"

	"frontdesk/records"
	"frontdesk/records/conflict"
	"frontdesk/records/figure"
)

// The types that the figures know by name.
const (
	changeType   records.Type = "change"
	releaseType  records.Type = "release"
	incidentType records.Type = "incident"
	serviceType  records.Type = "service"
	teamType     records.Type = "team"
	windowType   records.Type = "window"
	assetType    records.Type = "asset"
)

// Fields that the figures know by name.
const (
	fieldKind         = "kind"
	fieldRisk         = "risk"
	fieldTeam         = "team"
	fieldServices     = "services"
	fieldEnvironment  = "environment"
	fieldPlannedStart = "planned_start"
	fieldPlannedEnd   = "planned_end"
	fieldActualStart  = "actual_start"
	fieldActualEnd    = "actual_end"
	fieldReleased     = "released_at"
	fieldAsked        = "authorization_requested_at"
	fieldScheduled    = "scheduled_at"
	fieldCloseCode    = "close_code"
	fieldUnauthorized = "unauthorized"
	fieldChanges      = "changes"
	fieldService      = "service"  // of an incident
	fieldPriority     = "priority" // of an incident
	fieldCausedBy     = "caused_by"
	fieldFixedBy      = "change"   // of an incident
	fieldIncident     = "incident" // of a change
)

// Values of fields.
const (
	kindEmergency = "emergency"
	kindStandard  = "standard"
	successful    = "successful"
	withIssues    = "successful-with-issues"
	unsuccessful  = "unsuccessful"
	backedOut     = "backed-out"
	notStated     = "(not set)"
)

// The groups below which reports show the figures.
const (
	groupVolume   = "Volume"
	groupQuality  = "Quality"
	groupTime     = "Time"
	groupApproval = "Approval"
	groupCaused   = "Incidents caused"
	groupDORA     = "DORA"
)

// Reports returns the reports about changes and releases.
func Reports() []figure.Report {
	b := &books{}
	return []figure.Report{
		{
			Name: "change", Title: "Changes", Subject: changeType,
			Intro:   "How many changes there are, how they went, how long they took and waited, and what they broke.",
			Types:   []records.Type{incidentType, serviceType, teamType, windowType, assetType},
			Fields:  slices.Concat(changeFields(), incidentFields(), conflictFields()),
			By:      []string{fieldKind, fieldRisk, fieldTeam, "category", fieldEnvironment, fieldServices, "assignee"},
			Figures: slices.Concat(volume("changes"), kinds(), outcomes(b), times(), approval(), caused(b), dora(b.changeDeployments())),
		},
		{
			Name: "release", Title: "Releases", Subject: releaseType,
			Intro:   "How many releases there are, whether they came when they were planned, and how they went.",
			Types:   []records.Type{changeType, incidentType},
			Fields:  slices.Concat(changeFields(), incidentFields(), []string{fieldReleased, fieldChanges, "product"}),
			By:      []string{fieldKind, fieldTeam, "product", fieldServices, "assignee"},
			Figures: slices.Concat(volume("releases"), releases(), dora(b.releaseDeployments())),
		},
	}
}

func changeFields() []string {
	return []string{
		fieldKind, fieldRisk, fieldTeam, fieldServices, fieldEnvironment, fieldPlannedStart, fieldPlannedEnd, fieldActualStart,
		fieldActualEnd, fieldAsked, fieldScheduled, fieldCloseCode, fieldUnauthorized, fieldIncident, "impact", "likelihood", "category", "assignee",
	}
}

func incidentFields() []string {
	return []string{fieldService, fieldPriority, fieldCausedBy, fieldFixedBy}
}

// conflictFields are those by which plans get in each other's way.
func conflictFields() []string {
	return []string{
		"implementer", "assets", "parent", "depends_on", "class", "starts_at", "ends_at", "duration", "recurrence", "time_zone", "except", "categories",
	}
}

// books is what the figures of a report share.
type books struct {
	effects figure.Memo[*effects]
	plans   figure.Memo[*conflict.Book]
}

// effects is what incidents say of changes.
type effects struct {
	caused map[*figure.Case][]*figure.Case // incidents by the change that they say caused them
	fixed  map[*figure.Case]bool           // changes that an incident says mend it
}

// of returns what incidents say of changes. Cancelled incidents say nothing.
func (b *books) of(s *figure.Scope) *effects {
	return b.effects.Of(s.Data, func(d *figure.Data) *effects {
		e := &effects{caused: map[*figure.Case][]*figure.Case{}, fixed: map[*figure.Case]bool{}}
		for _, incident := range d.Of(incidentType) {
			if incident.Category == records.Cancelled {
				continue
			}
			if ref := incident.Text(fieldCausedBy); ref != "" {
				if change := d.Find(changeType, ref); change != nil {
					e.caused[change] = append(e.caused[change], incident)
				}
			}
			if ref := incident.Text(fieldFixedBy); ref != "" {
				if change := d.Find(changeType, ref); change != nil {
					e.fixed[change] = true
				}
			}
		}
		return e
	})
}

// rework reports whether an incident made a change necessary.
func (e *effects) rework(change *figure.Case) bool {
	return e.fixed[change] || change.Text(fieldIncident) != ""
}

// orNotStated gives what is not stated a name.
func orNotStated(s string) string {
	if s == "" {
		return notStated
	}
	return s
}
