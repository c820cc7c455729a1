package changes

import (
	"fmt"
	"time"

	"frontdesk/records/figure"
)

// times returns the figures about how long changes took, and against their plans.
func times() []figure.Definition {
	const took = "time from the actual start of the work to its actual end, by the wall clock, of the changes whose actual end lies in the period. Those that do not state both are left out, and so are those that end before they begin"
	ds := spread(groupTime, "implementation", "Implementation time", "The %s "+took+".", implementationTimes)
	ds = append(ds, spread(groupTime, "time_to_close", "Time to close", closeText("changes"), closeTimes)...)
	return append(ds,
		figure.Definition{
			ID: "plan.in_window", Title: "Done in the planned window", Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupTime, Better: "up",
			Text: "The changes that began not before their planned start and ended not after their planned end, as a share of those whose actual end lies in the period and that state both plans and both actual times.",
			Compute: func(s *figure.Scope) figure.Result {
				whole := planned(s)
				return figure.ShareOf(figure.Select(whole, func(c *figure.Case) bool {
					p := plansOf(s, c)
					return !p.start.Before(p.plannedStart) && !p.end.After(p.plannedEnd)
				}), whole)
			},
		},
		figure.Definition{
			ID: "plan.overrun", Title: "Done later than planned", Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupTime, Better: "down",
			Text: "The changes that ended after their planned end as a share of those whose actual end lies in the period and that state both plans and both actual times.",
			Compute: func(s *figure.Scope) figure.Result {
				whole := planned(s)
				return figure.ShareOf(figure.Select(whole, func(c *figure.Case) bool {
					p := plansOf(s, c)
					return p.end.After(p.plannedEnd)
				}), whole)
			},
		},
		planHours("plan.start_delay.mean", "Average delay of the start", "The mean time from planned start to actual start; one that began early counts negative.",
			func(p plans) time.Duration { return p.start.Sub(p.plannedStart) }),
		planHours("plan.duration_delta.mean", "Average time beyond the planned length", "The mean of the actual length of the work less the planned length of the window; work shorter than its window counts negative.",
			func(p plans) time.Duration { return p.end.Sub(p.start) - p.plannedEnd.Sub(p.plannedStart) }),
	)
}

func planHours(id, title, text string, length func(plans) time.Duration) figure.Definition {
	return figure.Definition{
		ID: id, Title: title, Unit: figure.Hours, Shape: figure.Number, Kind: figure.Counted, Group: groupTime, Better: "down",
		Text: text + " Of the changes whose actual end lies in the period and that state both plans and both actual times, by the wall clock.",
		Compute: func(s *figure.Scope) figure.Result {
			sample := &figure.Sample{}
			for _, c := range planned(s) {
				sample.Add(c, figure.InHours(length(plansOf(s, c))))
			}
			return sample.Mean()
		},
	}
}

func implementationTimes(s *figure.Scope) *figure.Sample {
	sample := &figure.Sample{}
	for _, c := range s.Cases {
		if end, ok := s.TimeOf(c, fieldActualEnd); ok && s.In(end) {
			add(sample, c, timeOf(s, c, fieldActualStart), end)
		}
	}
	return sample
}

func closeText(words string) string {
	return "The %s time from the stated opening to the stated closing, by the wall clock, of the " + words + " closed in the period, cancelled ones among them. Those that do not state both times are left out."
}

func closeTimes(s *figure.Scope) *figure.Sample {
	sample := &figure.Sample{}
	for _, c := range closed(s) {
		if !c.Opened.IsZero() {
			sample.Add(c, figure.InHours(c.Closed.Sub(c.Opened)))
		}
	}
	return sample
}

// add adds the time between two moments, in hours, where both are stated, in order.
func add(sample *figure.Sample, c *figure.Case, from, to time.Time) {
	if !from.IsZero() && !to.IsZero() && !to.Before(from) {
		sample.Add(c, figure.InHours(to.Sub(from)))
	}
}

// timeOf returns the time that a field states, zero where it states none.
func timeOf(s *figure.Scope, c *figure.Case, field string) time.Time {
	t, _ := s.TimeOf(c, field)
	return t
}

// plans are the planned and the actual times of a change.
type plans struct{ plannedStart, plannedEnd, start, end time.Time }

func plansOf(s *figure.Scope, c *figure.Case) plans {
	p := plans{start: timeOf(s, c, fieldActualStart), end: timeOf(s, c, fieldActualEnd)}
	p.plannedStart, _ = c.Record.Time(fieldPlannedStart) // may lie ahead
	p.plannedEnd, _ = c.Record.Time(fieldPlannedEnd)
	return p
}

// planned returns the changes done in the period that state when they were to be done,
// and when they were.
func planned(s *figure.Scope) []*figure.Case {
	return figure.Select(s.Cases, func(c *figure.Case) bool {
		p := plansOf(s, c)
		return s.In(p.end) && !p.start.IsZero() && !p.plannedStart.IsZero() && !p.plannedEnd.IsZero() &&
			!p.end.Before(p.start) && !p.plannedEnd.Before(p.plannedStart)
	})
}

