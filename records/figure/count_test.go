package figure

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestKeysStandInTheOrderInWhichPeopleReadThem(t *testing.T) {
	for _, want := range [][]string{
		{"<1 day", "1-5 days", "6-30 days", "31-90 days", ">90 days"},
		{"2015-12", "2016-02", "2016-11", "2017-01"},
		{"(not set)", "P1", "P2", "P10"},
		{"email", "phone", "self-service"},
	} {
		values := map[string]int{}
		for _, k := range want {
			values[k]++
		}
		if got := Keys(values); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestKeysAreInATotalOrder(t *testing.T) {
	key := rapid.StringOf(rapid.RuneFrom([]rune("<>0129-aP ")))
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := key.Draw(t, "a"), key.Draw(t, "b"), key.Draw(t, "c")
		if CompareKeys(a, b) != -CompareKeys(b, a) || (CompareKeys(a, b) == 0) != (a == b) {
			t.Fatalf("%q and %q: %d and %d", a, b, CompareKeys(a, b), CompareKeys(b, a))
		}
		if CompareKeys(a, b) < 0 && CompareKeys(b, c) < 0 && CompareKeys(a, c) >= 0 {
			t.Fatalf("%q < %q < %q, but not %q < %q", a, b, c, a, c)
		}
	})
}

func TestThousandsAreParted(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 24918: "24,918", -1234567: "-1,234,567", -100: "-100"} {
		if got := Thousands(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := LeftOut(1556, 24918, "do not state resolved_at"); got != "1,556 of 24,918 do not state resolved_at." {
		t.Error(got)
	}
	if got := Notes("", LeftOut(0, 5, "x"), "One.", "", "Two."); got != "One. Two." {
		t.Error(got)
	}
}

func TestMonthNamesAreThoseOfTheZone(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	name := MonthNames(zone)
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-5e9, 5e9).Draw(t, "at"), 0).UTC()
		if got, want := name(at), at.In(zone).Format("2006-01"); got != want {
			t.Fatalf("%v: %s, want %s", at, got, want)
		}
	})
}

func TestASpreadOfNothingSaysNothing(t *testing.T) {
	var s Spread
	if s.Mean() != nil || s.Quantile(0.5) != nil || s.Min() != nil || s.Max() != nil {
		t.Error("numbers from none")
	}
	s = SpreadOf([]float64{3, 1, 2, 10}) // sorted 1 2 3 10; p90 at 2.7: 3 + 0.7 × 7
	if s.Mean() != 4.0 || s.Quantile(0.5) != 2.5 || s.Min() != 1.0 || s.Max() != 10.0 || s.Quantile(0.9).(float64)-7.9 > 1e-9 {
		t.Error(s.Mean(), s.Quantile(0.5), s.Quantile(0.9), s.Min(), s.Max())
	}
}

func TestQuantilesOfASpreadAreThoseOfItsNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 40).Draw(t, "values")
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		want, _ := Quantile(values, p)
		if got := SpreadOf(slices.Clone(values)).Quantile(p); got != want {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}
