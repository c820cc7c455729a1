package estate

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

// Fields that figures about knowledge know by name.
const (
	fieldReviewBy   = "review_by"
	fieldReviewed   = "reviewed_on"
	fieldPublished  = "published_at"
	fieldRetired    = "retired_at"
	fieldKnowledge  = "knowledge" // of an incident
	fieldConfidence = "confidence"
	validated       = "validated"
	kindKnownError  = "known-error"
)

const publishedText = "articles that are published as of the time asked about"

// knowledge returns the report about articles.
func knowledge() figure.Report {
	l := &links{}
	return figure.Report{
		Name: "knowledge", Title: "Knowledge", Subject: knowledgeType,
		Intro:   "How fresh the articles are, which of them wait for a review, and how much they help.",
		Types:   []records.Type{incidentType},
		Fields:  []string{fieldKind, fieldOwner, fieldTeam, fieldServices, fieldReviewBy, fieldReviewed, fieldPublished, fieldRetired, fieldConfidence, "language", fieldKnowledge},
		By:      []string{fieldKind, fieldTeam, fieldOwner, fieldServices, fieldConfidence, "language"},
		Figures: slices.Concat(articleNumbers(), freshness(), l.use()),
	}
}

func published(s *figure.Scope) []*figure.Case {
	return figure.Select(s.Cases, func(c *figure.Case) bool { return c.Category == records.Resolved })
}

func articleNumbers() []figure.Definition {
	inMonths := func(id, title, text, field string) figure.Definition {
		return figure.Definition{
			ID: id, Title: title, Unit: figure.Records, Shape: figure.Months, Kind: figure.Counted, Group: groupNumbers,
			Text: text + " " + monthText,
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountBy(s.Cases, func(c *figure.Case) string {
					at, ok := s.TimeOf(c, field)
					if !ok || !s.In(at) {
						return ""
					}
					return s.Month(at)
				})
			},
		}
	}
	return []figure.Definition{
		{
			ID: "published", Title: "Published articles", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupNumbers, Stock: true,
			Text:    "The " + publishedText + ".",
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(published(s)) },
		},
		{
			ID: "by_state", Title: "Articles by state", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupNumbers, Stock: true,
			Text:    "All articles by the state that they are in as of the time asked about.",
			Compute: func(s *figure.Scope) figure.Result { return bars(s.Cases, records.FieldState) },
		},
		{
			ID: "published.by_kind", Title: "Published articles by kind", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupNumbers, Stock: true,
			Text:    "The " + publishedText + ", by kind.",
			Compute: func(s *figure.Scope) figure.Result { return bars(published(s), fieldKind) },
		},
		inMonths("published.by_month", "Published by month", "The articles that state a time of publication in the period, the last one of each, by month.", fieldPublished),
		{
			ID: "retired", Title: "Retired articles", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupNumbers,
			Text: "The articles that state a time in the period at which they were taken out of use.",
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(figure.Select(s.Cases, func(c *figure.Case) bool {
					at, ok := s.TimeOf(c, fieldRetired)
					return ok && s.In(at)
				}))
			},
		},
		inMonths("retired.by_month", "Retired by month", "The articles that state a time in the period at which they were taken out of use, by month.", fieldRetired),
		{
			ID: "known_errors", Title: "Known-error articles", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupNumbers, Stock: true,
			Text:    "The " + publishedText + " and of kind known-error.",
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(figure.Select(published(s), isKnownError)) },
		},
		{
			ID: "drafts.old", Title: "Drafts older than 30 days", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupNumbers, Better: "down", Stock: true,
			Text:    "The articles that are drafts or in review as of the time asked about, and have been in that state for more than 30 times 24 hours by their log. Those of which the log does not tell are left out.",
			Compute: oldDrafts,
		},
	}
}

func isKnownError(c *figure.Case) bool { return c.Text(fieldKind) == kindKnownError }

func oldDrafts(s *figure.Scope) figure.Result {
	limit := s.AsOf.Add(-30 * 24 * time.Hour)
	return figure.CountOf(figure.Select(s.Cases, func(c *figure.Case) bool {
		return (c.Category == records.New || c.Category == records.Active) && !c.Sum.LastEntered.IsZero() && c.Sum.LastEntered.Before(limit)
	}))
}