// approval returns the figures about waiting for approval. DORA: measure it, by class of
// risk, and the share of changes that need a person's approval.
func approval() []figure.Definition {
	ds := spread(groupApproval, "approval.wait", "Wait for approval",
		"The %s time from asking for authorization to being scheduled, by the wall clock, of the changes whose scheduling lies in the period. Those that do not state both times are left out: standard changes never ask.", approvalWaits)
	return append(ds,
		figure.Definition{
			ID: "approval.wait.by_risk", Title: "Wait for approval by risk", Unit: figure.Hours, Shape: figure.Bars, Kind: figure.Counted, Group: groupApproval, Better: "down",
			Text:    "The mean time from asking for authorization to being scheduled, by the wall clock, of the changes whose scheduling lies in the period, by risk class. " + riskText,
			Compute: waitsByRisk,
		},
		figure.Definition{
			ID: "approval.waiting", Title: "Waiting for approval now", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupApproval, Better: "down", Stock: true,
			Text: "The changes that are open as of the time asked about, state when authorization was asked for, and do not state that they were scheduled.",
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(figure.Select(s.Cases, func(c *figure.Case) bool {
					return c.IsOpen() && !timeOf(s, c, fieldAsked).IsZero() && timeOf(s, c, fieldScheduled).IsZero()
				}))
			},
		},
		figure.Definition{
			ID: "approval.asked.rate", Title: "Changes that asked for approval", Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupApproval, Better: "down",
			Text: "The changes that state when authorization was asked for as a share of those whose scheduling lies in the period; the others went by a template.",
			Compute: func(s *figure.Scope) figure.Result {
				whole := cleared(s)
				return figure.ShareOf(asked(s, whole), whole)
			},
		},
		figure.Definition{
			ID: "approval.asked.by_risk", Title: "Changes that asked for approval by risk", Unit: figure.Percent, Shape: figure.Bars, Kind: figure.Counted, Group: groupApproval,
			Text:    "The changes that state when authorization was asked for as a share of those whose scheduling lies in the period, by risk class. " + riskText,
			Compute: askedByRisk,
		},
	)
}

// spread returns mean, median and 90th percentile of times in a group of figures.
func spread(group, id, title, text string, sample func(*figure.Scope) *figure.Sample) []figure.Definition {
	def := func(suffix, words, long string, of func(*figure.Sample) figure.Result) figure.Definition {
		return figure.Definition{
			ID: id + "." + suffix, Title: title + ", " + words, Unit: figure.Hours, Shape: figure.Number, Kind: figure.Counted, Group: group, Better: "down",
			Text:    fmt.Sprintf(text, long),
			Compute: func(s *figure.Scope) figure.Result { return of(sample(s)) },
		}
	}
	return []figure.Definition{
		def("mean", "mean", "mean", (*figure.Sample).Mean),
		def("median", "median", "median", (*figure.Sample).Median),
		def("p90", "90th percentile", "90th percentile (by linear interpolation) of the", func(m *figure.Sample) figure.Result { return m.Quantile(0.9) }),
	}
}

func approvalWaits(s *figure.Scope) *figure.Sample {
	sample := &figure.Sample{}
	for _, c := range cleared(s) {
		add(sample, c, timeOf(s, c, fieldAsked), timeOf(s, c, fieldScheduled))
	}
	return sample
}

// cleared returns the changes that were scheduled in the period.
func cleared(s *figure.Scope) []*figure.Case {
	return figure.Select(s.Cases, func(c *figure.Case) bool { return s.In(timeOf(s, c, fieldScheduled)) })
}

func asked(s *figure.Scope, cs []*figure.Case) []*figure.Case {
	return figure.Select(cs, func(c *figure.Case) bool { return !timeOf(s, c, fieldAsked).IsZero() })
}

func waitsByRisk(s *figure.Scope) figure.Result {
	all := approvalWaits(s)
	byRisk := map[string][]float64{}
	for i, c := range all.Cases {
		byRisk[riskOf(c)] = append(byRisk[riskOf(c)], all.Values[i])
	}
	value := map[string]float64{}
	for risk, hours := range byRisk {
		value[risk], _ = figure.Mean(hours)
	}
	return figure.Result{Value: figure.ValueOf(value), N: len(all.Cases), Records: figure.Refs(all.Cases)}
}

func askedByRisk(s *figure.Scope) figure.Result {
	whole := cleared(s)
	part := asked(s, whole)
	n, k := map[string]int{}, map[string]int{}
	for _, c := range whole {
		n[riskOf(c)]++
	}
	for _, c := range part {
		k[riskOf(c)]++
	}
	value := map[string]float64{}
	for risk := range n {
		value[risk], _ = figure.Share(k[risk], n[risk])
	}
	return figure.Result{Value: figure.ValueOf(value), N: len(whole), Records: figure.Refs(part)}
}
