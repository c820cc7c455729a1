package outlook

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
)

// ended makes past incidents that took 1, 2, … n hours, of a target of 10, one a day.
func ended(n int) (out []*figure.Case) {
	for i := range n {
		out = append(out, timed(fmt.Sprintf("P%02d", i), "P3", scene.At("2026-01-01 00:00").AddDate(0, 0, i), time.Duration(i%20+1)*time.Hour, 10*time.Hour, true))
	}
	return out
}

func TestLikelyBreaches(t *testing.T) {
	cases := ended(100) // five each of 1 to 20 hours: half of them miss 10 hours
	now := scene.At("2026-06-01 00:00")
	cases = append(cases,
		timed("NEW", "P3", now.Add(-time.Minute), 0, 10*time.Hour, false),            // 50 of 100 took more than 10 h: not above one half
		timed("HALF", "P3", now.Add(-5*time.Hour), 5*time.Hour, 10*time.Hour, false), // 75 took more than 5, of which 50 more than 10
		timed("LATE", "P3", now.Add(-9*time.Hour), 9*time.Hour, 10*time.Hour, false), // 55, of which 50
		timed("OVER", "P3", now.Add(-9*time.Hour), 11*time.Hour, 10*time.Hour, false),
		timed("FREE", "P3", now.Add(-9*time.Hour), 11*time.Hour, 0, false))
	d := dataOf(now, cases)
	r := reports.Compute(t, d, incidents, "predicted.breach")
	equal(t, "words", wordsOf(t, r), "LATE has 1.0 h left of its target and is due on 1 June 2026 01:00; 55 similar ones that took as long took another 6.0 h (80 %: 2.0 h to 10.0 h). It will miss its target with a probability of 91 %.\n"+
		"HALF has 5.0 h left of its target and is due on 1 June 2026 05:00; 75 similar ones that took as long took another 8.0 h (80 %: 2.0 h to 14.0 h). It will miss its target with a probability of 67 %.")
	equal(t, "records", r.Records, "[incident/LATE incident/HALF]")
	equal(t, "within their target", r.N, 3)
	n := reports.Compute(t, d, incidents, "predicted.breaches")
	if v := n.Value.(float64); math.Abs(v-(50.0/100+50.0/75+50.0/55)) > 1e-12 {
		t.Errorf("expected %v", v)
	}
	p := []float64{0.5, 2.0 / 3, 50.0 / 55}
	variance := 0.0
	for _, q := range p {
		variance += q * (1 - q)
	}
	if low := p[0] + p[1] + p[2] - 1.2815515655*math.Sqrt(variance); math.Abs(n.Interval[0]-low) > 1e-9 || n.Interval[1] != 3 {
		t.Errorf("interval %v, low %v", *n.Interval, low)
	}
	if r.Backtest == nil || r.Backtest.Trials < 30 || n.Backtest == nil {
		t.Errorf("backtest %+v", r.Backtest)
	}
}

func TestSimilarIsOfTheSamePriority(t *testing.T) {
	cases := ended(40)
	now := scene.At("2026-06-01 00:00")
	for i := range 25 { // P1 are quick
		cases = append(cases, timed(fmt.Sprintf("Q%d", i), "P1", scene.At("2026-02-01 00:00"), time.Duration(i+1)*6*time.Minute, 10*time.Hour, true))
	}
	cases = append(cases, timed("A", "P1", now, time.Hour, 2*time.Hour, false), timed("B", "P3", now, time.Hour, 2*time.Hour, false), timed("C", "P4", now, time.Hour, 2*time.Hour, false))
	o := oddsOf(figure.NewScope(dataOf(now, cases), incidents, time.Time{}, time.Time{}))
	got := map[string]float64{}
	for _, p := range o.open {
		got[string(p.c.Record.ID)] = p.probability
	}
	// Of 25 P1, 15 took more than 1 h and 5 more than 2; of 40 P3, 38 and 36; of all, 53 and 41.
	for id, want := range map[string]float64{"A": 5.0 / 15, "B": 36.0 / 38, "C": 41.0 / 53} {
		if math.Abs(got[id]-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", id, got[id], want)
		}
	}
}

func TestNothingIsPredictedFromTooFew(t *testing.T) {
	now := scene.At("2026-06-01 00:00")
	open := timed("A", "P3", now, time.Hour, 10*time.Hour, false)
	for _, c := range []struct {
		name  string
		cases []*figure.Case
		note  string
	}{
		{"no open record with a target", ended(50), "No open record is within a target for its resolution."},
		{"few ended", append(ended(19), open), "19 records have ended with a clock for the resolution; from fewer than 20 nothing is predicted."},
		{"none took as long", append(ended(50), timed("B", "P3", now, 30*time.Hour, 100*time.Hour, false)), "The open records that are within their target have too few similar ones that ended to be told about."},
	} {
		for _, id := range []string{"predicted.breach", "predicted.breaches"} {
			r := reports.Compute(t, dataOf(now, c.cases), incidents, id)
			if r.Value != nil || r.Note != c.note || r.Interval != nil {
				t.Errorf("%s: %s: %+v", c.name, id, r)
			}
		}
	}
}