func freshness() []figure.Definition {
	count := func(id, title, text string, key bool, of func(*figure.Scope) []*figure.Case) figure.Definition {
		return figure.Definition{
			ID: id, Title: title, Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupFreshness, Better: "down", Key: key, Stock: true,
			Text:    "The " + publishedText + " and " + text + ". " + dayText,
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(of(s)) },
		}
	}
	share := func(id, title, text string, key bool, of func(*figure.Scope) []*figure.Case) figure.Definition {
		return figure.Definition{
			ID: id, Title: title, Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupFreshness, Better: "up", Key: key, Stock: true,
			Text:    text + ", as a share of all published articles as of the time asked about. " + dayText,
			Compute: func(s *figure.Scope) figure.Result { return figure.ShareOf(of(s), published(s)) },
		}
	}
	return []figure.Definition{
		share("freshness", "Knowledge freshness", "The published articles that state a day by which they are to be reviewed, and of which that day is not over", true, func(s *figure.Scope) []*figure.Case {
			return figure.Select(published(s), func(c *figure.Case) bool {
				day, ok := c.DayOf(fieldReviewBy)
				return ok && day >= s.Today()
			})
		}),
		count("review.overdue", "Past their review", "were to be reviewed by a day that is over", true, func(s *figure.Scope) []*figure.Case {
			return before(published(s), fieldReviewBy, s.Today())
		}),
		count("review.due.30", "Review due within 30 days", "are to be reviewed by the day asked about or one of the 30 days after it", false, func(s *figure.Scope) []*figure.Case {
			return inDays(published(s), fieldReviewBy, s.Today(), s.Today()+30)
		}),
		count("review.undated", "Without a day of review", "state no day by which they are to be reviewed", false, func(s *figure.Scope) []*figure.Case {
			return figure.Select(published(s), func(c *figure.Case) bool {
				_, ok := c.DayOf(fieldReviewBy)
				return !ok
			})
		}),
		count("review.never", "Never reviewed", "do not state that they were ever reviewed", false, func(s *figure.Scope) []*figure.Case {
			return figure.Select(published(s), func(c *figure.Case) bool {
				day, ok := c.DayOf(fieldReviewed)
				return !ok || day > s.Today()
			})
		}),
		share("validated.rate", "Validated articles", "The published articles that somebody other than the author has found right", false, func(s *figure.Scope) []*figure.Case {
			return figure.Select(published(s), func(c *figure.Case) bool { return c.Text(fieldConfidence) == validated })
		}),
		{
			ID: "review.list", Title: "Articles to review", Unit: figure.Records, Shape: figure.List, Kind: figure.Counted, Group: groupFreshness, Stock: true,
			Text:    "The " + publishedText + " whose day of review is over, or comes within 30 days after the day asked about, the earliest first. " + dayText,
			Compute: reviewRows,
		},
	}
}

func reviewRows(s *figure.Scope) figure.Result {
	today := s.Today()
	rows := []figure.Row{}
	cs := figure.Select(published(s), func(c *figure.Case) bool {
		day, ok := c.DayOf(fieldReviewBy)
		if !ok || day > today+30 {
			return false
		}
		words := "review due in " + plural(int(day-today), "day")
		switch {
		case day == today:
			words = "review due today"
		case day < today:
			words = "review overdue for " + plural(int(today-day), "day")
		}
		rows = append(rows, figure.Row{
			Name: titleOf(c), Ref: c.Ref(), Words: fmt.Sprintf("%s: %s.", titleOf(c), words),
			Values: map[string]any{"review_by": day.String(), "days_left": int(day - today), "owner": c.Text(fieldOwner), "kind": c.Text(fieldKind)},
		})
		return true
	})
	byDaysLeft(rows)
	return figure.Result{Value: rows, N: len(rows), Records: figure.Refs(cs)}
}

// links is what incidents say of articles.
type links struct {
	named figure.Memo[map[*figure.Case][]*figure.Case]
}

