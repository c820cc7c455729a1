package tickets

import (
	"fmt"

	"frontdesk/records/figure"
)

// answers are the scores that requesters gave, and the scale on which they did.
type answers struct {
	sample
	satisfied set
	least     float64
	most      float64
	foreign   int // scores that the scale does not have
}

// The scale of types that do not say which they use.
const (
	leastScore = 1
	mostScore  = 5
)

// satisfiedFrom is the part of the largest score from which on a requester is satisfied:
// 4 of 5.
const satisfiedFrom = 0.8

// answers returns the scores of the cases that were resolved within the period.
func (t *tally) answers() answers {
	return once(t, "answers", func() answers {
		a := answers{least: leastScore, most: mostScore}
		if t.s.Type != nil {
			if f := t.s.Type.Field("satisfaction"); f != nil && f.Schema != nil {
				if m := f.Schema.Minimum; m != nil {
					a.least = *m
				}
				if m := f.Schema.Maximum; m != nil {
					a.most = *m
				}
			}
		}
		score := func(v *view) (float64, bool) {
			return figure.NumberOf(v.get("satisfaction"))
		}
		base := t.all.where(func(v *view) bool {
			n, ok := score(v)
			if ok && (n < a.least || n > a.most) {
				a.foreign++
				return false
			}
			return ok && t.in(v.c.Resolved)
		})
		a.sample = base.sample(score)
		a.satisfied = base.where(func(v *view) bool {
			n, _ := score(v)
			return n >= satisfiedFrom*a.most
		})
		return a
	})
}

// note says which scale was used.
func (a answers) note() string {
	scale := fmt.Sprintf("Scores are from %g to %g; satisfied is %g or more.", a.least, a.most, satisfiedFrom*a.most)
	return figure.Notes(scale, figure.LeftOut(a.foreign, a.foreign+a.len(), "scores are not of this scale and are left out"))
}

func (b *builder) satisfaction() {
	if !b.sub.has("satisfaction") || b.sub.resolved == "" {
		return
	}
	b.group = satisfaction
	of := " Counted are the {many} whose {resolved} lies within the period, and all with a score where the report has no period. The scale is that of the type's field satisfaction; scores outside it are left out."
	b.add(figure.Definition{ID: "csat", Title: "Customer satisfaction", Unit: figure.Percent, Better: "up", Key: true,
		Text: "The part of the answers that are satisfied: a score of at least four fifths of the largest, as 4 of 5." + of + inPeriod},
		func(t *tally) figure.Result {
			a := t.answers()
			return a.satisfied.share(a.len(), a.note())
		})
	b.add(figure.Definition{ID: "csat.mean", Title: "Mean score", Unit: figure.Score, Better: "up", Text: "The arithmetic mean of the scores that requesters gave." + of + inPeriod},
		func(t *tally) figure.Result {
			a := t.answers()
			return a.result(mean, a.note())
		})
	b.add(figure.Definition{ID: "csat.answers", Title: "Answers", Unit: figure.Records, Text: "The number of {many} that a requester gave a score." + of + inPeriod},
		func(t *tally) figure.Result {
			a := t.answers()
			return a.count(t.resolved.len(), a.note())
		})
	b.add(figure.Definition{ID: "csat.response_rate", Title: "Response rate", Unit: figure.Percent, Better: "up",
		Text: "The part of the {many} whose {resolved} lies within the period that a requester gave a score; every one that is {done} counts as a survey sent." + notGuessed + inPeriod},
		func(t *tally) figure.Result {
			a := t.answers()
			return a.where(func(v *view) bool { return t.s.In(v.c.Resolved) }).share(t.resolved.len(), figure.Notes(a.note(), t.unresolved()))
		})
	b.add(figure.Definition{ID: "csat.scores", Title: "Answers by score", Unit: figure.Records, Shape: figure.Bars, Text: "The number of answers by their score." + of + inPeriod},
		func(t *tally) figure.Result {
			a := t.answers()
			r := a.byField("satisfaction")
			r.Note = a.note()
			return r
		})
}
