package outlook

import (
	"fmt"
	"math"
	"slices"

	"frontdesk/records/figure"
)

// What a prediction of a volume takes.
const (
	ahead        = 4   // weeks that are predicted
	behind       = 4   // weeks of which the mean is taken
	weeksFewest  = 20  // whole weeks since the first record
	weeksMost    = 520 // that are looked at, the latest ones
	originsMost  = 52  // past predictions
	errorsFewest = 8   // past errors for an interval
)

func volume(many string) figure.Definition {
	return figure.Definition{
		ID: "predicted.volume", Title: "Volume of the coming four weeks", Unit: figure.Rate, Shape: figure.List, Kind: figure.Predicted, Group: groupPredicted, Key: many == "incidents", Stock: true,
		Text: fmt.Sprintf("How many %s are expected to be opened, by opened_at, in each of the four weeks that begin with the day asked about, in the report's zone. Those that do not state when they were opened are left out. It holds for the time asked about, whatever the period. "+
			"The interval beside the figure is that of all four weeks together.", many),
		Method: fmt.Sprintf("Seasonal: each week is expected to bring the mean of the last %d weeks of seven whole days before the day asked about, so that each weekday counts as often as any other. The interval holds a week with 80 %% confidence: from the 10 %% to the 90 %% quantile of the past errors of predictions so many weeks ahead. "+
			"Backtest by rolling origin: for each of the last %d weeks the following four are predicted from those before it. The naive prediction is the last week once more. Nothing is predicted from fewer than %d whole weeks, nor where the last %d brought nothing.", behind, originsMost, weeksFewest, behind),
		Compute: func(s *figure.Scope) figure.Result {
			weeks := weeksOf(s)
			n := 0
			refs := make([]string, 0, len(s.Cases))
			for _, c := range s.Cases {
				if !c.Opened.IsZero() {
					n++
					refs = append(refs, c.Ref())
				}
			}
			if len(weeks) < weeksFewest {
				return nothing(n, fmt.Sprintf("Whole weeks since the first record was opened: %d; from fewer than %d nothing is predicted.", len(weeks), weeksFewest))
			}
			if sum(weeks[len(weeks)-behind:]) == 0 {
				return nothing(n, fmt.Sprintf("Nothing was opened in the last %d weeks before the time asked about.", behind))
			}
			r := foresee(s, weeks)
			r.N, r.Records = n, refs
			r.Note = figure.Notes(r.Note, figure.LeftOut(len(s.Cases)-n, len(s.Cases), many+" do not state opened_at and are left out"))
			return r
		},
	}
}

// weeksOf counts what was opened in each whole week before the day asked about, the
// latest last.
func weeksOf(s *figure.Scope) []float64 {
	today := s.Today()
	days := make([]figure.Day, 0, len(s.Cases))
	first := today
	for _, c := range s.Cases {
		if c.Opened.IsZero() {
			continue
		}
		if d := figure.DayOf(c.Opened, s.Zone); d < today {
			days = append(days, d)
			first = min(first, d)
		}
	}
	out := make([]float64, min(int(today-first)/7, weeksMost))
	for _, d := range days {
		if back := int(today-1-d) / 7; back < len(out) {
			out[len(out)-1-back]++
		}
	}
	return out
}

// errorsAt are the errors of past predictions, by how many weeks ahead they were, in
// the order of the weeks from which they were made; behind the last, those of all four
// weeks together.
type errorsAt [ahead + 1][]float64

// foresee predicts the coming weeks.
func foresee(s *figure.Scope, weeks []float64) figure.Result {
	past, naive := errorsOf(weeks)
	expected := mean(weeks[len(weeks)-behind:])
	rows := make([]figure.Row, ahead)
	for h := range rows {
		from := s.Today() + figure.Day(7*h)
		low, high := around(expected, past[h])
		rows[h] = figure.Row{
			Name:   from.String(),
			Values: map[string]any{"from": from.String(), "to": (from + 6).String(), "expected": expected, "low": low, "high": high},
			Words:  fmt.Sprintf("From %s to %s about %.0f, between %.0f and %.0f with 80 %% confidence.", from, from+6, expected, low, high),
		}
	}
	low, high := around(ahead*expected, past[ahead])
	r := figure.Result{Value: rows, Interval: &[2]float64{low, high}}
	held, of := coverage(past[0])
	test := &figure.Backtest{Trials: len(past[0]), Measure: "mean absolute error in records per week"}
	for h := range ahead {
		test.Error += meanAbsolute(past[h]) / ahead
		test.Naive += meanAbsolute(naive[h]) / ahead
	}
	test.Words = fmt.Sprintf("%s predictions of four weeks each were off by %.1f a week on average, the last week once more by %.1f.", figure.Thousands(test.Trials), test.Error, test.Naive)
	if p, ok := figure.Share(held, of); ok {
		test.Words += fmt.Sprintf(" The interval of the first week, made from the errors known by then, held %s of %s weeks (%.0f %%; 80 %% are promised).", figure.Thousands(held), figure.Thousands(of), p)
	}
	r.Backtest = test
	return r
}

// errorsOf predicts past weeks from those before them and returns the errors, of the
// method and of the naive one: what came less what was expected.
func errorsOf(weeks []float64) (past, naive errorsAt) {
	for origin := max(behind, len(weeks)-ahead-originsMost+1); origin+ahead <= len(weeks); origin++ {
		expected := mean(weeks[origin-behind : origin])
		last := weeks[origin-1]
		for h := range ahead {
			past[h] = append(past[h], weeks[origin+h]-expected)
			naive[h] = append(naive[h], weeks[origin+h]-last)
		}
		past[ahead] = append(past[ahead], sum(weeks[origin:origin+ahead])-ahead*expected)
	}
	return past, naive
}

// around returns the interval around what is expected, by past errors. Less than
// nothing cannot come.
func around(expected float64, errors []float64) (low, high float64) {
	sorted := slices.Sorted(slices.Values(errors))
	return max(0, expected+quantile(sorted, 0.1)), max(0, expected+quantile(sorted, 0.9))
}

// coverage counts how many of the errors, of predictions one week ahead, lay within the
// interval that the errors before them made.
func coverage(errors []float64) (held, of int) {
	for i := errorsFewest; i < len(errors); i++ {
		known := slices.Sorted(slices.Values(errors[:i]))
		of++
		if errors[i] >= quantile(known, 0.1) && errors[i] <= quantile(known, 0.9) {
			held++
		}
	}
	return held, of
}

func mean(values []float64) float64 { return sum(values) / float64(len(values)) }

func meanAbsolute(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += math.Abs(v)
	}
	return total / float64(len(values))
}
