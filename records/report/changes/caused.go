package changes

import (
	"fmt"

	"frontdesk/records/figure"
)

// caused returns the figures about the incidents that changes brought about.
func caused(b *books) []figure.Definition {
	return []figure.Definition{
		{
			ID: "caused.incidents", Title: "Incidents caused by changes", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupCaused, Better: "down",
			Text: "The incidents, without cancelled ones, whose stated opening lies in the period and that name one of the changes as what brought them about.",
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(b.incidents(s))
			},
		},
		{
			ID: "caused.rate", Title: "Changes that caused incidents", Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupCaused, Better: "down",
			Text: "The changes that at least one incident, which was not cancelled, names as what brought it about, as a share of the changes whose actual end lies in the period.",
			Compute: func(s *figure.Scope) figure.Result {
				e := b.of(s)
				whole := figure.Select(s.Cases, func(c *figure.Case) bool { return s.In(timeOf(s, c, fieldActualEnd)) })
				return figure.ShareOf(figure.Select(whole, func(c *figure.Case) bool { return len(e.caused[c]) > 0 }), whole)
			},
		},
		{
			ID: "caused.by_change", Title: "Changes by incidents caused", Unit: figure.Records, Shape: figure.List, Kind: figure.Counted, Group: groupCaused, Better: "down",
			Text:    "The changes that incidents, which were not cancelled and whose stated opening lies in the period, name as what brought them about, with the number of these incidents, the most first.",
			Compute: b.byChange,
		},
		{
			ID: "caused.by_service", Title: "Services by incidents that changes caused", Unit: figure.Records, Shape: figure.List, Kind: figure.Counted, Group: groupCaused, Better: "down",
			Text:    "The services that incidents name which a change brought about, with the number of these incidents and of the changes, the most incidents first. Incidents count whose stated opening lies in the period and that were not cancelled; the service is the one that the incident names, not those of the change.",
			Compute: b.byService,
		},
	}
}

// incidents returns the incidents of the period that the changes caused, in the order of
// the changes.
func (b *books) incidents(s *figure.Scope) []*figure.Case {
	var out []*figure.Case
	e := b.of(s)
	for _, c := range s.Cases {
		out = append(out, opened(s.With(e.caused[c]))...)
	}
	return out
}

func (b *books) byChange(s *figure.Scope) figure.Result {
	e := b.of(s)
	rows, n := []figure.Row{}, 0
	changes := figure.Select(s.Cases, func(c *figure.Case) bool {
		incidents := opened(s.With(e.caused[c]))
		if len(incidents) == 0 {
			return false
		}
		n += len(incidents)
		rows = append(rows, figure.Row{
			Name: c.Record.Title(), Ref: c.Ref(), Records: figure.Refs(incidents),
			Values: map[string]any{"incidents": len(incidents), "outcome": outcome(c), "kind": c.Text(fieldKind)},
			Words:  fmt.Sprintf("%s caused %s.", c.Record.ID, plural(len(incidents), "incident")),
		})
		return true
	})
	sortRows(rows, "incidents")
	return figure.Result{Value: rows, N: n, Records: figure.Refs(changes)}
}

func (b *books) byService(s *figure.Scope) figure.Result {
	e := b.of(s)
	type part struct{ incidents, changes []*figure.Case }
	parts := map[string]*part{}
	var all []*figure.Case
	for _, c := range s.Cases {
		for _, incident := range opened(s.With(e.caused[c])) {
			name := names(incident, fieldService)[0]
			p := parts[name]
			if p == nil {
				p = &part{}
				parts[name] = p
			}
			p.incidents = append(p.incidents, incident)
			if n := len(p.changes); n == 0 || p.changes[n-1] != c {
				p.changes = append(p.changes, c)
			}
			all = append(all, incident)
		}
	}
	rows := []figure.Row{}
	for name, p := range parts {
		title, ref := nameOf(s, serviceType, name)
		rows = append(rows, figure.Row{
			Name: title, Ref: ref, Records: figure.Refs(p.incidents),
			Values: map[string]any{"incidents": len(p.incidents), "changes": len(p.changes)},
			Words:  fmt.Sprintf("%s: %s, brought about by %s.", title, plural(len(p.incidents), "incident"), plural(len(p.changes), "change")),
		})
	}
	sortRows(rows, "incidents")
	return figure.Result{Value: rows, N: len(all), Records: figure.Refs(all)}
}
