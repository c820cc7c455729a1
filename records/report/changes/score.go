package changes

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"frontdesk/records"
	"frontdesk/records/figure"
)

// Points of ServiceNow's change success score (change-score-calculation.md): for each
// change by its outcome, and for each incident that one caused by its priority.
const (
	pointsSuccessful   = 3
	pointsWithIssues   = -2
	pointsUnsuccessful = -5
	pointsP1           = -10
	pointsP2           = -5
	pointsP3           = -2
)

const scoreText = "The score is 100 times the lower end of Wilson's 95 % interval for the share of changes that were successful: " +
	"what can be relied upon given how few they are, so that one good change does not count as much as a hundred. " +
	"It counts closed changes that state a close code; those successful with issues are no successes. " +
	"Beside it stand the points that ServiceNow gives: 3 for a successful change, -2 with issues, -5 for an unsuccessful one or one backed out, and -10, -5 and -2 for each incident of priority P1, P2 and P3 that a change caused."

// scores returns the figures about how likely changes are to succeed.
func scores(b *books) []figure.Definition {
	score := func(id, title string, typ records.Type, field, whose string) figure.Definition {
		return figure.Definition{
			ID: id, Title: title, Unit: figure.Score, Shape: figure.List, Kind: figure.Counted, Group: groupQuality, Better: "up",
			Text:    "The change success score of " + whose + ", of changes closed in the period, the highest first. " + scoreText,
			Compute: func(s *figure.Scope) figure.Result { return b.scoreRows(s, typ, field) },
		}
	}
	return []figure.Definition{
		{
			ID: "score", Title: "Change success score", Unit: figure.Score, Shape: figure.Number, Kind: figure.Counted, Group: groupQuality, Better: "up",
			Text: "The change success score of all changes closed in the period. " + scoreText,
			Compute: func(s *figure.Scope) figure.Result {
				whole := implemented(s)
				t := b.tally(s, whole)
				r := figure.Result{N: t.n, Records: figure.Refs(whole), Note: silent(s)}
				if t.n > 0 {
					r.Value = t.score()
				}
				return r
			},
		},
		score("score.by_team", "Change success score by team", teamType, fieldTeam, "each team that carried out changes"),
		score("score.by_service", "Change success score by service", serviceType, fieldServices, "each service that changes named; a change counts for each of them"),
	}
}

// tally is how changes went.
type tally struct {
	n, successful, withIssues, unsuccessful, backedOut int
	incidents, p1, p2, p3                              int
}

func (b *books) tally(s *figure.Scope, cs []*figure.Case) (t tally) {
	e := b.of(s)
	for _, c := range cs {
		t.n++
		switch outcome(c) {
		case successful:
			t.successful++
		case withIssues:
			t.withIssues++
		case unsuccessful:
			t.unsuccessful++
		case backedOut:
			t.backedOut++
		}
		for _, incident := range e.caused[c] {
			t.incidents++
			switch incident.Text(fieldPriority) {
			case "P1":
				t.p1++
			case "P2":
				t.p2++
			case "P3":
				t.p3++
			}
		}
	}
	return t
}

func (t tally) points() int {
	return pointsSuccessful*t.successful + pointsWithIssues*t.withIssues + pointsUnsuccessful*(t.unsuccessful+t.backedOut) +
		pointsP1*t.p1 + pointsP2*t.p2 + pointsP3*t.p3
}

func (t tally) score() float64 { return 100 * wilson(t.successful, t.n) }

// wilson returns the lower end of the 95 % interval for a share. (E. B. Wilson, 1927)
func wilson(k, n int) float64 {
	if n == 0 || k == 0 {
		return 0
	}
	const z = 1.959963984540054
	p, m := float64(k)/float64(n), float64(n)
	return (p + z*z/(2*m) - z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))) / (1 + z*z/m)
}

// scoreRows scores changes by what a field of theirs names.
func (b *books) scoreRows(s *figure.Scope, typ records.Type, field string) figure.Result {
	whole := implemented(s)
	parts := map[string][]*figure.Case{}
	for _, c := range whole {
		for _, name := range names(c, field) {
			parts[name] = append(parts[name], c)
		}
	}
	rows := make([]figure.Row, 0, len(parts))
	for name, cs := range parts {
		t := b.tally(s, cs)
		title, ref := nameOf(s, typ, name)
		rows = append(rows, figure.Row{
			Name: title, Ref: ref, Records: figure.Refs(cs),
			Values: map[string]any{
				"score": t.score(), "changes": t.n, "successful": t.successful, "with_issues": t.withIssues, "unsuccessful": t.unsuccessful,
				"backed_out": t.backedOut, "incidents": t.incidents, "points": t.points(),
			},
			Words: fmt.Sprintf("%s: %.1f of 100, %d of %s successful, %s caused.", title, t.score(), t.successful, plural(t.n, "change"), plural(t.incidents, "incident")),
		})
	}
	sortRows(rows, "score")
	return figure.Result{Value: rows, N: len(whole), Records: figure.Refs(whole), Note: silent(s)}
}

// names returns what a field names, each once; "" where it names nothing.
func names(c *figure.Case, field string) []string {
	out := c.Record.Get(field).Strings()
	for i, ref := range out {
		_, id := records.SplitRef(ref)
		out[i] = string(id)
	}
	if len(out) == 0 {
		return []string{""}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// nameOf returns the title and the ref of what a field names, which need not be there.
func nameOf(s *figure.Scope, typ records.Type, name string) (title, ref string) {
	if name == "" {
		return notStated, ""
	}
	if c := s.Find(typ, name); c != nil {
		return cmp.Or(c.Record.Title(), name), c.Ref()
	}
	return name, ""
}

// sortRows puts rows with the highest value first, those alike by name.
func sortRows(rows []figure.Row, key string) {
	number := func(r figure.Row) float64 {
		switch v := r.Values[key].(type) {
		case int:
			return float64(v)
		case float64:
			return v
		}
		return 0
	}
	slices.SortFunc(rows, func(a, b figure.Row) int {
		return cmp.Or(cmp.Compare(number(b), number(a)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Ref, b.Ref))
	})
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
