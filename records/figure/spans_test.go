package figure

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/schema/calendar"
)

func TestDays(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	late := time.Date(2026, 11, 3, 23, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		got  Day
		want string
	}{
		{DayOf(late, time.UTC), "2026-11-03"},
		{DayOf(late, berlin), "2026-11-04"},
		{DayOf(time.Date(1969, 12, 31, 12, 0, 0, 0, time.UTC), time.UTC), "1969-12-31"},
		{DayOf(late, time.UTC).AddMonths(3), "2027-02-03"},
		{Day(0).AddMonths(-1), "1969-12-01"},
	} {
		if c.got.String() != c.want {
			t.Errorf("the day is %s; want %s", c.got, c.want)
		}
	}
	end, _ := ParseDay("2024-01-31")
	if got := end.AddMonths(1).String(); got != "2024-02-29" {
		t.Errorf("a month after 31 January 2024 is %s", got)
	}
	if got := end.Start(berlin); !got.Equal(time.Date(2024, 1, 30, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("the day begins in Berlin at %s", got)
	}
	for _, text := range []string{"", "2026-02-30", "2026-1-1", "2026-01-01T00:00:00Z", "0000-01-01", "tomorrow"} {
		if d, ok := ParseDay(text); ok {
			t.Errorf("%q is read as the day %s", text, d)
		}
	}
}

func TestDaysAreReadAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.IntRange(-700_000, 2_900_000).Draw(t, "day"))
		if back, ok := ParseDay(d.String()); !ok || back != d {
			t.Fatalf("%d is written %s and read %d, %v", d, d, back, ok)
		}
		if DayOf(d.Start(time.UTC), time.UTC) != d {
			t.Fatalf("%s begins on another day", d)
		}
	})
}

// minutes returns which minutes of two hours spans hold.
func minutes(spans []calendar.Span) [120]bool {
	var out [120]bool
	for i := range out {
		m := time.Unix(int64(60*i), 0)
		out[i] = slices.ContainsFunc(spans, func(s calendar.Span) bool { return s.Contains(m) })
	}
	return out
}

func drawSpans(t *rapid.T, name string) []calendar.Span {
	one := rapid.Custom(func(t *rapid.T) calendar.Span {
		return calendar.Span{Start: time.Unix(60*rapid.Int64Range(0, 120).Draw(t, "from"), 0), End: time.Unix(60*rapid.Int64Range(0, 120).Draw(t, "to"), 0)}
	})
	return rapid.SliceOfN(one, 0, 8).Draw(t, name)
}

// TestSpansHoldTheMinutesThatTheyShould compares the arithmetic of spans with a count of
// minutes.
func TestSpansHoldTheMinutesThatTheyShould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawSpans(t, "a"), drawSpans(t, "b")
		was := slices.Clone(a)
		x, y := Merge(a), Merge(b)
		if !slices.Equal(a, was) {
			t.Fatalf("merging changed what it was given")
		}
		for i, s := range x {
			if !s.Start.Before(s.End) || i > 0 && !x[i-1].End.Before(s.Start) {
				t.Fatalf("merged spans overlap, touch or hold nothing: %v", x)
			}
		}
		if again := Merge(rapid.Permutation(a).Draw(t, "order")); !slices.Equal(x, again) {
			t.Fatalf("another order gives %v and not %v", again, x)
		}
		if minutes(x) != minutes(a) {
			t.Fatalf("merged spans hold other minutes")
		}
		inA, inB := minutes(x), minutes(y)
		left, whole := minutes(Without(x, y)), calendar.Span{Start: time.Unix(1200, 0), End: time.Unix(3600, 0)}
		within := minutes(Clip(x, whole))
		for i := range inA {
			if left[i] != (inA[i] && !inB[i]) {
				t.Fatalf("minute %d of %v without %v is %v", i, x, y, left[i])
			}
			if within[i] != (inA[i] && i >= 20 && i < 60) {
				t.Fatalf("minute %d of %v within %v is %v", i, x, whole, within[i])
			}
		}
		clock := calendar.AroundTheClock(time.UTC)
		sum := 0
		for _, in := range inA {
			if in {
				sum++
			}
		}
		if got := Within(clock, x); got != time.Duration(sum)*time.Minute {
			t.Fatalf("%v lasts %v; want %d minutes", x, got, sum)
		}
	})
}

func TestResultsOfCases(t *testing.T) {
	caseOf := func(id, kind string) *Case {
		return &Case{Record: &records.Record{Type: "x", ID: records.ID(id), Fields: records.NewMap(records.Pair{Key: "kind", Value: records.NewString(kind)})}}
	}
	a, b, c := caseOf("a", "u"), caseOf("b", "v"), caseOf("c", "")
	all := []*Case{a, b, c}
	if r := ShareOf([]*Case{b}, all); r.Value != 100/3.0 || r.N != 3 || !slices.Equal(r.Records, []string{"x/b"}) {
		t.Errorf("the share is %+v", r)
	}
	if r := ShareOf(nil, nil); r.Value != nil {
		t.Errorf("the share of nothing is %+v", r)
	}
	r := CountBy(all, func(c *Case) string { return c.Text("kind") })
	if v, ok := r.Value.(map[string]int); !ok || len(v) != 2 || v["u"] != 1 || r.N != 2 {
		t.Errorf("by kind there are %+v", r)
	}
	var m Sample
	if r := m.Median(); r.Value != nil || r.N != 0 {
		t.Errorf("the median of nothing is %+v", r)
	}
	for i, c := range all {
		m.Add(c, float64(10*i))
	}
	if m.Mean().Value != 10.0 || m.Median().Value != 10.0 || m.Quantile(0.9).Value != 18.0 || m.Mean().N != 3 {
		t.Errorf("mean %+v, median %+v, p90 %+v", m.Mean(), m.Median(), m.Quantile(0.9))
	}
}

func TestMemoComputesOnceForTheSameData(t *testing.T) {
	var m Memo[int]
	calls := 0
	count := func(*Data) int { calls++; return calls }
	one, two := &Data{}, &Data{}
	for _, c := range []struct {
		of   *Data
		want int
	}{{one, 1}, {one, 1}, {two, 2}} {
		if got := m.Of(c.of, count); got != c.want {
			t.Errorf("it is the result of computation %d, want %d", got, c.want)
		}
	}
}

func TestTimesStatedForLaterHaveNotCome(t *testing.T) {
	r := &records.Record{Fields: records.NewMap(records.Pair{Key: "at", Value: records.NewString("2026-11-03T10:00:00Z")})}
	for asOf, want := range map[string]bool{"2026-11-03T09:59:59Z": false, "2026-11-03T10:00:00Z": true} {
		now, _ := records.ParseTime(asOf)
		d := &Data{AsOf: now, Zone: time.UTC}
		if at, ok := d.TimeOf(&Case{Record: r}, "at"); ok != want || at.IsZero() == want {
			t.Errorf("as of %s it is %v, %v", asOf, at, ok)
		}
	}
}
