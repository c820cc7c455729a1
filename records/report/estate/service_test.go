package estate

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
)

// service writes a service that went live on 1 March 2026, which was a Sunday.
func service(id, more string) string {
	return "service/" + id + "\ntitle: Service " + id + "\nkind: business\nstate: live\nlive_at: 2026-03-01T00:00:00Z\n" + more
}

// down writes an incident of high impact: resolved where to is not "".
func down(id, service, from, to string) string {
	doc := "incident/" + id + "\ntitle: " + id + "\nimpact: high\nservice: " + service + "\nopened_at: " + from
	if to == "" {
		return doc + "\nstate: in-progress"
	}
	return doc + "\nstate: resolved\nresolved_at: " + to
}

// maintained writes a change with downtime of half an hour that took an hour.
func maintained(service, kind, expected string) string {
	return "change/" + kind + "\ntitle: Firmware\nstate: review\nkind: " + kind + "\ndowntime: true\nexpected_downtime: " + expected + "\nservices: [" + service +
		"]\nactual_start: 2026-03-05T10:00:00Z\nactual_end: 2026-03-05T11:00:00Z"
}

// TestAvailability works out by hand: March 1 to 11 00:00 are 240 hours around the clock,
// of which the office is open 7 days of 8 hours, 56.
func TestAvailability(t *testing.T) {
	const end = "2026-03-11 00:00"
	for _, c := range []struct {
		name         string
		docs         []string
		in, with     any // availability without and with planned maintenance
		outages      int
		down, planed float64
	}{
		{"never down", []string{service("a", "")}, 100.0, 100.0, 0, 0, 0},
		{"down for 24 hours", []string{service("a", ""), down("I", "a", "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")}, 90.0, 90.0, 1, 24, 0},
		{"an outage that goes on lasts until now", []string{service("a", ""), down("I", "a", "2026-03-10T12:00:00Z", "")}, 95.0, 95.0, 1, 12, 0},
		{
			"two that overlap are one",
			[]string{service("a", ""), down("I", "a", "2026-03-03T00:00:00Z", "2026-03-03T08:00:00Z"), down("J", "a", "2026-03-03T04:00:00Z", "2026-03-03T12:00:00Z")},
			95.0, 95.0, 1, 12, 0,
		},
		{"by office hours the night does not count", []string{service("a", "agreed_hours: office"), down("I", "a", "2026-03-03T16:00:00Z", "2026-03-04T10:00:00Z")}, 100 * 54 / 56.0, 100 * 54 / 56.0, 1, 2, 0},
		{"an outage outside the agreed hours is none", []string{service("a", "agreed_hours: office"), down("I", "a", "2026-03-07T00:00:00Z", "2026-03-08T00:00:00Z")}, 100.0, 100.0, 0, 0, 0},
		{"hours in words are around the clock", []string{service("a", "agreed_hours: Monday to Friday"), down("I", "a", "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")}, 90.0, 90.0, 1, 24, 0},
		{"planned downtime is its expected part", []string{service("a", ""), maintained("a", "normal", "PT30M")}, 100.0, 100 * 239.5 / 240, 0, 0, 0.5},
		{"planned downtime ends with the work", []string{service("a", ""), maintained("a", "normal", "PT5H")}, 100.0, 100 * 239 / 240.0, 0, 0, 1},
		{"an emergency was not planned", []string{service("a", ""), maintained("a", "emergency", "PT30M")}, 100.0, 100.0, 0, 0, 0},
		{
			"an outage within planned downtime is no outage",
			[]string{service("a", ""), maintained("a", "normal", "PT30M"), down("I", "a", "2026-03-05T10:10:00Z", "2026-03-05T10:20:00Z")},
			100.0, 100 * 239.5 / 240, 0, 0, 0.5,
		},
		{
			"beyond planned downtime it is one",
			[]string{service("a", ""), maintained("a", "normal", "PT30M"), down("I", "a", "2026-03-05T10:10:00Z", "2026-03-05T11:00:00Z")},
			100 * 239 / 239.5, 100 * 239 / 240.0, 1, 0.5, 0.5,
		},
		{
			"a maintenance window takes the outage within it out",
			[]string{
				service("a", ""), down("I", "a", "2026-03-08T02:00:00Z", "2026-03-08T06:00:00Z"),
				"window/w\ntitle: Sunday night\nstate: active\nkind: maintenance\nstarts_at: 2026-01-04T00:00:00Z\nduration: PT4H\nrecurrence: FREQ=WEEKLY",
			},
			100 * 230 / 232.0, 100 * 236 / 240.0, 1, 2, 0, // two Sundays of 4 hours
		},
		{
			"a window for another service, and a freeze, take nothing out",
			[]string{
				service("a", ""), down("I", "a", "2026-03-08T00:00:00Z", "2026-03-08T12:00:00Z"),
				"window/w\ntitle: w\nstate: active\nkind: maintenance\nservices: [b]\nstarts_at: 2026-03-08T00:00:00Z\nduration: PT4H",
				"window/f\ntitle: f\nstate: active\nkind: freeze\nstarts_at: 2026-03-08T00:00:00Z\nduration: PT4H",
			},
			95.0, 95.0, 1, 12, 0,
		},
		{"of two services the time is added", []string{service("a", ""), service("b", ""), down("I", "a", "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z")}, 95.0, 95.0, 1, 24, 0},
		{"a service that does not say since when is left out", []string{"service/a\ntitle: a\nstate: live"}, nil, nil, 0, 0, 0},
		{"a retired one ends with its retirement", []string{
			service("a", "retired_at: 2026-03-06T00:00:00Z\nstate: retired"), down("I", "a", "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z"),
		}, 80.0, 80.0, 1, 24, 0},
		{"a suspended one ends with its suspension", []string{
			service("a", "entered: 2026-03-06T00:00:00Z\nstate: suspended"), down("I", "a", "2026-03-05T00:00:00Z", "2026-03-07T00:00:00Z"),
		}, 80.0, 80.0, 1, 24, 0},
		{"a planned one has no time yet", []string{"service/a\ntitle: a\nstate: planned\nlive_at: 2026-03-05T00:00:00Z"}, nil, nil, 0, 0, 0},
		{"low impact is no outage", []string{service("a", ""), strings.Replace(down("I", "a", "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z"), "high", "low", 1)}, 100.0, 100.0, 0, 0, 0},
		{"a major incident is one, whatever its impact", []string{
			service("a", ""), strings.Replace(down("I", "a", "2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z"), "impact: high", "impact: low\nmajor: true", 1),
		}, 90.0, 90.0, 1, 24, 0},
		{"a cancelled incident is none", []string{service("a", ""), strings.Replace(down("I", "a", "2026-03-03T00:00:00Z", ""), "in-progress", "cancelled", 1)}, 100.0, 100.0, 0, 0, 0},
		{"one that does not say when it ended is left out", []string{service("a", ""), strings.Replace(down("I", "a", "2026-03-03T00:00:00Z", ""), "in-progress", "closed", 1)}, 100.0, 100.0, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i, doc := range c.docs { // the last state holds
				if n := strings.LastIndex(doc, "\nstate: "); strings.Count(doc, "\nstate: ") > 1 {
					c.docs[i] = strings.Replace(doc[:n], "\nstate: live", "", 1) + doc[n:]
				}
			}
			d := sceneOf(t, end, c.docs...)
			for id, want := range map[string]any{
				"availability": c.in, "availability.with_maintenance": c.with, "outages": c.outages, "downtime": c.down, "maintenance.hours": c.planed,
			} {
				if r := reports.Compute(t, d, "service", id); !scene.IsAbout(r.Value, want) {
					t.Errorf("%s is %v; want %v", id, r.Value, want)
				}
			}
		})
	}
}

