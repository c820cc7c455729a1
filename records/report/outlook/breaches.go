package outlook

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/sla"
	"frontdesk/schema"
)

// What makes a cluster of breaches.
const (
	clusterFewest   = 20   // records with an outcome in it, and as many beside it
	clusterBreaches = 5    // breaches in it
	clusterExcess   = 0.05 // by which its share is above that of the rest
	clusterRisk     = 0.01 // of calling a cluster what is none, for the figure as a whole
)

// resolution returns the clock of a case that measures its resolution, nil where it has
// none.
func resolution(c *figure.Case) *sla.Clock {
	for i := range c.Clocks {
		if c.Clocks[i].Metric == schema.Resolution {
			return &c.Clocks[i]
		}
	}
	return nil
}

// outcome is how the promise to resolve a case ended: by our target, or as the source
// of an imported record states it where no target of ours applies. ok is false where
// nothing was promised, or it has not ended.
func outcome(c *figure.Case) (breached, ok bool) {
	if clock := resolution(c); clock != nil {
		switch clock.Outcome {
		case sla.Met:
			return false, true
		case sla.Breached:
			return true, true
		case sla.Running, sla.Paused, sla.Cancelled:
			return false, false
		}
	}
	made := c.Record.Get(records.FieldImported).Get("made_sla")
	if made == nil || made.Kind != records.Bool {
		return false, false
	}
	return made.Text != "true", true
}

func breachClusters(many string) figure.Definition {
	return figure.Definition{
		ID: "detected.breach_clusters", Title: "Where targets are missed", Unit: figure.Percent, Shape: figure.List, Kind: figure.Detected, Group: groupDetected, Better: "down",
		Text: fmt.Sprintf("Parts of the %s of which the share that missed the target for the resolution is above that of all others: by the weekday of opened_at, by its hour, by both, by team and by service, in the report's zone and as the records have it now. "+
			"Looked at are those whose clock for the resolution was met or is breached, and imported ones to which no target of ours applies and whose source states the outcome. "+
			"A part is listed if the two-proportion z-test calls its share higher, one-sided with pooled variance, at a risk of %g for all parts that are tested together (Bonferroni); if it holds at least %d of them, and as many lie outside it; if at least %d in it missed their target; and if its share is at least %g points higher. "+
			"Parts may overlap, and the test does not say why a part does worse. Of a period those count that were opened within it.", many, clusterRisk, clusterFewest, clusterBreaches, 100*clusterExcess),
		Compute: clusters,
	}
}

// part is some of the cases that have an outcome.
type part struct {
	by, key string
	order   int // of those of a kind
	all     int
	missed  []*figure.Case
}

func (p *part) add(c *figure.Case, breached bool) {
	p.all++
	if breached {
		p.missed = append(p.missed, c)
	}
}

// division is how cases are parted.
type division struct {
	weekdays [7]part // from Monday on
	hours    [24]part
	both     [7 * 24]part
	fields   map[[2]string]*part // by field and value
}

func (d *division) add(c *figure.Case, breached bool, zone *time.Location) {
	if !c.Opened.IsZero() {
		at := c.Opened.In(zone)
		weekday, hour := (int(at.Weekday())+6)%7, at.Hour()
		d.weekdays[weekday].add(c, breached)
		d.hours[hour].add(c, breached)
		d.both[24*weekday+hour].add(c, breached)
	}
	for _, field := range [...]string{fieldTeam, fieldService} {
		value := c.Text(field)
		if value == "" {
			continue
		}
		p := d.fields[[2]string{field, value}]
		if p == nil {
			p = &part{by: field, key: value}
			d.fields[[2]string{field, value}] = p
		}
		p.add(c, breached)
	}
}

