package report

import (
	"fmt"
	"strings"
	"time"

	"frontdesk/records/figure"
)

// nothing stands for a value where nothing can be said.
const nothing = "–"

// Words writes a number of a unit for people: "24,918", "63.4 %", "178.2 h".
func Words(v any, unit figure.Unit) string {
	var n float64
	switch v := v.(type) {
	case nil:
		return nothing
	case int:
		n = float64(v)
	case float64:
		n = v
	default:
		return fmt.Sprint(v)
	}
	switch unit {
	case figure.Hours:
		return figure.Decimals(n, 1) + " h"
	case figure.Days:
		return figure.Decimals(n, 1) + " d"
	case figure.Percent:
		return figure.Decimals(n, 1) + " %"
	case figure.Records, figure.Events, figure.Rights, "":
		return figure.Decimals(n, 2)
	case figure.Rate:
		return figure.Decimals(n, 2) + " a week"
	}
	return figure.Decimals(n, 2)
}

// entry is one value of a figure that has several.
type entry struct {
	key   string
	value any
}

// entries returns the values of a figure by key, in the order in which people read them.
func entries(value any) []entry {
	var out []entry
	switch m := value.(type) {
	case map[string]int:
		for _, k := range figure.Keys(m) {
			out = append(out, entry{k, m[k]})
		}
	case map[string]float64:
		for _, k := range figure.Keys(m) {
			out = append(out, entry{k, m[k]})
		}
	}
	return out
}

// span writes the period of a report.
func (done *Done) span() string {
	from, to := done.Asked.From, done.Asked.To
	day := func(t time.Time) string {
		if local := t.In(done.Zone); local.Hour() == 0 && local.Minute() == 0 && local.Second() == 0 {
			return local.Format(time.DateOnly)
		}
		return t.In(done.Zone).Format("2006-01-02 15:04")
	}
	switch {
	case from.IsZero() && to.IsZero():
		return "all time"
	case to.IsZero():
		return "from " + day(from)
	case from.IsZero():
		return "before " + day(to)
	}
	return "from " + day(from) + " until before " + day(to)
}

// head says what a report is of: the time, the zone, the period.
func (done *Done) head() string {
	return fmt.Sprintf("As of %s, %s. Days and months are those of %s.", done.AsOf.In(done.Zone).Format("2006-01-02 15:04 MST"), done.span(), done.Zone)
}

// confidence says how sure a prediction is, "" where nothing is known of it.
func confidence(f Figure) string {
	var parts []string
	if f.Interval != nil {
		parts = append(parts, fmt.Sprintf("between %s and %s", Words(f.Interval[0], f.Unit), Words(f.Interval[1], f.Unit)))
	}
	if f.Backtest != nil {
		parts = append(parts, f.Backtest.Words)
	}
	return strings.Join(parts, "; ")
}
