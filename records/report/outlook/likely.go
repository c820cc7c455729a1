package outlook

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/sla"
)

// What a prediction of a breach takes.
const (
	similarFewest = 20 // records that ended, for a group of similar ones to count
	longerFewest  = 5  // of these, that took longer than the record has already taken
	trialsFewest  = 20 // past predictions, for an error to be stated
)

const breachMethod = "Arithmetic on similar records that have ended. Similar are those of the same priority and service; where fewer than 20 of these have ended, or fewer than 5 took longer than the record has taken already, those of the same priority; else all. " +
	"Times are those that the clock of the resolution counts, in business time and without holds. Of the similar ones that took longer than the record has taken so far, the part that took longer than its target is the probability that it misses it. It is called likely to miss it above one half, " +
	"which is the case if the time taken and the median of the time remaining come to more than the target. The interval of the time remaining holds 80 % of the similar ones. "

const breachBacktest = "Backtest: each past record with a target, at half of it, is predicted from those that had ended before it was opened; the naive prediction is the share of these that missed their target after half of it had passed."

func likelyBreaches(many string) figure.Definition {
	return figure.Definition{
		ID: "predicted.breach", Title: "Likely to miss their target", Unit: figure.Records, Shape: figure.List, Kind: figure.Predicted, Group: groupPredicted, Better: "down", Key: true, Stock: true,
		Text:   fmt.Sprintf("Open %s that are within their target for the resolution and are likely to miss it, the most probable first. Those that have missed it already, and those without a target, are left out. It holds for the time asked about, whatever the period.", many),
		Method: breachMethod + breachBacktest,
		Compute: func(s *figure.Scope) figure.Result {
			o := s.Once(oddsKey{}, func() any { return oddsOf(s) }).(*odds)
			if o.why != "" {
				return nothing(len(o.open), o.why)
			}
			var rows []figure.Row
			for _, p := range o.open {
				if p.probability > 0.5 {
					rows = append(rows, p.row(s.Zone))
				}
			}
			r := listed(rows, len(o.open), o.notes()...)
			r.Backtest = o.backtest
			return r
		},
	}
}

func breachCount(many string) figure.Definition {
	return figure.Definition{
		ID: "predicted.breaches", Title: "Expected breaches of open ones", Unit: figure.Records, Shape: figure.Number, Kind: figure.Predicted, Group: groupPredicted, Better: "down", Stock: true,
		Text:   fmt.Sprintf("How many of the open %s that are within their target for the resolution are expected to miss it: the sum of the probabilities that each of them does. It holds for the time asked about, whatever the period. N is how many are within their target and can be told about.", many),
		Method: breachMethod + "The interval holds the number with 80 % confidence if they miss their targets independently of one another, by the normal approximation. " + breachBacktest,
		Compute: func(s *figure.Scope) figure.Result {
			o := s.Once(oddsKey{}, func() any { return oddsOf(s) }).(*odds)
			if o.why != "" {
				return nothing(len(o.open), o.why)
			}
			expected, variance := 0.0, 0.0
			r := figure.Result{N: len(o.open), Note: figure.Notes(o.notes()...), Backtest: o.backtest}
			for _, p := range o.open {
				expected += p.probability
				variance += p.probability * (1 - p.probability)
				r.Records = append(r.Records, p.c.Ref())
			}
			reach := z80 * math.Sqrt(variance)
			r.Value, r.Interval = expected, &[2]float64{max(0, expected-reach), min(float64(len(o.open)), expected+reach)}
			return r
		},
	}
}

// z80 is the 90 % quantile of the normal distribution: an interval of 80 % reaches so
// many standard errors to either side.
const z80 = 1.2815515655446004

// oddsKey is the key of a scope's odds.
type oddsKey struct{}

// odds are what is known of open records and their targets.
type odds struct {
	open     []prospect // in order: the most probable first
	unknown  int        // open ones with too few that are similar
	backtest *figure.Backtest
	why      string // nothing can be said; "" if something can
}

func (o *odds) notes() []string {
	out := []string{figure.LeftOut(o.unknown, o.unknown+len(o.open), "open records with a target have too few similar ones to be told about")}
	if o.backtest == nil {
		out = append(out, fmt.Sprintf("There are fewer than %d past records to test the method on.", trialsFewest))
	}
	return out
}

