package outlook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

func candidates() figure.Definition {
	return figure.Definition{
		ID: "detected.candidates", Title: "Problem candidates", Unit: figure.Records, Shape: figure.List, Kind: figure.Detected, Group: groupDetected, Better: "down", Key: true,
		Text: "What there should be a problem for and is none: major incidents that name no problem, and groups of recurring incidents of which at most half name one. " + recurrenceText +
			" Incidents that were cancelled are not among the major ones.",
		Compute: func(s *figure.Scope) figure.Result {
			all := s.For(incidents)
			var rows []figure.Row
			for _, c := range all.Cases {
				if major := c.Record.Get(fieldMajor); major.String() != "true" || c.Text(fieldProblem) != "" || c.Category == records.Cancelled || !all.In(c.Opened) {
					continue
				}
				rows = append(rows, figure.Row{
					Name: c.Record.Title(), Ref: c.Ref(), Records: []string{c.Ref()},
					Values: map[string]any{"why": "major", "incidents": 1, "service": c.Text(fieldService), "first": records.FormatTime(c.Opened)},
					Words:  fmt.Sprintf("The major incident “%s” of %s names no problem.", c.Record.Title(), day(c.Opened, s.Zone)),
				})
			}
			g := gather(all, all.Cases)
			for _, group := range g.groups {
				if !group.isKnown() {
					row := group.row(all)
					row.Values["why"] = "recurrence"
					rows = append(rows, row)
				}
			}
			return listed(rows, g.read, g.note())
		},
	}
}

// perspective is from where change-caused incidents are looked at: which of them count
// in a scope.
type perspective struct {
	whose  string
	counts func(s *figure.Scope) func(incident, change *figure.Case, service string) bool
}

// refSet returns the names of cases.
func refSet(cs []*figure.Case) map[string]bool {
	out := make(map[string]bool, len(cs))
	for _, c := range cs {
		out[c.Ref()] = true
	}
	return out
}

func ofIncidents() perspective {
	return perspective{"", func(s *figure.Scope) func(incident, change *figure.Case, service string) bool {
		mine := refSet(s.Cases)
		return func(incident, _ *figure.Case, _ string) bool { return mine[incident.Ref()] }
	}}
}

func ofChanges() perspective {
	return perspective{" Only incidents that one of the changes at hand brought about count.", func(s *figure.Scope) func(incident, change *figure.Case, service string) bool {
		mine := refSet(s.Cases)
		return func(_, change *figure.Case, _ string) bool { return change != nil && mine[change.Ref()] }
	}}
}

func ofServices() perspective {
	return perspective{" Only the services at hand count.", func(s *figure.Scope) func(incident, change *figure.Case, service string) bool {
		mine := refSet(s.Cases)
		return func(_, _ *figure.Case, service string) bool {
			_, id := records.SplitRef(service)
			return mine[string(services)+"/"+string(id)]
		}
	}}
}

// none stands for what is not set.
const none = "(not set)"

func changeCaused(p perspective) figure.Definition {
	return figure.Definition{
		ID: "detected.change_caused", Title: "Services with most incidents that changes caused", Unit: figure.Records, Shape: figure.List, Kind: figure.Detected, Group: groupDetected, Better: "down",
		Text: "Incidents that name in caused_by the change that brought them about, by the service of the incident, or by each service of the change where the incident names none; most of them first. Cancelled incidents are left out. " +
			"Of a period those count that were opened within it." + p.whose,
		Compute: func(s *figure.Scope) figure.Result { return causedRows(s, p) },
	}
}

// harm is what changes did to a service.
type harm struct {
	service   string
	incidents []string
	changes   []string
	known     map[string]bool // the changes
}