func TestOutagesOfAPeriod(t *testing.T) {
	d := sceneOf(t, "2026-05-01 00:00",
		service("a", "rto: PT12H\navailability_target: \"99.5 % of the time\""), service("b", "rto: PT12H"),
		down("I1", "a", "2026-03-31T12:00:00Z", "2026-04-01T12:00:00Z"), // over the beginning, 24 hours
		down("I2", "a", "2026-04-10T00:00:00Z", "2026-04-10T06:00:00Z"),
		down("I3", "b", "2026-04-30T00:00:00Z", ""), // over the end
		"incident/I4\ntitle: slow\nstate: on-hold\nimpact: low\nservice: service/b\nopened_at: 2026-04-29T00:00:00Z",
	)
	const from, to = "2026-04-01 00:00", "2026-05-01 00:00"
	reports.Check(t, d, "service", []scene.Want{
		{ID: "outages", From: from, To: to, Value: 3, N: 3, Records: []string{"incident/I1", "incident/I2", "incident/I3"}},
		{ID: "downtime", From: from, To: to, Value: 12 + 6 + 24.0, N: 3},
		{ID: "availability", From: from, To: to, Value: 100 * (2*720 - 42) / 1440.0, N: 2},
		{ID: "mtbf", From: from, To: to, Value: (2*720 - 42) / 3.0, N: 3},
		{ID: "mtrs", From: from, To: to, Value: (24 + 6) / 2.0, N: 2},
		{ID: "mtrs.median", From: from, To: to, Value: 15.0, N: 2},
		{ID: "rto.held.rate", From: from, To: to, Value: 100 / 3.0, N: 3, Records: []string{"incident/I2"}}, // I3 goes on for 24 hours
		{ID: "outages.by_month", Value: map[string]float64{"2026-03": 1, "2026-04": 3}, N: 2},
		{ID: "downtime.by_month", Value: map[string]float64{"2026-03": 12, "2026-04": 42}, N: 2},
		{ID: "availability.by_month", Value: map[string]float64{"2026-03": 100 * (2*744 - 12) / 1488.0, "2026-04": 100 * (1440 - 42) / 1440.0}, N: 2},
		{ID: "availability.held.rate", From: from, To: to, Value: 0.0, N: 1}, // 97.5 % of a
		{ID: "incidents.open", Value: map[string]int{"b": 2}, N: 2},
		{ID: "down.now", Value: 1, N: 1, Records: []string{"service/b"}},
		{ID: "live", Value: 2, N: 2},
		{ID: "mtbf", From: "2026-04-11 00:00", To: "2026-04-12 00:00", Value: nil},
		{ID: "availability", From: "2027-01-01 00:00", Value: nil},
	})
	rows := scene.Rows(t, reports.During(t, d, "service", "outages.list", from, to))
	if len(rows) != 3 || rows[0].Ref != "service/b" || rows[0].Values["to"] != nil || rows[1].Values["hours"] != 24.0 || rows[1].Values["downtime_hours"] != 12.0 {
		t.Errorf("outages are %+v", rows)
	}
	services := scene.Rows(t, reports.During(t, d, "service", "availability.by_service", from, to))
	if services[0].Ref != "service/b" || services[1].Values["target"] != 99.5 || services[1].Words != "Service a: there for 97.500 % of the agreed time, 2 outages." {
		t.Errorf("services are %+v", services)
	}
}

