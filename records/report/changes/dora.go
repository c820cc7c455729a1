package changes

import (
	"fmt"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

// caution is what DORA says of its own measures (guides/dora-metrics).
const caution = " DORA's own caution: these are no goals, none of them stands for all, and they do not compare teams."

// deployments says which records stand for deployments.
type deployments struct {
	text   string // which they are
	failed string // when it failed
	rework string // when an incident made it necessary

	at        func(s *figure.Scope, c *figure.Case) time.Time // zero where it is none
	incidents func(s *figure.Scope, c *figure.Case) []*figure.Case
	wentWrong func(s *figure.Scope, c *figure.Case) bool // by close codes
	isRework  func(s *figure.Scope, c *figure.Case) bool
}

// changeDeployments takes each change done in production for a deployment.
func (b *books) changeDeployments() deployments {
	return deployments{
		text:   "A deployment is a change in production (or in no stated environment) that was carried out and is in review or closed, at its actual end.",
		failed: "its close code is unsuccessful or backed-out, or an incident that was not cancelled names it as what brought it about",
		rework: "its record names in incident the one that made it necessary, or an incident names it as the change that mends it",
		at: func(s *figure.Scope, c *figure.Case) time.Time {
			if env := c.Text(fieldEnvironment); env != "" && env != "production" {
				return time.Time{}
			}
			if c.Category != records.Resolved && c.Category != records.Closed {
				return time.Time{}
			}
			return timeOf(s, c, fieldActualEnd)
		},
		incidents: func(s *figure.Scope, c *figure.Case) []*figure.Case { return b.of(s).caused[c] },
		wentWrong: func(_ *figure.Scope, c *figure.Case) bool { return wentWrong(c) },
		isRework:  func(s *figure.Scope, c *figure.Case) bool { return b.of(s).rework(c) },
	}
}

func wentWrong(c *figure.Case) bool { return outcome(c) == unsuccessful || outcome(c) == backedOut }

// releaseDeployments takes each release for a deployment.
func (b *books) releaseDeployments() deployments {
	return deployments{
		text:   "A deployment is a release that is out or closed, at the time stated for its being in use everywhere. Changes that went out without a release are not in these figures.",
		failed: "its close code is unsuccessful, one of its changes was unsuccessful or backed out, or an incident that was not cancelled names one of its changes as what brought it about",
		rework: "it is of kind emergency, or each of its changes was made necessary by an incident",
		at: func(s *figure.Scope, c *figure.Case) time.Time {
			if c.Category != records.Resolved && c.Category != records.Closed {
				return time.Time{}
			}
			return timeOf(s, c, fieldReleased)
		},
		incidents: func(s *figure.Scope, c *figure.Case) []*figure.Case {
			var out []*figure.Case
			for _, change := range changesOf(s, c) {
				out = append(out, b.of(s).caused[change]...)
			}
			return out
		},
		wentWrong: func(s *figure.Scope, c *figure.Case) bool {
			return wentWrong(c) || len(figure.Select(changesOf(s, c), wentWrong)) > 0
		},
		isRework: func(s *figure.Scope, c *figure.Case) bool {
			if c.Text(fieldKind) == kindEmergency {
				return true
			}
			named := len(changesNamed(c))
			return named > 0 && len(figure.Select(changesOf(s, c), b.of(s).rework)) == named
		},
	}
}

// dora returns DORA's five figures since 2024.
func dora(d deployments) []figure.Definition {
	ds := []figure.Definition{
		{
			ID: "dora.frequency", Title: "Deployment frequency", Unit: figure.Rate, Shape: figure.Number, Better: "up", Key: true,
			Text:    "The deployments of the period for each seven days of it. A period without a beginning begins with its first deployment, one without an end ends at the time asked about, and one shorter than a week counts as a week.",
			Compute: d.frequency,
		},
		{
			ID: "dora.deployments.by_month", Title: "Deployments by month", Unit: figure.Records, Shape: figure.Months, Better: "up",
			Text: "The deployments by the month in which they were done. " + monthWord,
			Compute: func(s *figure.Scope) figure.Result {
				return countMonths(s, d.of(s), func(c *figure.Case) time.Time { return d.at(s, c) })
			},
		},
		{
			ID: "dora.fail_rate", Title: "Change fail rate", Unit: figure.Percent, Shape: figure.Number, Better: "down", Key: true,
			Text: "The deployments of the period that needed somebody to step in at once, as a share of all of them. A deployment failed if " + d.failed + ".",
			Compute: func(s *figure.Scope) figure.Result {
				whole := d.of(s)
				return figure.ShareOf(figure.Select(whole, func(c *figure.Case) bool { return d.isFailed(s, c) }), whole)
			},
		},
		{
			ID: "dora.rework_rate", Title: "Deployment rework rate", Unit: figure.Percent, Shape: figure.Number, Better: "down", Key: true,
			Text: "The deployments of the period that were not planned and done because of an incident in production, as a share of all of them. A deployment is one of these if " + d.rework + ".",
			Compute: func(s *figure.Scope) figure.Result {
				whole := d.of(s)
				return figure.ShareOf(figure.Select(whole, func(c *figure.Case) bool { return d.isRework(s, c) }), whole)
			},
		},
	}
	times := spread(groupDORA, "dora.lead_time", "Change lead time", "The %s time from the stated opening of the deployment's record to the deployment, by the wall clock, of the deployments of the period that state their opening. DORA begins with the commit; the record is the first that a desk knows of it.", d.leadTimes)
	times = append(times, spread(groupDORA, "dora.recovery_time", "Failed-deployment recovery time",
		"The %s time from the first opening to the last resolution of the incidents that a deployment caused, by the wall clock, of the deployments of which the last of these resolutions lies in the period. Incidents with other causes do not count; a deployment is left out as long as one of its incidents is not resolved, or does not state its times.", d.recoveryTimes)...)
	ds = append(times, ds...)
	for i := range ds {
		ds[i].Kind, ds[i].Group = figure.Counted, groupDORA
		ds[i].Key = ds[i].Key || ds[i].ID == "dora.lead_time.median" || ds[i].ID == "dora.recovery_time.median"
		ds[i].Text += " " + d.text + caution
	}
	return ds
}

// of returns the deployments of the period.
func (d deployments) of(s *figure.Scope) []*figure.Case {
	return figure.Select(s.Cases, func(c *figure.Case) bool { return s.In(d.at(s, c)) })
}

func (d deployments) isFailed(s *figure.Scope, c *figure.Case) bool {
	return d.wentWrong(s, c) || len(d.incidents(s, c)) > 0
}

const week = 7 * 24 * time.Hour

func (d deployments) frequency(s *figure.Scope) figure.Result {
	done := d.of(s)
	r := figure.CountOf(done)
	r.Value = nil
	from, to := s.From, s.To
	if to.IsZero() || to.After(s.AsOf) {
		to = s.AsOf
	}
	if from.IsZero() {
		for _, c := range done {
			if at := d.at(s, c); from.IsZero() || at.Before(from) {
				from = at
			}
		}
	}
	if from.IsZero() || to.Before(from) {
		return r
	}
	weeks := max(float64(to.Sub(from))/float64(week), 1)
	r.Value = float64(len(done)) / weeks
	r.Note = fmt.Sprintf("%s in %.1f weeks.", plural(len(done), "deployment"), weeks)
	return r
}

func (d deployments) leadTimes(s *figure.Scope) *figure.Sample {
	sample := &figure.Sample{}
	for _, c := range d.of(s) {
		add(sample, c, c.Opened, d.at(s, c))
	}
	return sample
}

func (d deployments) recoveryTimes(s *figure.Scope) *figure.Sample {
	sample := &figure.Sample{}
	for _, c := range s.Cases {
		if d.at(s, c).IsZero() {
			continue
		}
		if from, to, ok := recovery(d.incidents(s, c)); ok && s.In(to) {
			add(sample, c, from, to)
		}
	}
	return sample
}

// recovery returns from when to when incidents lasted; ok is false where there are none,
// or one of them is not known to be over.
func recovery(incidents []*figure.Case) (from, to time.Time, ok bool) {
	for _, i := range incidents {
		if i.Opened.IsZero() || i.Resolved.IsZero() || i.IsOpen() {
			return from, to, false
		}
		if from.IsZero() || i.Opened.Before(from) {
			from = i.Opened
		}
		if i.Resolved.After(to) {
			to = i.Resolved
		}
	}
	return from, to, len(incidents) > 0
}
