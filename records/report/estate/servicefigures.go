package estate

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

const outsideText = " An outage counts if part of it lies within the agreed time of the period and outside planned maintenance."

func (w *wards) outageFigures() []figure.Definition {
	whole := outsideText + " " + outageText + " " + agreedText + " " + maintenanceText
	return []figure.Definition{
		{
			ID: "outages", Title: "Outages", Unit: figure.Events, Shape: figure.Number, Kind: figure.Counted, Group: groupOutages, Better: "down", Key: true,
			Text: "The number of outages of the services in the period." + whole,
			Compute: func(s *figure.Scope) figure.Result {
				return w.overOutages(s, func(u uptime) any { return len(u.outages) })
			},
		},
		{
			ID: "downtime", Title: "Downtime", Unit: figure.Hours, Shape: figure.Number, Kind: figure.Counted, Group: groupOutages, Better: "down",
			Text: "The time of outages within the agreed time of the period and outside planned maintenance, in hours, added up over the services." + whole,
			Compute: func(s *figure.Scope) figure.Result {
				return w.overOutages(s, func(u uptime) any { return u.down })
			},
		},
		{
			ID: "outages.by_month", Title: "Outages by month", Unit: figure.Events, Shape: figure.Months, Kind: figure.Counted, Group: groupOutages, Better: "down",
			Text: fmt.Sprintf("The number of outages of the services in each month of the period; one that reaches over the end of a month counts in both. Of the last %d months. %s%s", maxMonths, monthText, whole),
			Compute: func(s *figure.Scope) figure.Result {
				return w.byMonth(s, func(u uptime) (float64, bool) { return float64(len(u.outages)), true })
			},
		},
		{
			ID: "downtime.by_month", Title: "Downtime by month", Unit: figure.Hours, Shape: figure.Months, Kind: figure.Counted, Group: groupOutages, Better: "down",
			Text: fmt.Sprintf("The time of outages within the agreed time of each month of the period and outside planned maintenance, in hours, added up over the services. Of the last %d months. %s%s", maxMonths, monthText, whole),
			Compute: func(s *figure.Scope) figure.Result {
				return w.byMonth(s, func(u uptime) (float64, bool) { return u.down, true })
			},
		},
		{
			ID: "outages.list", Title: "Outages one by one", Unit: figure.Events, Shape: figure.List, Kind: figure.Counted, Group: groupOutages,
			Text:    "Each outage of the services in the period with its beginning, its end, its whole length by the wall clock and the downtime that counts, both in hours, the longest downtime first: one of two hours is not the same as sixty of two minutes." + whole,
			Compute: w.outageRows,
		},
		{
			ID: "mtbf", Title: "Mean time between failures (MTBF)", Unit: figure.Hours, Shape: figure.Number, Kind: figure.Counted, Group: groupOutages, Better: "up",
			Text: "The time for which the services were there, which is the agreed time in the period outside planned maintenance less the outages, for each outage. Nothing can be said without an outage." + whole,
			Compute: func(s *figure.Scope) figure.Result {
				return w.overOutages(s, func(u uptime) any {
					if len(u.outages) == 0 {
						return nil
					}
					return (u.agreed - u.down) / float64(len(u.outages))
				})
			},
		},
	}
}

// overOutages is the result of a figure about the outages of all services.
func (w *wards) overOutages(s *figure.Scope, of func(uptime) any) figure.Result {
	v := w.view(s)
	u := v.total()
	return figure.Result{Value: of(u), N: len(u.outages), Records: incidentRefs(u.outages), Note: v.note()}
}

func (w *wards) outageRows(s *figure.Scope) figure.Result {
	v := w.view(s)
	var rows []figure.Row
	var refs []string
	for _, x := range v.services {
		for i, o := range x.outages {
			values := map[string]any{
				"from": records.FormatTime(o.Start), "to": nil, "hours": figure.InHours(o.End.Sub(o.Start)), "downtime_hours": x.spent[i], "incidents": len(o.incidents),
			}
			until := "and goes on"
			if !o.running {
				values["to"] = records.FormatTime(o.End)
				until = "to " + o.End.In(s.Zone).Format("2006-01-02 15:04")
			}
			rows = append(rows, figure.Row{
				Name: titleOf(x.c), Ref: x.c.Ref(), Values: values, Records: figure.Refs(o.incidents),
				Words: fmt.Sprintf("%s was down from %s %s: %.2f hours of the agreed time.", titleOf(x.c), o.Start.In(s.Zone).Format("2006-01-02 15:04"), until, x.spent[i]),
			})
			refs = append(refs, figure.Refs(o.incidents)...)
		}
	}
	slices.SortStableFunc(rows, func(a, b figure.Row) int {
		return cmp.Or(cmp.Compare(b.Values["downtime_hours"].(float64), a.Values["downtime_hours"].(float64)),
			cmp.Compare(a.Values["from"].(string), b.Values["from"].(string)), cmp.Compare(a.Ref, b.Ref))
	})
	return figure.Result{Value: rows, N: len(rows), Records: refs, Note: v.note()}
}

