package changes

import (
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

const riskText = "The risk class is the higher of the risk stated and the one that the policy's table gives for impact and likelihood; conditions of the policy are not judged again."

// kinds returns the figures about what sorts of changes there are.
func kinds() []figure.Definition {
	share := func(id, title, better, text string, holds func(*figure.Case) bool) figure.Definition {
		return figure.Definition{
			ID: id, Title: title, Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupQuality, Better: better, Key: id == "emergency.rate",
			Text: text,
			Compute: func(s *figure.Scope) figure.Result {
				whole := opened(s)
				return figure.ShareOf(figure.Select(whole, holds), whole)
			},
		}
	}
	return []figure.Definition{
		{
			ID: "opened.by_kind", Title: "Opened, by kind", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupVolume,
			Text: "The changes whose stated opening lies in the period, by kind: normal, standard and emergency.",
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountBy(opened(s), func(c *figure.Case) string { return orNotStated(c.Text(fieldKind)) })
			},
		},
		{
			ID: "opened.by_risk", Title: "Opened, by risk", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupVolume,
			Text: "The changes whose stated opening lies in the period, by risk class. " + riskText,
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountBy(opened(s), func(c *figure.Case) string { return riskOf(c) })
			},
		},
		share("emergency.rate", "Emergency changes", "down", "The changes of kind emergency as a share of all changes whose stated opening lies in the period, whatever became of them.",
			func(c *figure.Case) bool { return c.Text(fieldKind) == kindEmergency }),
		share("standard.rate", "Standard changes", "up", "The changes of kind standard, which keep to a template approved once for all, as a share of all changes whose stated opening lies in the period.",
			func(c *figure.Case) bool { return c.Text(fieldKind) == kindStandard }),
		share("urgent.rate", "Urgent changes", "down", "The changes that could not wait a day as a share of all changes whose stated opening lies in the period: emergency changes, and changes of other kinds but standard that are planned to begin less than 24 hours after their opening. Changes have no field for urgency.", isUrgent),
		share("unauthorized.rate", "Unauthorized changes", "down", "The changes marked as found to have been done without authorization as a share of all changes whose stated opening lies in the period.",
			func(c *figure.Case) bool { return c.Text(fieldUnauthorized) == "true" }),
	}
}

func isUrgent(c *figure.Case) bool {
	switch c.Text(fieldKind) {
	case kindEmergency:
		return true
	case kindStandard:
		return false
	}
	start, ok := c.Record.Time(fieldPlannedStart)
	return ok && start.Sub(c.Opened) < 24*time.Hour
}

// riskOf returns the class of risk of a change.
func riskOf(c *figure.Case) string {
	stated := c.Text(fieldRisk)
	if c.Type == nil || c.Type.Policy == nil || c.Type.Policy.Risk == nil {
		return orNotStated(stated)
	}
	p := c.Type.Policy.Risk
	table := p.Table[c.Text(p.Impact)][c.Text(p.Likelihood)]
	if slices.Index(p.Levels, table) > slices.Index(p.Levels, stated) {
		return table
	}
	return orNotStated(stated)
}

const implementedText = "changes closed in the period that were carried out: their state is closed and they state a close code"

// implemented returns the changes or releases closed in the period that say how they went.
func implemented(s *figure.Scope) []*figure.Case {
	return figure.Select(s.Cases, func(c *figure.Case) bool { return s.In(c.Closed) && outcome(c) != "" })
}

// outcome returns how a change or release went: "" where it is not closed, or does not say.
func outcome(c *figure.Case) string {
	if c.Category != records.Closed {
		return ""
	}
	return c.Text(fieldCloseCode)
}

// outcomes returns the figures about how changes went.
func outcomes(b *books) []figure.Definition {
	ds := []figure.Definition{
		outcomeRate("success.rate", "Change success", "up", "The changes with the close code successful as a share of the "+implementedText+". Those successful with issues are counted apart.", successful),
		outcomeRate("issues.rate", "Successful with issues", "down", "The changes with the close code successful-with-issues as a share of the "+implementedText+".", withIssues),
		outcomeRate("unsuccessful.rate", "Unsuccessful", "down", "The changes with the close code unsuccessful as a share of the "+implementedText+". Those backed out are counted apart.", unsuccessful),
		outcomeRate("backed_out.rate", "Backed out", "down", "The changes with the close code backed-out as a share of the "+implementedText+".", backedOut),
		outcomesBars("The " + implementedText + ", by their close code."),
		{
			ID: "success.by_month", Title: "Change success by month", Unit: figure.Percent, Shape: figure.Months, Kind: figure.Counted, Group: groupQuality, Better: "up",
			Text:    "The changes with the close code successful as a share of the " + implementedText + ", by the month of their closing. Months in which none was closed are left out. " + monthWord,
			Compute: successByMonth,
		},
		{
			ID: "collisions", Title: "Planned changes in each other's way", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupQuality, Better: "down", Stock: true,
			Text:    "The changes with a planned window that ends after the time asked about, and that are new, active or on hold then, whose window overlaps that of another one for the same service, asset or implementer, or for one next to it, falls into a freeze, or lies outside a maintenance window that they have to heed.",
			Compute: b.collisions,
		},
	}
	return append(ds, scores(b)...)
}

func outcomeRate(id, title, better, text, code string) figure.Definition {
	return figure.Definition{
		ID: id, Title: title, Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupQuality, Better: better, Key: code == successful,
		Text: text,
		Compute: func(s *figure.Scope) figure.Result {
			whole := implemented(s)
			r := figure.ShareOf(figure.Select(whole, func(c *figure.Case) bool { return outcome(c) == code }), whole)
			r.Note = silent(s)
			return r
		},
	}
}

// silent says how many were closed without saying how they went.
func silent(s *figure.Scope) string {
	n := len(figure.Select(s.Cases, func(c *figure.Case) bool {
		return s.In(c.Closed) && c.Category == records.Closed && outcome(c) == ""
	}))
	return note(n, "was closed without a close code and is left out", "were closed without a close code and are left out")
}

func outcomesBars(text string) figure.Definition {
	return figure.Definition{
		ID: "outcomes", Title: "Outcomes", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupQuality, Text: text,
		Compute: func(s *figure.Scope) figure.Result {
			r := figure.CountBy(implemented(s), outcome)
			r.Note = silent(s)
			return r
		},
	}
}

func successByMonth(s *figure.Scope) figure.Result {
	whole := implemented(s)
	good, all := map[string]int{}, map[string]int{}
	part := figure.Select(whole, func(c *figure.Case) bool {
		month := s.Month(c.Closed)
		all[month]++
		if outcome(c) != successful {
			return false
		}
		good[month]++
		return true
	})
	value := map[string]float64{}
	for month, n := range all {
		value[month], _ = figure.Share(good[month], n)
	}
	return figure.Result{Value: figure.ValueOf(value), N: len(whole), Records: figure.Refs(part), Note: silent(s)}
}