// of returns the resolved incidents that name an article, by article.
func (l *links) of(s *figure.Scope) map[*figure.Case][]*figure.Case {
	return l.named.Of(s.Data, func(d *figure.Data) map[*figure.Case][]*figure.Case {
		out := map[*figure.Case][]*figure.Case{}
		for _, incident := range d.Of(incidentType) {
			if !isResolved(incident) {
				continue
			}
			for _, id := range names(incident, fieldKnowledge) {
				if article := d.Find(knowledgeType, id); article != nil {
					out[article] = append(out[article], incident)
				}
			}
		}
		return out
	})
}

func isResolved(incident *figure.Case) bool {
	return !incident.Resolved.IsZero() && incident.Category != records.Cancelled
}

const resolvedText = "incidents whose stated resolution lies in the period, without cancelled ones"

func (l *links) use() []figure.Definition {
	rate := func(id, title, text string, key bool, counts func(*figure.Case) bool) figure.Definition {
		return figure.Definition{
			ID: id, Title: title, Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupUse, Better: "up", Key: key,
			Text:    "The incidents that name at least one " + text + " as what helped to resolve them or was written because of them, as a share of the " + resolvedText + ".",
			Compute: func(s *figure.Scope) figure.Result { return l.rate(s, counts) },
		}
	}
	return []figure.Definition{
		rate("link_rate", "Incidents with an article", "of the articles", true, func(*figure.Case) bool { return true }),
		rate("link_rate.known_error", "Incidents with a known-error article", "of the articles of kind known-error", false, isKnownError),
		{
			ID: "used.list", Title: "Articles used most", Unit: figure.Records, Shape: figure.List, Kind: figure.Counted, Group: groupUse,
			Text:    "The articles with the number of the " + resolvedText + ", that name them, the most first. Articles that none names are left out.",
			Compute: l.usedRows,
		},
		{
			ID: "unused", Title: "Published articles that no incident names", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupUse,
			Text: "The " + publishedText + " and that none of the " + resolvedText + ", names.",
			Compute: func(s *figure.Scope) figure.Result {
				named := l.of(s)
				return figure.CountOf(figure.Select(published(s), func(c *figure.Case) bool { return len(inPeriod(s, named[c])) == 0 }))
			},
		},
	}
}

func inPeriod(s *figure.Scope, incidents []*figure.Case) []*figure.Case {
	return figure.Select(incidents, func(c *figure.Case) bool { return s.In(c.Resolved) })
}

// rate returns the share of resolved incidents that name an article of the scope.
func (l *links) rate(s *figure.Scope, counts func(*figure.Case) bool) figure.Result {
	linked := map[*figure.Case]bool{}
	for _, article := range s.Cases {
		if counts(article) {
			for _, incident := range l.of(s)[article] {
				linked[incident] = true
			}
		}
	}
	whole := inPeriod(s, figure.Select(s.Of(incidentType), isResolved))
	return figure.ShareOf(figure.Select(whole, func(c *figure.Case) bool { return linked[c] }), whole)
}

func (l *links) usedRows(s *figure.Scope) figure.Result {
	rows, n := []figure.Row{}, 0
	named := l.of(s)
	used := figure.Select(s.Cases, func(c *figure.Case) bool {
		incidents := inPeriod(s, named[c])
		if len(incidents) == 0 {
			return false
		}
		n += len(incidents)
		rows = append(rows, figure.Row{
			Name: titleOf(c), Ref: c.Ref(), Records: figure.Refs(incidents),
			Values: map[string]any{"incidents": len(incidents), "kind": c.Text(fieldKind), "state": c.Text(records.FieldState)},
			Words:  fmt.Sprintf("%s helped with %s.", titleOf(c), plural(len(incidents), "incident")),
		})
		return true
	})
	slices.SortStableFunc(rows, func(a, b figure.Row) int {
		return cmp.Or(cmp.Compare(b.Values["incidents"].(int), a.Values["incidents"].(int)), cmp.Compare(a.Ref, b.Ref))
	})
	return figure.Result{Value: rows, N: n, Records: figure.Refs(used)}
}
