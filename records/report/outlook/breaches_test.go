package outlook

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
)

// dated makes ended incidents of a team, opened on a day at an hour, so many of which
// missed their target.
func dated(out []*figure.Case, team, opened string, all, missed int) []*figure.Case {
	for i := range all {
		took := time.Hour
		if i < missed {
			took = 5 * time.Hour
		}
		c := timed(fmt.Sprintf("%s-%d", team, len(out)), "P3", scene.At(opened).AddDate(0, 0, 7*(i%12)), took, 4*time.Hour, true)
		c.Record.Fields.Pairs = append(c.Record.Fields.Pairs, records.Pair{Key: "team", Value: records.NewString(team)})
		out = append(out, c)
	}
	return out
}

func TestBreachClusters(t *testing.T) {
	// 2026-11-02 is a Monday.
	cases := dated(nil, "night", "2026-11-02 03:10", 50, 30)
	cases = dated(cases, "day", "2026-11-03 10:00", 200, 20)
	cases = dated(cases, "few", "2026-11-04 11:00", 10, 10) // all, but too few
	d := dataOf(scene.At("2026-12-01 00:00"), cases)
	r := reports.Compute(t, d, incidents, "detected.breach_clusters")
	equal(t, "words", wordsOf(t, r), "By hour, 03:00-04:00: 30 of 50 missed their target (60.0 %), of all others 14.3 %.\n"+
		"By team, night: 30 of 50 missed their target (60.0 %), of all others 14.3 %.\n"+
		"By weekday, Monday: 30 of 50 missed their target (60.0 %), of all others 14.3 %.\n"+
		"By weekday and hour, Monday 03:00-04:00: 30 of 50 missed their target (60.0 %), of all others 14.3 %.")
	equal(t, "looked at", r.N, 260)
	equal(t, "records", len(r.Records), 30)
}

func TestTheHourIsThatOfTheReportsZone(t *testing.T) {
	cases := dated(nil, "a", "2026-07-06 23:30", 40, 30)
	cases = dated(cases, "b", "2026-07-08 10:00", 100, 5)
	d := dataOf(scene.At("2026-12-01 00:00"), cases)
	d.Zone, _ = time.LoadLocation("Europe/Berlin")
	words := wordsOf(t, reports.Compute(t, d, incidents, "detected.breach_clusters"))
	if !strings.Contains(words, "By weekday and hour, Tuesday 01:00-02:00:") {
		t.Errorf("got\n%s", words)
	}
}

func TestImportedOutcomesCountWhereNoTargetOfOursApplies(t *testing.T) {
	c := timed("A", "P1", scene.At("2026-01-01 00:00"), time.Hour, 0, true)
	if _, ok := outcome(c); ok {
		t.Error("an outcome without a target")
	}
	c.Record.Fields.Pairs = append(c.Record.Fields.Pairs, records.Pair{Key: "imported", Value: records.NewMap(records.Pair{Key: "made_sla", Value: records.NewBool(false)})})
	if breached, ok := outcome(c); !ok || !breached {
		t.Error("the source's outcome does not count")
	}
	ours := timed("B", "P1", scene.At("2026-01-01 00:00"), time.Hour, 2*time.Hour, true)
	ours.Record.Fields.Pairs = append(ours.Record.Fields.Pairs, c.Record.Fields.Pairs[len(c.Record.Fields.Pairs)-1])
	if breached, ok := outcome(ours); !ok || breached {
		t.Error("the source's outcome counts though a target of ours applies")
	}
}

// Of 15 of 200 and 5 of 200, pooled 0.05, the variance is 0.05 * 0.95 * (2 / 200) =
// 0.000475, and z = 0.05 / sqrt(0.000475).
func TestTwoProportionTest(t *testing.T) {
	if z := zOf(15, 200, 5, 200); math.Abs(z-0.05/math.Sqrt(0.000475)) > 1e-9 {
		t.Errorf("z %.10f", z)
	}
	if z := zOf(0, 20, 0, 20); z != 0 {
		t.Errorf("z of nothing is %v", z)
	}
	for z, p := range map[float64]float64{0: 0.5, 1.6448536269514722: 0.05, 2.3263478740408408: 0.01, -1: 0.8413447460685429} {
		if got := chance(z); math.Abs(got-p) > 1e-12 {
			t.Errorf("chance of %v: %v, want %v", z, got, p)
		}
	}
}

func TestServicesThatChangesHurt(t *testing.T) {
	docs := []string{
		"service/vpn\ntitle: Remote access\nstate: live", "change/CHG-1\ntitle: Patch\nservices: [web, vpn]\nstate: closed", "change/CHG-2\ntitle: Upgrade\nservices: [vpn]\nstate: closed",
		incident("A", "a", "2026-11-01 09:00", "service: vpn", "caused_by: CHG-1"), incident("B", "b", "2026-11-02 09:00", "service: vpn", "caused_by: change/CHG-2"),
		incident("C", "c", "2026-11-03 09:00", "caused_by: CHG-1"), incident("D", "d", "2026-11-03 09:00"), incident("E", "e", "2026-11-03 09:00", "caused_by: CHG-9"),
		"incident/F\ntitle: f\nstate: cancelled\nservice: vpn\ncaused_by: CHG-1\nopened_at: 2026-11-01T09:00:00Z",
	}
	d := scene.Data(t, "2026-11-20 12:00", docs...)
	for report, want := range map[records.Type]string{
		incidents: "3 incidents of Remote access came from 2 changes.\n1 incident of (not set) came from 1 change.\n1 incident of web came from 1 change.",
		changes:   "3 incidents of Remote access came from 2 changes.\n1 incident of web came from 1 change.",
		services:  "3 incidents of Remote access came from 2 changes.",
	} {
		r := reports.Compute(t, d, report, "detected.change_caused")
		equal(t, string(report), wordsOf(t, r), want)
		equal(t, "looked at", r.N, 5)
	}
}

func TestStaleBacklog(t *testing.T) {
	d := scene.Data(t, "2026-11-20 12:00", "team/net\ntitle: Network", incident("A", "a", "2026-01-01 09:00", "team: net"), incident("B", "b", "2026-01-01 09:00", "team: net"),
		incident("C", "c", "2026-01-01 09:00"), incident("D", "d", "2026-01-01 09:00", "team: net"), incident("E", "e", "2026-01-01 09:00", "team: net"),
		"incident/F\ntitle: f\nstate: resolved\nteam: net")
	for i, last := range []string{"2026-10-21 12:00", "2026-10-01 09:00", "2026-10-21 12:00", "2026-10-21 12:01", "0001-01-01 00:00", "2026-10-01 09:00"} {
		d.Cases[incidents][i].Sum.Last = scene.At(last)
	}
	r := reports.Compute(t, d, incidents, "detected.stale")
	equal(t, "words", wordsOf(t, r), "Team Network: nothing has happened to 2 open incidents for 30 days or more; the longest rests since 1 October 2026.\n"+
		"Team (not set): nothing has happened to 1 open incident for 30 days or more; the longest rests since 21 October 2026.")
	equal(t, "records", r.Records, "[incident/B incident/A incident/C]")
	equal(t, "open", r.N, 5)
}
