package outlook

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
)

// opened makes incidents of which so many were opened in each week up to a day, the
// latest week last.
func opened(today time.Time, weeks ...int) (out []*figure.Case) {
	for w, n := range weeks {
		for i := range n {
			when := today.AddDate(0, 0, -7*(len(weeks)-w)).Add(time.Duration(i%7) * 24 * time.Hour).Add(9 * time.Hour)
			if i == 0 {
				when = today.AddDate(0, 0, -7*(len(weeks)-w)) // the week begins at midnight
			}
			r := &records.Record{Type: incidents, ID: records.ID(fmt.Sprintf("W%d-%d", w, i)), Fields: records.NewMap()}
			out = append(out, &figure.Case{Record: r, Opened: when})
		}
	}
	return out
}

func TestVolume(t *testing.T) {
	weeks := make([]int, 24)
	for i := range weeks {
		weeks[i] = 10 + i%2*4 // 10, 14, 10, 14, …
	}
	today := scene.At("2026-11-20 00:00")
	cases := opened(today, weeks...)
	cases = append(cases, opened(today.AddDate(0, 0, 7), 5)...) // today and later: not yet a whole week
	cases = append(cases, &figure.Case{Record: &records.Record{Type: incidents, ID: "undated", Fields: records.NewMap()}})
	r := reports.Compute(t, dataOf(today.Add(15*time.Hour), cases), incidents, "predicted.volume")
	equal(t, "words", wordsOf(t, r), "From 2026-11-20 to 2026-11-26 about 12, between 10 and 14 with 80 % confidence.\n"+
		"From 2026-11-27 to 2026-12-03 about 12, between 10 and 14 with 80 % confidence.\n"+
		"From 2026-12-04 to 2026-12-10 about 12, between 10 and 14 with 80 % confidence.\n"+
		"From 2026-12-11 to 2026-12-17 about 12, between 10 and 14 with 80 % confidence.")
	equal(t, "interval of all four", *r.Interval, "[48 48]")
	equal(t, "note", r.Note, "1 of 294 incidents do not state opened_at and are left out.")
	equal(t, "n", []int{r.N, len(r.Records)}, "[293 293]")
	if b := r.Backtest; b.Trials != 17 || b.Error != 2 || math.Abs(b.Naive-2) > 1e-12 {
		t.Errorf("%+v", b)
	}
	equal(t, "backtest", r.Backtest.Words, "17 predictions of four weeks each were off by 2.0 a week on average, the last week once more by 2.0. The interval of the first week, made from the errors known by then, held 9 of 9 weeks (100 %; 80 % are promised).")
}

func TestVolumeIsNotPredictedFromTooLittle(t *testing.T) {
	today := scene.At("2026-11-20 00:00")
	few := slices.Repeat([]int{3}, 19)
	over := append(slices.Repeat([]int{3}, 20), 0, 0, 0, 0)
	for _, c := range []struct {
		weeks []int
		note  string
	}{
		{few, "Whole weeks since the first record was opened: 19; from fewer than 20 nothing is predicted."},
		{over, "Nothing was opened in the last 4 weeks before the time asked about."},
	} {
		r := reports.Compute(t, dataOf(today, opened(today, c.weeks...)), incidents, "predicted.volume")
		if r.Value != nil || r.Note != c.note {
			t.Errorf("%+v", r)
		}
	}
}

func TestWeeksAreCountedInTheReportsZoneAlsoWhenClocksChange(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		asOf := scene.At("2026-11-02 00:30").Add(time.Duration(rapid.IntRange(-5000, 0).Draw(t, "hours")) * time.Hour)
		var cases []*figure.Case
		for i := range rapid.IntRange(1, 40).Draw(t, "n") {
			opened := asOf.Add(-time.Duration(rapid.IntRange(-100, 10000).Draw(t, "ago")) * time.Hour)
			cases = append(cases, &figure.Case{Record: &records.Record{Type: incidents, ID: records.ID(fmt.Sprint(i)), Fields: records.NewMap()}, Opened: opened})
		}
		d := dataOf(asOf, cases)
		d.Zone = zone
		got := weeksOf(figure.NewScope(d, incidents, time.Time{}, time.Time{}))
		local := asOf.In(zone)
		end := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)
		for w := range got {
			from := time.Date(end.Year(), end.Month(), end.Day()-7*(len(got)-w), 0, 0, 0, 0, zone)
			to := time.Date(end.Year(), end.Month(), end.Day()-7*(len(got)-w-1), 0, 0, 0, 0, zone)
			n := 0
			for _, c := range cases {
				if !c.Opened.Before(from) && c.Opened.Before(to) {
					n++
				}
			}
			if got[w] != float64(n) {
				t.Fatalf("week %d of %d from %s: %v, want %d", w, len(got), from, got[w], n)
			}
		}
	})
}

// The error that is stated is the one of predicting each past week from those before it.
func TestTheBacktestOfTheVolumeKnowsNothingOfTheFuture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weeks := rapid.SliceOfN(rapid.Float64Range(0, 100), 20, 120).Draw(t, "weeks")
		past, naive := errorsOf(weeks)
		first := max(4, len(weeks)-4-52+1)
		if len(past[0]) != len(weeks)-4-first+1 {
			t.Fatalf("%d origins", len(past[0]))
		}
		for i := range past[0] {
			origin := first + i
			for h := range 4 {
				expected := (weeks[origin-4] + weeks[origin-3] + weeks[origin-2] + weeks[origin-1]) / 4
				if math.Abs(past[h][i]-(weeks[origin+h]-expected)) > 1e-9 || naive[h][i] != weeks[origin+h]-weeks[origin-1] {
					t.Fatalf("origin %d, %d ahead: %v, %v", origin, h, past[h][i], naive[h][i])
				}
			}
		}
	})
}