// The odds and the backtest equal those of counting through all records each time.
func TestOddsEqualCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cases []*figure.Case
		now := scene.At("2026-06-01 00:00")
		for i := range rapid.IntRange(20, 120).Draw(t, "ended") {
			took := time.Duration(rapid.IntRange(0, 40).Draw(t, "took")) * 30 * time.Minute
			limit := time.Duration(rapid.SampledFrom([]int{0, 4, 8, 8, 8}).Draw(t, "limit")) * time.Hour
			opened := scene.At("2026-01-01 00:00").Add(time.Duration(rapid.IntRange(0, 500).Draw(t, "opened")) * time.Hour)
			cases = append(cases, timed(fmt.Sprintf("E%d", i), rapid.SampledFrom([]string{"P1", "P2"}).Draw(t, "priority"), opened, took, limit, true))
		}
		for i := range rapid.IntRange(1, 10).Draw(t, "open") {
			cases = append(cases, timed(fmt.Sprintf("O%d", i), rapid.SampledFrom([]string{"P1", "P2", "P3"}).Draw(t, "priority"), now, time.Duration(rapid.IntRange(0, 16).Draw(t, "took"))*30*time.Minute, 8*time.Hour, false))
		}
		o := oddsOf(figure.NewScope(dataOf(now, cases), incidents, time.Time{}, time.Time{}))
		told := map[string]float64{}
		for _, p := range o.open {
			told[p.c.Ref()] = p.probability
		}
		for _, c := range cases {
			clock := resolution(c)
			if !clock.Stop.IsZero() {
				continue
			}
			want, ok := countOdds(cases, c, clock.Elapsed.Business, clock.Limit, func(*figure.Case) bool { return true })
			if got, have := told[c.Ref()]; have != ok || math.Abs(got-want) > 1e-12 {
				t.Fatalf("%s: %v, %v; want %v, %v", c.Ref(), got, have, want, ok)
			}
		}
		trials, square, naive := countTrials(cases)
		switch {
		case trials < 20:
			if o.backtest != nil {
				t.Fatalf("a backtest of %d trials", trials)
			}
		case o.backtest == nil || o.backtest.Trials != trials || math.Abs(o.backtest.Error-square/float64(trials)) > 1e-9 || math.Abs(o.backtest.Naive-naive/float64(trials)) > 1e-9:
			t.Fatalf("%+v; want %d, %v, %v", o.backtest, trials, square/float64(trials), naive/float64(trials))
		}
	})
}

// countOdds counts how many known ended records took longer than a target, of those that
// took longer than a record has taken.
func countOdds(cases []*figure.Case, c *figure.Case, elapsed, limit time.Duration, isKnown func(*figure.Case) bool) (p float64, ok bool) {
	for _, like := range []func(*figure.Case) bool{
		func(o *figure.Case) bool {
			return o.Text("priority") == c.Text("priority") && o.Text("service") == c.Text("service")
		},
		func(o *figure.Case) bool { return o.Text("priority") == c.Text("priority") },
		func(*figure.Case) bool { return true },
	} {
		n, longer, over := 0, 0, 0
		for _, o := range cases {
			clock := resolution(o)
			if clock.Stop.IsZero() || !like(o) || !isKnown(o) {
				continue
			}
			n++
			if clock.Elapsed.Business > elapsed {
				longer++
			}
			if clock.Elapsed.Business > limit {
				over++
			}
		}
		if n >= 20 && longer >= 5 {
			return float64(over) / float64(longer), true
		}
	}
	return 0, false
}

func countTrials(cases []*figure.Case) (trials int, square, naive float64) {
	for _, c := range cases {
		clock := resolution(c)
		if clock.Stop.IsZero() || clock.Limit == 0 || clock.Elapsed.Business <= clock.Limit/2 {
			continue
		}
		isKnown := func(o *figure.Case) bool { return !resolution(o).Stop.After(clock.Start) }
		half, missed := 0, 0
		for _, o := range cases {
			k := resolution(o)
			if k.Stop.IsZero() || k.Limit == 0 || !isKnown(o) || k.Elapsed.Business <= k.Limit/2 {
				continue
			}
			half++
			if k.Elapsed.Business > k.Limit {
				missed++
			}
		}
		p, ok := countOdds(cases, c, clock.Limit/2, clock.Limit, isKnown)
		if !ok || half == 0 {
			continue
		}
		truth := 0.0
		if clock.Elapsed.Business > clock.Limit {
			truth = 1
		}
		base := float64(missed) / float64(half)
		trials++
		square += (p - truth) * (p - truth)
		naive += (base - truth) * (base - truth)
	}
	return trials, square, naive
}
