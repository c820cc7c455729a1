package outlook

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
)

// readings writes the field x_capacity: a reading a week from a day on.
func readings(from string, of int, unit string, used ...float64) string {
	var b strings.Builder
	b.WriteString("x_capacity:\n")
	for i, u := range used {
		fmt.Fprintf(&b, "  - {on: %s, used: %g, of: %d, unit: %s}\n", scene.At(from+" 00:00").AddDate(0, 0, 7*i).Format(time.DateOnly), u, of, unit)
	}
	return b.String()
}

func TestCapacity(t *testing.T) {
	d := scene.Data(t, "2026-10-10 12:00",
		"asset/SAN-1\ntitle: Storage\nstate: in-use\n"+readings("2026-09-01", 500, "GB", 400, 407, 414, 421, 428, 435), // a GB a day: 500 on the 100th day
		"asset/SAN-2\ntitle: Archive\nstate: in-use\n"+readings("2026-09-01", 500, "GB", 400, 390, 380, 370, 360, 350), // shrinks
		"asset/SAN-3\ntitle: Young\nstate: in-use\n"+readings("2026-09-01", 500, "GB", 400, 410, 420),
		"asset/SAN-4\ntitle: Full\nstate: in-use\n"+readings("2026-09-01", 500, "GB", 400, 420, 440, 460, 480, 500),
		"asset/SAN-5\ntitle: Slow\nstate: in-use\n"+readings("2026-09-01", 500000, "GB", 400, 401, 402, 403, 404, 405),
		"asset/SAN-6\ntitle: Gone\nstate: disposed\n"+readings("2026-09-01", 500, "GB", 400, 407, 414, 421, 428, 435),
		"asset/SAN-7\ntitle: Odd\nstate: in-use\nx_capacity: [{on: 2026-09-01, used: much}, {used: 3}, 4]",
		"asset/LT-1\ntitle: Laptop\nstate: in-use",
	)
	r := reports.Compute(t, d, assets, "predicted.capacity")
	equal(t, "words", wordsOf(t, r), "Full uses 500 of 500 GB (100 %) as of 2026-10-06: the limit is reached.\n"+
		"Storage uses 435 of 500 GB (87 %) as of 2026-10-06 and 7 GB more each week: the limit comes on 2026-12-10 (80 %: from 2026-12-10 to 2026-12-10).")
	equal(t, "note", r.Note, "3 readings in x_capacity cannot be read and count as none: each needs a day (on) and a number that is not negative (used). 1 of 5 series of readings are too short, or state no limit, and are left out. 1 of 5 do not rise. 1 of 5 do not reach their limit within 730 days.")
	equal(t, "records", r.Records, "[asset/SAN-4 asset/SAN-1]")
	if b := r.Backtest; b.Trials != 4 || b.Error > 1e-9 || math.Abs(b.Naive-100*(7+10+20)/500.0/4-100*1/500000.0/4) > 1e-9 {
		t.Errorf("%+v", b)
	}
}

func TestReadingsOfTwoUnitsAreTwoSeriesAndLaterOnesAreNotKnownYet(t *testing.T) {
	d := scene.Data(t, "2026-10-10 12:00", "service/web\ntitle: Web\nstate: live\nx_capacity:\n"+
		"  - {on: 2026-10-05, used: 6, of: 8, unit: cores}\n  - {on: 2026-10-01, used: 50, of: 64, unit: GB}\n  - {on: 2026-10-01, used: 5, of: 4, unit: cores}\n"+
		"  - {on: 2026-10-01, used: 5.5, unit: cores}\n  - {on: 2026-10-11, used: 7, of: 99, unit: cores}\n")
	got, faults := readingsOf(figure.NewScope(d, services, time.Time{}, time.Time{}), d.Cases[services][0])
	if faults != 0 || len(got) != 2 {
		t.Fatalf("%+v, %d", got, faults)
	}
	equal(t, "cores", []any{got[0].unit, got[0].of, len(got[0].readings), got[0].readings[0].used, got[0].readings[1].day}, "[cores 8 2 5.5 2026-10-05]")
	equal(t, "GB", []any{got[1].unit, got[1].of, len(got[1].readings)}, "[GB 64 1]")
}

func TestStudentT(t *testing.T) {
	for freedom, want := range map[int]float64{1: 3.0777, 4: 1.5332, 10: 1.3722, 30: 1.3104, 40: 1.3031, 60: 1.2958, 120: 1.2886, 1_000_000: 1.2816} {
		if got := studentT90(freedom); math.Abs(got-want) > 6e-4 {
			t.Errorf("%d: %v, want %v", freedom, got, want)
		}
	}
}

// The line through (0,1) (1,3) (2,2) (3,5) (4,4) is 1.4 + 0.8 x,
// with a standard deviation of sqrt(3.6/3) around it.
func TestALineIsFitted(t *testing.T) {
	l := line{}
	for x, y := range []float64{1, 3, 2, 5, 4} {
		l.add(float64(x), y)
	}
	f := l.fit()
	if math.Abs(f.slope-0.8) > 1e-12 || math.Abs(f.at0-1.4) > 1e-12 || math.Abs(f.deviation-math.Sqrt(1.2)) > 1e-12 {
		t.Errorf("%+v", f)
	}
	if want := 1.6377 * math.Sqrt(1.2) * math.Sqrt(1+1.0/5+9.0/10); math.Abs(f.reach(5)-want) > 1e-12 {
		t.Errorf("reach %v, want %v", f.reach(5), want)
	}
}

// The days that are found are those of looking at each day.
func TestTheDayOfTheLimitIsTheFirstOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := series{c: &figure.Case{Record: &records.Record{Type: assets, ID: "A", Fields: records.NewMap()}}, of: rapid.Float64Range(50, 200).Draw(t, "of")}
		day := figure.Day(20000)
		for range rapid.IntRange(5, 12).Draw(t, "n") {
			x.readings = append(x.readings, reading{day, rapid.Float64Range(0, 60).Draw(t, "used")})
			day += figure.Day(rapid.IntRange(7, 30).Draw(t, "days"))
		}
		if !x.enough() {
			t.Skip("too short")
		}
		f := (&accuracy{}).try(&x)
		if f.slope <= 1e-6 {
			t.Skip("does not rise")
		}
		today := day
		for name, curve := range map[string]func(float64) float64{
			"line": f.on, "upper": func(d float64) float64 { return f.on(d) + f.reach(d) }, "lower": func(d float64) float64 { return f.on(d) - f.reach(d) },
		} {
			got, ok := x.reaches(today, curve)
			want, found := figure.Day(0), false
			for d := today + 1; d <= today+farthest && !found; d++ {
				if curve(float64(d-x.readings[0].day)) >= x.of {
					want, found = d, true
				}
			}
			if ok != found || ok && got != want {
				t.Fatalf("%s: %v, %v; want %v, %v", name, got, ok, want, found)
			}
		}
	})
}