// parts returns all parts, those of a field last.
func (d *division) parts() []*part {
	var out []*part
	for i := range d.weekdays {
		d.weekdays[i].by, d.weekdays[i].key, d.weekdays[i].order = "weekday", time.Weekday((i+1)%7).String(), i
		out = append(out, &d.weekdays[i])
	}
	for i := range d.hours {
		d.hours[i].by, d.hours[i].key, d.hours[i].order = "hour", clockHour(i), i
		out = append(out, &d.hours[i])
	}
	for i := range d.both {
		d.both[i].by, d.both[i].key, d.both[i].order = "weekday and hour", d.weekdays[i/24].key+" "+clockHour(i%24), i
		out = append(out, &d.both[i])
	}
	for _, p := range d.fields {
		out = append(out, p)
	}
	return out
}

func clusters(s *figure.Scope) figure.Result {
	d := &division{fields: map[[2]string]*part{}}
	all, missed := 0, 0
	for _, c := range s.Cases {
		breached, ok := outcome(c)
		if !ok || hasPeriod(s) && !s.In(c.Opened) {
			continue
		}
		all++
		if breached {
			missed++
		}
		d.add(c, breached, s.Zone)
	}
	if all == 0 {
		return nothing(0, "No record has a target for its resolution that was met or missed.")
	}
	return listed(significant(s, d.parts(), all, missed), all)
}

func clockHour(hour int) string { return fmt.Sprintf("%02d:00-%02d:00", hour, hour+1) }

// significant returns the parts that do worse than the rest, the surest first.
func significant(s *figure.Scope, parts []*part, all, missed int) []figure.Row {
	var tested []*part
	for _, p := range parts {
		if p.all >= clusterFewest && all-p.all >= clusterFewest {
			tested = append(tested, p)
		}
	}
	type found struct {
		*part
		z, share, rest float64
	}
	var out []found
	for _, p := range tested {
		f := found{part: p, share: float64(len(p.missed)) / float64(p.all), rest: float64(missed-len(p.missed)) / float64(all-p.all)}
		f.z = zOf(len(p.missed), p.all, missed-len(p.missed), all-p.all)
		if len(p.missed) >= clusterBreaches && f.share-f.rest >= clusterExcess && chance(f.z)*float64(len(tested)) < clusterRisk {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.z, a.z), strings.Compare(a.by, b.by), cmp.Compare(a.order, b.order), strings.Compare(a.key, b.key))
	})
	rows := make([]figure.Row, 0, len(out))
	for _, f := range out {
		name := f.key
		switch f.by {
		case fieldTeam:
			name = titled(s.Data, teams, f.key)
		case fieldService:
			name = titled(s.Data, services, f.key)
		}
		rows = append(rows, figure.Row{
			Name:    name,
			Values:  map[string]any{"by": f.by, "key": f.key, "missed": len(f.missed), "of": f.all, "share": 100 * f.share, "rest": 100 * f.rest, "z": f.z, "tests": len(tested)},
			Records: figure.Refs(f.missed),
			Words: fmt.Sprintf("By %s, %s: %s of %s missed their target (%.1f %%), of all others %.1f %%.",
				f.by, name, figure.Thousands(len(f.missed)), figure.Thousands(f.all), 100*f.share, 100*f.rest),
		})
	}
	return rows
}

// zOf returns the statistic of the two-proportion z-test with pooled variance: by how
// many standard errors a of n is above b of m; 0 where there is no variance.
func zOf(a, n, b, m int) float64 {
	pooled := float64(a+b) / float64(n+m)
	variance := pooled * (1 - pooled) * (1/float64(n) + 1/float64(m))
	if variance <= 0 {
		return 0
	}
	return (float64(a)/float64(n) - float64(b)/float64(m)) / math.Sqrt(variance)
}

// chance returns how likely a standard normal variable is at least z.
func chance(z float64) float64 { return 0.5 * math.Erfc(z/math.Sqrt2) }

// sum adds numbers.
func sum(values []float64) (total float64) {
	for _, v := range values {
		total += v
	}
	return total
}

// quantile is figure.Quantile of numbers that are in order, of which there is at least
// one.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

// hours puts a length of time in words.
func hours(h float64) string {
	d := time.Duration(h * float64(time.Hour))
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 100*time.Hour:
		return fmt.Sprintf("%.1f h", h)
	}
	return fmt.Sprintf("%.0f h", h)
}