// TestNothingIsSaidOfTheTimeBeforeTheFirstIncident: a service that is older than the desk
// is not taken to have been there all that time.
func TestNothingIsSaidOfTheTimeBeforeTheFirstIncident(t *testing.T) {
	docs := []string{
		strings.Replace(service("a", ""), "2026-03-01", "2016-03-01", 1), service("b", "\nretired_at: 2026-02-01T00:00:00Z"),
		"incident/other\ntitle: x\nimpact: low\nstate: in-progress\nopened_at: 2026-03-05T00:00:00Z",
		down("I", "a", "2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z"),
	}
	reports.Check(t, sceneOf(t, "2026-03-11 00:00", docs...), "service", []scene.Want{
		{ID: "availability", Value: 100 * (480 - 24) / 480.0, N: 2},
		{ID: "availability.by_month", Value: map[string]float64{"2026-03": 95}, N: 2},
		{ID: "availability", From: "2026-02-01 00:00", Value: 100 * (28*24 + 480 - 24) / (28*24 + 480.0), N: 2},
	})
}

// TestMergingOutagesKnowsNoOrder merges outages in any order, and compares them with a
// count of minutes.
func TestMergingOutagesKnowsNoOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		begin := scene.At("2026-03-02 00:00")
		var docs []string
		down := make([]bool, 3*24*60)
		for i := range rapid.IntRange(0, 6).Draw(rt, "outages") {
			from := rapid.IntRange(0, len(down)-1).Draw(rt, "from")
			to := rapid.IntRange(from, len(down)).Draw(rt, "to")
			for m := from; m < to; m++ {
				down[m] = true
			}
			moment := func(m int) string { return records.FormatTime(begin.Add(time.Duration(m) * time.Minute)) }
			docs = append(docs, fmt.Sprintf("incident/I%d\ntitle: x\nstate: resolved\nimpact: high\nservice: a\nopened_at: %s\nresolved_at: %s", i, moment(from), moment(to)))
		}
		calendarName := rapid.SampledFrom([]string{"", "agreed_hours: office"}).Draw(rt, "calendar")
		agreed, lost := 0, 0
		for m, isDown := range down { // Monday to Wednesday
			if hour := m / 60 % 24; calendarName == "" || hour >= 9 && hour < 17 {
				agreed++
				if isDown {
					lost++
				}
			}
		}
		want := 100 * float64(agreed-lost) / float64(agreed)
		for _, docs := range [][]string{docs, rapid.Permutation(docs).Draw(rt, "order")} {
			d := sceneOf(t, "2026-03-05 00:00", append([]string{service("a", calendarName)}, docs...)...)
			for _, id := range []string{"availability", "availability.with_maintenance"} {
				got, ok := reports.During(t, d, "service", id, "2026-03-02 00:00", "").Value.(float64)
				if !ok || got < 0 || got > 100 || math.Abs(got-want) > 1e-9 {
					rt.Fatalf("%s is %v; want %v", id, got, want)
				}
			}
		}
	})
}