func causedRows(s *figure.Scope, p perspective) figure.Result {
	by := map[string]*harm{}
	counts, looked := p.counts(s), 0
	for _, incident := range s.Of(incidents) {
		if incident.Category == records.Cancelled || hasPeriod(s) && !s.In(incident.Opened) {
			continue
		}
		looked++
		cause := incident.Text(fieldCausedBy)
		if cause == "" {
			continue
		}
		change := s.Find(changes, cause)
		for _, service := range servicesOf(incident, change) {
			if !counts(incident, change, service) {
				continue
			}
			h := by[service]
			if h == nil {
				h = &harm{service: service, known: map[string]bool{}}
				by[service] = h
			}
			h.incidents = append(h.incidents, incident.Ref())
			if !h.known[cause] {
				h.known[cause], h.changes = true, append(h.changes, cause)
			}
		}
	}
	rows := make([]figure.Row, 0, len(by))
	for _, h := range by {
		name := none
		if h.service != "" {
			name = titled(s.Data, services, h.service)
		}
		rows = append(rows, figure.Row{
			Name: name, Records: h.incidents, Values: map[string]any{"service": h.service, "incidents": len(h.incidents), "changes": h.changes},
			Words: fmt.Sprintf("%s of %s came from %s.", plural(len(h.incidents), "incident", "incidents"), name, plural(len(h.changes), "change", "changes")),
		})
	}
	byLength(rows, "service")
	return listed(rows, looked)
}

// byLength puts rows in the order of how many records they have, most first, then of
// their names and of a value that differs between any two.
func byLength(rows []figure.Row, key string) {
	slices.SortFunc(rows, func(a, b figure.Row) int {
		return cmp.Or(cmp.Compare(len(b.Records), len(a.Records)), strings.Compare(a.Name, b.Name), strings.Compare(a.Values[key].(string), b.Values[key].(string)))
	})
}

// servicesOf returns the services that an incident counts for: "" where none is known.
func servicesOf(incident, change *figure.Case) []string {
	if s := incident.Text(fieldService); s != "" {
		return []string{s}
	}
	if change != nil {
		if all := change.Record.Get(fieldServices).Strings(); len(all) > 0 {
			slices.Sort(all)
			return slices.Compact(all)
		}
	}
	return []string{""}
}

// staleDays is after how many days without an event an open record is stale.
const staleDays = 30

func stale(many string) figure.Definition {
	return figure.Definition{
		ID: "detected.stale", Title: "Stale backlog", Unit: figure.Records, Shape: figure.List, Kind: figure.Detected, Group: groupDetected, Better: "down", Stock: true,
		Text: fmt.Sprintf("Open %s (new, active or held) to which nothing has happened for %d days of 24 hours before the time asked about, by team, the largest number first: no line in the log, no comment, no stated time. "+
			"Those of which nothing is known to have happened are left out. The period does not matter.", many, staleDays),
		Compute: func(s *figure.Scope) figure.Result {
			by := map[string][]*figure.Case{}
			open := 0
			for _, c := range s.Cases {
				if !c.IsOpen() {
					continue
				}
				open++
				if !c.Sum.Last.IsZero() && s.AsOf.Sub(c.Sum.Last) >= staleDays*24*time.Hour {
					by[c.Text(fieldTeam)] = append(by[c.Text(fieldTeam)], c)
				}
			}
			rows := make([]figure.Row, 0, len(by))
			for team, cs := range by {
				rows = append(rows, staleRow(s, team, cs, many))
			}
			byLength(rows, fieldTeam)
			return listed(rows, open)
		},
	}
}

func staleRow(s *figure.Scope, team string, cs []*figure.Case, many string) figure.Row {
	slices.SortStableFunc(cs, func(a, b *figure.Case) int { return a.Sum.Last.Compare(b.Sum.Last) })
	name := none
	if team != "" {
		name = titled(s.Data, teams, team)
	}
	oldest := cs[0].Sum.Last
	return figure.Row{
		Name: name, Records: figure.Refs(cs), Values: map[string]any{"team": team, "open": len(cs), "longest_days": int(s.AsOf.Sub(oldest).Hours() / 24), "since": records.FormatTime(oldest)},
		Words: fmt.Sprintf("Team %s: nothing has happened to %s for %d days or more; the longest rests since %s.",
			name, plural(len(cs), "open "+strings.TrimSuffix(many, "s"), "open "+many), staleDays, day(oldest, s.Zone)),
	}
}