// prospect is an open record and how it will do.
type prospect struct {
	c           *figure.Case
	clock       *sla.Clock
	probability float64
	similar     int
	remaining   [3]float64 // hours: 10 %, median, 90 %
}

func (p *prospect) row(zone *time.Location) figure.Row {
	left := figure.InHours(p.clock.Left)
	return figure.Row{
		Name: p.c.Record.Title(), Ref: p.c.Ref(), Records: []string{p.c.Ref()},
		Values: map[string]any{
			"probability": 100 * p.probability, "left_hours": left, "due": records.FormatTime(p.clock.Due), "target": p.clock.Target, "priority": p.c.Text(fieldPriority), "team": p.c.Text(fieldTeam),
			"remaining_hours": p.remaining[1], "remaining_low": p.remaining[0], "remaining_high": p.remaining[2], "similar": p.similar,
		},
		Words: fmt.Sprintf("%s has %s left of its target and is due on %s; %s that took as long took another %s (80 %%: %s to %s). It will miss its target with a probability of %.0f %%.",
			p.c.Record.ID, hours(left), p.clock.Due.In(zone).Format("2 January 2006 15:04"), plural(p.similar, "similar one", "similar ones"), hours(p.remaining[1]), hours(p.remaining[0]), hours(p.remaining[2]), 100*p.probability),
	}
}

// past is a record that has ended, and how long it took.
type past struct {
	taken, limit float64 // hours of business time; a limit of 0 is none
	start, stop  time.Time
	groups       [3]*cohort
	ranks        [3]int
}

// cohort is similar records: how long they took, in order, and which of them are
// known at a time.
type cohort struct {
	taken []float64
	tree  []int // Fenwick tree over taken: how many are known
	known int
}

// add makes the record at a rank known.
func (g *cohort) add(rank int) {
	g.known++
	for i := rank + 1; i < len(g.tree); i += i & -i {
		g.tree[i]++
	}
}

// longer returns how many known ones took longer than some hours.
func (g *cohort) longer(than float64) int {
	upTo := 0
	for i := g.above(than); i > 0; i -= i & -i {
		upTo += g.tree[i]
	}
	return g.known - upTo
}

// above returns the rank of the first that took longer.
func (g *cohort) above(than float64) int {
	return sort.Search(len(g.taken), func(i int) bool { return g.taken[i] > than })
}

// cohorts are those of a set of records, by what they have in common.
type cohorts map[[3]string]*cohort

// keys are those of the cohorts of a record, the most similar first.
func keys(c *figure.Case) [3][3]string {
	priority := c.Text(fieldPriority)
	return [3][3]string{{"service", priority, c.Text(fieldService)}, {"priority", priority}, {"all"}}
}

// choose returns the first cohort of a record from which something can be said.
func (cs cohorts) choose(c *figure.Case, elapsed float64) *cohort {
	for _, k := range keys(c) {
		if g := cs[k]; g != nil && g.known >= similarFewest && g.longer(elapsed) >= longerFewest {
			return g
		}
	}
	return nil
}

// oddsOf predicts what becomes of the open records of a scope.
func oddsOf(s *figure.Scope) *odds {
	o := &odds{}
	var ended []*past
	var trials []*trial
	var open []*figure.Case
	groups := cohorts{}
	for _, c := range s.Cases {
		clock := resolution(c)
		switch {
		case clock == nil || c.Category == records.Cancelled:
		case !clock.Stop.IsZero():
			p := &past{taken: figure.InHours(clock.Elapsed.Business), limit: figure.InHours(clock.Limit), start: clock.Start, stop: clock.Stop}
			for i, k := range keys(c) {
				if groups[k] == nil {
					groups[k] = &cohort{}
				}
				p.groups[i] = groups[k]
				groups[k].taken = append(groups[k].taken, p.taken)
			}
			ended = append(ended, p)
			if p.limit > 0 {
				trials = append(trials, &trial{past: p, c: c})
			}
		case clock.Outcome == sla.Running || clock.Outcome == sla.Paused:
			open = append(open, c)
		}
	}
	if len(open) == 0 {
		o.why = "No open record is within a target for its resolution."
		return o
	}
	if len(ended) < similarFewest {
		o.why = fmt.Sprintf("%s ended with a clock for the resolution; from fewer than %d nothing is predicted.", plural(len(ended), "record has", "records have"), similarFewest)
		return o
	}
	groups.rank(ended)
	o.backtest = groups.test(ended, trials)
	o.look(open, groups)
	return o
}