// restored is an outage that ended in the period.
type restored struct {
	service *figure.Case
	outage
}

// restored returns the outages that ended in the period, of all services that were to
// be there in it.
func (w *wards) restored(s *figure.Scope) []restored {
	var out []restored
	for _, x := range w.view(s).services {
		for _, o := range x.outages {
			if !o.running && s.In(o.End) {
				out = append(out, restored{x.c, o})
			}
		}
	}
	return out
}

func (r restored) length() time.Duration { return r.End.Sub(r.Start) }

func (w *wards) recovery() []figure.Definition {
	text := "time from the beginning of an outage to its end, by the wall clock and with the part that lies before the period, of the outages of the services that ended in the period." + outsideText + " " + outageText
	length := func(id, title, words string, of func([]float64) (float64, bool)) figure.Definition {
		return figure.Definition{
			ID: id, Title: title, Unit: figure.Hours, Shape: figure.Number, Kind: figure.Counted, Group: groupOutages, Better: "down",
			Text: "The " + words + " " + text,
			Compute: func(s *figure.Scope) figure.Result {
				var hours []float64
				r := figure.Result{}
				for _, o := range w.restored(s) {
					hours = append(hours, figure.InHours(o.length()))
					r.Records = append(r.Records, figure.Refs(o.incidents)...)
				}
				r.N, r.Note = len(hours), w.view(s).note()
				if m, ok := of(hours); ok {
					r.Value = m
				}
				return r
			},
		}
	}
	return []figure.Definition{
		length("mtrs", "Mean time to restore service (MTRS)", "mean", figure.Mean),
		length("mtrs.median", "Median time to restore service", "median", func(v []float64) (float64, bool) { return figure.Quantile(v, 0.5) }),
		{
			ID: "rto.held.rate", Title: "Recovery time objective held", Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupOutages, Better: "up",
			Text:    "The outages that were over within the recovery time objective of their service, as a share of those that ended in the period and of those that go on beyond it, of services that state one. Counted by the wall clock; an outage that goes on and is still within it is left out." + outsideText + " " + outageText,
			Compute: w.objectivesHeld,
		},
	}
}

func (w *wards) objectivesHeld(s *figure.Scope) figure.Result {
	r := figure.Result{Note: w.view(s).note()}
	held := 0
	for _, x := range w.view(s).services {
		rto, stated := rtoOf(x.c)
		if !stated {
			continue
		}
		for _, o := range x.outages {
			over := o.End.Sub(o.Start) > rto
			switch {
			case o.running && over, !o.running && s.In(o.End) && over:
				r.N++
			case !o.running && s.In(o.End):
				r.N++
				held++
				r.Records = append(r.Records, figure.Refs(o.incidents)...)
			}
		}
	}
	if p, ok := figure.Share(held, r.N); ok {
		r.Value = p
	}
	return r
}

func (w *wards) incidentFigures() []figure.Definition {
	return []figure.Definition{
		{
			ID: "incidents.open", Title: "Open incidents by service", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupIncidents, Better: "down", Stock: true,
			Text: "The incidents that are new, active or on hold as of the time asked about, by the id of the service that they name. Services without one are left out.",
			Compute: func(s *figure.Scope) figure.Result {
				l := w.ledger(s)
				value := map[string]int{}
				r := figure.Result{}
				for _, c := range s.Cases {
					id := string(c.Record.ID)
					if open := l.incidents[id]; len(open) > 0 {
						value[id] = len(open)
						r.N += len(open)
						r.Records = append(r.Records, figure.Refs(open)...)
					}
				}
				r.Value = figure.ValueOf(value)
				return r
			},
		},
		{
			ID: "down.now", Title: "Services down now", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupIncidents, Better: "down", Key: true, Stock: true,
			Text: "The services with an outage that goes on at the time asked about, within their agreed hours or not. " + outageText,
			Compute: func(s *figure.Scope) figure.Result {
				l := w.ledger(s)
				return figure.CountOf(figure.Select(s.Cases, func(c *figure.Case) bool {
					return slices.ContainsFunc(l.outages[string(c.Record.ID)], func(o outage) bool { return o.running })
				}))
			},
		},
	}
}