// TestServicesStandAnything computes every figure of all reports of records with anything
// in their fields.
func TestServicesStandAnything(t *testing.T) {
	values := []string{
		"", "x", "2026-13-45", "0001-01-01", "9999-12-31", "2026-01-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z",
		"[a, b]", "{a: b}", "-1", "1e300", "7", "true", "a", "high", "live", "valid", "expired", "published", "in-use", "resolved", "retired", "maintenance", "upgrade", "PT1H", "EUR", "user", "yearly", "100%", "P9999Y",
	}
	for _, r := range Reports() {
		t.Run(r.Name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				var docs []string
				for _, typ := range append([]records.Type{r.Subject}, r.Types...) {
					for _, id := range []string{"a", "b"} {
						doc := string(typ) + "/" + id
						fields := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(r.Fields), records.FieldState, "opened_at", "resolved_at", "closed_at", "entered"))))
						for _, f := range fields {
							if v := rapid.SampledFrom(values).Draw(rt, f); v != "" {
								doc += "\n" + f + ": " + v
							}
						}
						docs = append(docs, doc)
					}
				}
				d := sceneOf(t, "2026-03-01 00:00", docs...)
				s := figure.NewScope(d, r.Subject, scene.At(""), scene.At(""))
				for _, def := range r.Figures {
					got := def.Compute(s).Value
					if p, ok := got.(float64); ok && (math.IsNaN(p) || math.IsInf(p, 0) || def.Unit == figure.Percent && (p < 0 || p > 100)) {
						rt.Fatalf("%s is %v", def.ID, p)
					}
				}
			})
		})
	}
}