// rank puts the times of each cohort in order, and notes the place of each record.
func (cs cohorts) rank(ended []*past) {
	for _, g := range cs {
		slices.Sort(g.taken)
		g.tree = make([]int, len(g.taken)+1)
	}
	for _, p := range ended {
		for i, g := range p.groups {
			p.ranks[i] = sort.SearchFloat64s(g.taken, p.taken)
		}
	}
}

// learn makes the time that a record took known to its cohorts.
func (p *past) learn() {
	for i, g := range p.groups {
		g.add(p.ranks[i])
	}
}

// trial is a past record that the method is tried on.
type trial struct {
	*past
	c *figure.Case
}

// test tries the method on past records, in the order in which they were opened, and
// leaves all of them known. It returns nil where they are too few.
func (cs cohorts) test(ended []*past, trials []*trial) *figure.Backtest {
	slices.SortStableFunc(ended, func(a, b *past) int { return a.stop.Compare(b.stop) })
	slices.SortStableFunc(trials, func(a, b *trial) int { return a.start.Compare(b.start) })
	t := score{}
	next := 0
	for _, x := range trials {
		for ; next < len(ended) && !ended[next].stop.After(x.start); next++ {
			ended[next].learn()
			t.learn(ended[next])
		}
		half := x.limit / 2
		if x.taken <= half {
			continue
		}
		if g := cs.choose(x.c, half); g != nil && t.half > 0 {
			t.try(float64(g.longer(x.limit))/float64(g.longer(half)), x.taken > x.limit)
		}
	}
	for ; next < len(ended); next++ {
		ended[next].learn()
	}
	return t.backtest()
}

// score is how past predictions did.
type score struct {
	half, missed                  int // known records that reached half of their target, and of these those that missed it
	trials, called, came, correct int
	square, naive                 float64
}

func (t *score) learn(p *past) {
	if p.limit <= 0 || p.taken <= p.limit/2 {
		return
	}
	t.half++
	if p.taken > p.limit {
		t.missed++
	}
}

func (t *score) try(probability float64, came bool) {
	truth := 0.0
	if came {
		truth = 1
		t.came++
	}
	base := float64(t.missed) / float64(t.half)
	t.trials++
	t.square += (probability - truth) * (probability - truth)
	t.naive += (base - truth) * (base - truth)
	if probability > 0.5 {
		t.called++
		if came {
			t.correct++
		}
	}
}

func (t *score) backtest() *figure.Backtest {
	if t.trials < trialsFewest {
		return nil
	}
	n := float64(t.trials)
	words := fmt.Sprintf("Of %s past records at half of their target, %s missed it. ", figure.Thousands(t.trials), figure.Thousands(t.came))
	if p, ok := figure.Share(t.correct, t.called); ok {
		words += fmt.Sprintf("%s were called likely to, and %s of these did (precision %.0f %%)", figure.Thousands(t.called), figure.Thousands(t.correct), p)
	} else {
		words += "None was called likely to"
	}
	if recall, ok := figure.Share(t.correct, t.came); ok {
		words += fmt.Sprintf("; %.0f %% of those that missed it had been called (recall)", recall)
	}
	return &figure.Backtest{Trials: t.trials, Error: t.square / n, Naive: t.naive / n, Measure: "Brier score, 0 is perfect", Words: words + "."}
}

// look predicts what becomes of open records. All cohorts are known.
func (o *odds) look(open []*figure.Case, groups cohorts) {
	for _, c := range open {
		clock := resolution(c)
		elapsed, limit := figure.InHours(clock.Elapsed.Business), figure.InHours(clock.Limit)
		g := groups.choose(c, elapsed)
		if g == nil {
			o.unknown++
			continue
		}
		longer := g.taken[g.above(elapsed):]
		p := prospect{c: c, clock: clock, similar: len(longer), probability: float64(len(g.taken)-g.above(limit)) / float64(len(longer))}
		for i, q := range []float64{0.1, 0.5, 0.9} {
			p.remaining[i] = quantile(longer, q) - elapsed
		}
		o.open = append(o.open, p)
	}
	slices.SortStableFunc(o.open, func(a, b prospect) int {
		return cmp.Or(cmp.Compare(b.probability, a.probability), cmp.Compare(a.clock.Left, b.clock.Left))
	})
	if len(o.open) == 0 {
		o.why = "The open records that are within their target have too few similar ones that ended to be told about."
	}
}
