package changes

import (
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

const deployedText = "releases that were out everywhere in the period, by the time stated for that"

// releases returns the figures about releases beside their volume and DORA's.
func releases() []figure.Definition {
	ds := append(releaseNumbers(), releaseTimes()...)
	ds = append(ds, figure.Definition{
		ID: "changes.mean", Title: "Changes per release", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupQuality,
		Text: "The mean number of changes that a release names, of the " + deployedText + ".",
		Compute: func(s *figure.Scope) figure.Result {
			sample := &figure.Sample{}
			for _, c := range deployed(s) {
				sample.Add(c, float64(len(changesNamed(c))))
			}
			return sample.Mean()
		},
	})
	ds = append(ds, spread(groupTime, "rollout", "Rollout time", "The %s time from the actual start to the time at which the release was out everywhere, by the wall clock, of the "+deployedText+", and that state both.", rollouts)...)
	ds = append(ds, spread(groupTime, "time_to_close", "Time to close", closeText("releases"), closeTimes)...)
	const whole = "releases closed in the period that went out: their state is closed and they state a close code"
	return append(ds,
		outcomeRate("success.rate", "Release success", "up", "The releases with the close code successful as a share of the "+whole+". Those successful with issues are counted apart.", successful),
		outcomeRate("issues.rate", "Successful with issues", "down", "The releases with the close code successful-with-issues as a share of the "+whole+".", withIssues),
		outcomeRate("unsuccessful.rate", "Unsuccessful", "down", "The releases with the close code unsuccessful, rolled back ones among them, as a share of the "+whole+".", unsuccessful),
		outcomesBars("The "+whole+", by their close code."),
	)
}

func releaseNumbers() []figure.Definition {
	return []figure.Definition{
		{
			ID: "deployed", Title: "Released", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupVolume, Key: true,
			Text:    "The " + deployedText + ".",
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(deployed(s)) },
		},
		{
			ID: "deployed.by_month", Title: "Released by month", Unit: figure.Records, Shape: figure.Months, Kind: figure.Counted, Group: groupVolume,
			Text: "The releases by the month in which they were out everywhere. " + monthWord,
			Compute: func(s *figure.Scope) figure.Result {
				return countMonths(s, deployed(s), func(c *figure.Case) time.Time { return timeOf(s, c, fieldReleased) })
			},
		},
		{
			ID: "opened.by_kind", Title: "Opened, by kind", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupVolume,
			Text: "The releases whose stated opening lies in the period, by kind.",
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountBy(opened(s), func(c *figure.Case) string { return orNotStated(c.Text(fieldKind)) })
			},
		},
	}
}

func releaseTimes() []figure.Definition {
	return []figure.Definition{
		{
			ID: "on_time.rate", Title: "Released on time", Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupTime, Better: "up", Key: true,
			Text: "The releases that were out not after their planned end as a share of the " + deployedText + ", and that state a planned end.",
			Compute: func(s *figure.Scope) figure.Result {
				whole := promised(s)
				return figure.ShareOf(figure.Select(whole, func(c *figure.Case) bool { return delay(s, c) <= 0 }), whole)
			},
		},
		{
			ID: "delay.mean", Title: "Average delay", Unit: figure.Hours, Shape: figure.Number, Kind: figure.Counted, Group: groupTime, Better: "down",
			Text: "The mean time from the planned end to the time at which the release was out everywhere, by the wall clock; one that was early counts negative. Of the " + deployedText + ", and that state a planned end.",
			Compute: func(s *figure.Scope) figure.Result {
				sample := &figure.Sample{}
				for _, c := range promised(s) {
					sample.Add(c, figure.InHours(delay(s, c)))
				}
				return sample.Mean()
			},
		},
	}
}

func deployed(s *figure.Scope) []*figure.Case {
	return figure.Select(s.Cases, func(c *figure.Case) bool {
		return c.Category != records.Cancelled && s.In(timeOf(s, c, fieldReleased))
	})
}

// promised returns the releases of the period that state a planned end.
func promised(s *figure.Scope) []*figure.Case {
	return figure.Select(deployed(s), func(c *figure.Case) bool {
		_, ok := c.Record.Time(fieldPlannedEnd)
		return ok
	})
}

func delay(s *figure.Scope, c *figure.Case) time.Duration {
	end, _ := c.Record.Time(fieldPlannedEnd)
	return timeOf(s, c, fieldReleased).Sub(end)
}

func rollouts(s *figure.Scope) *figure.Sample {
	sample := &figure.Sample{}
	for _, c := range deployed(s) {
		add(sample, c, timeOf(s, c, fieldActualStart), timeOf(s, c, fieldReleased))
	}
	return sample
}

// changesNamed returns the ids of the changes that a release names.
func changesNamed(c *figure.Case) []string {
	if ids := names(c, fieldChanges); ids[0] != "" {
		return ids
	}
	return nil
}

// changesOf returns the changes that a release names, as far as they are there.
func changesOf(s *figure.Scope, c *figure.Case) []*figure.Case {
	var out []*figure.Case
	for _, id := range changesNamed(c) {
		if change := s.Find(changeType, id); change != nil {
			out = append(out, change)
		}
	}
	return out
}
