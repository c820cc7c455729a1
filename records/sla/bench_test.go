package sla

import (
	"fmt"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/frontmatter"
)

// desks of the size of a large import: records with five or six lines each.
const benchRecords = 25_000

// many makes records with about 142,000 lines in all.
func many(b *testing.B) []*records.Record {
	b.Helper()
	states := []string{"new", "in-progress", "on-hold, hold: user", "in-progress, hold: null", "resolved", "closed"}
	out := make([]*records.Record, benchRecords)
	for i := range out {
		opened := epoch.Add(time.Duration(i) * 11 * time.Minute)
		text := fmt.Sprintf("---\nid: INC%d\ntitle: A record\nstate: closed\nimpact: medium\nurgency: low\nrequester: p%d\nservice: s%d\nopened_at: %s\nlog:\n", i, i%900, i%40, records.FormatTime(opened))
		for j := range 5 + i%3/2 + i%3/1%2 {
			at := opened.Add(time.Duration(j*(100+i%1000)) * time.Minute)
			text += fmt.Sprintf("  - {at: %s, by: lee, state: %s, priority: P%d, team: t%d}\n", records.FormatTime(at), states[min(j, len(states)-1)], 1+i%5, (i+j/3)%50)
		}
		r, ds := frontmatter.Parse("records/incidents/x.md", "incident", []byte(text+"---\n\n## Comments\n\n### "+records.FormatTime(opened.Add(time.Hour))+" lee\n\nHello.\n"))
		if severe(ds) > 0 {
			b.Fatal(ds, text)
		}
		r.ID = records.ID(fmt.Sprintf("INC%d", i))
		out[i] = r
	}
	return out
}

const (
	plainClocks = `  response: {metric: response, calendar: office, targets: [{name: all, target: PT4H}]}
  update: {metric: update, calendar: office, targets: [{name: all, target: P1D}]}
  resolution: {metric: resolution, calendar: office, warn: [75%], targets: [{name: all, target: P3D}]}
`
	fourConditions = `[{name: P1, when: "self.priority == 'P1'", target: PT1H}, {name: P2, when: "self.priority == 'P2' && self.impact != 'low'", target: PT2H}, ` +
		`{name: vip, when: "'vip' in facts.requester_teams", target: PT3H}, {name: critical, when: "has(facts.service.criticality) && facts.service.criticality == 'critical'", target: PT4H}, {name: all, target: P3D}]}
`
	conditionClocks = "  response: {metric: response, calendar: office, targets: " + fourConditions +
		"  update: {metric: update, calendar: office, targets: " + fourConditions +
		"  resolution: {metric: resolution, calendar: office, warn: [75%], targets: " + fourConditions
	// titles are unlike each other, so that nothing can be remembered of them
	unlikeClocks = "  resolution: {metric: resolution, calendar: office, targets: [{name: long, when: \"self.id.contains('77') && size(self.title) > 3\", target: P1D}, {name: all, target: P3D}]}\n"
)

func benchTrace(b *testing.B, clocks string) {
	rs := many(b)
	ts := typesWith(b, clocks)
	vip := []string{"vip"}
	e := engineWith(b, deskWith(hours(b, "office", nil, "08:00-12:00", "13:00-17:00")), ts, Around{Teams: func(p records.ID) []string {
		if len(p)%3 == 0 {
			return vip
		}
		return nil
	}})
	t := ts.Get("incident")
	b.ReportAllocs()
	for b.Loop() {
		clocks := 0
		for _, r := range rs {
			clocks += len(e.Trace(r, ReadLife(t, r, time.Time{})).Clocks)
		}
		if clocks < benchRecords {
			b.Fatal(clocks)
		}
	}
}

// All of a large desk: read the lives, and compute three clocks of each record.
func BenchmarkTrace25000(b *testing.B)               { benchTrace(b, plainClocks) }
func BenchmarkTrace25000FourConditions(b *testing.B) { benchTrace(b, conditionClocks) }
func BenchmarkTrace25000Unlike(b *testing.B)         { benchTrace(b, unlikeClocks) }
func BenchmarkLives25000(b *testing.B) {
	rs := many(b)
	t := typesWith(b, plainClocks).Get("incident")
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range rs {
			life := ReadLife(t, r, time.Time{})
			life.Sum()
		}
	}
}

// What a warm listing does: read the traces, and take them to now.
func BenchmarkRecall25000(b *testing.B) {
	rs := many(b)
	ts := typesWith(b, conditionClocks)
	e := engineWith(b, deskWith(hours(b, "office", nil, "08:00-12:00", "13:00-17:00")), ts, Around{})
	now := epoch.AddDate(1, 0, 0)
	var packed [][]byte
	size := 0
	for _, r := range rs {
		life := ReadLife(ts.Get("incident"), r, time.Time{})
		packed = append(packed, e.Trace(r, life).Append(AppendSummary(nil, life.Sum())))
		size += len(packed[len(packed)-1])
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range packed {
			_, rest, err := ReadSummary(p)
			if err != nil {
				b.Fatal(err)
			}
			tr, _, err := ReadTrace(rest)
			if err != nil {
				b.Fatal(err)
			}
			tr.At(e, now)
		}
	}
	b.ReportMetric(float64(size)/benchRecords, "bytes/record")
}
