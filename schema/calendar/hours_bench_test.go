package calendar

import (
	"fmt"
	"testing"
	"time"
)

func benchHours(b *testing.B) *Hours {
	return office(b, "Europe/Berlin", "08:00-12:00 13:00-17:00", Holiday{Set: "de-by"}, Holiday{On: "2026-12-24", Hours: []Interval{{480, 720}}},
		Holiday{Rule: "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", First: "2020-12-31"})
}

// BenchmarkBetween is what a report asks for each record, over spans of years.
func BenchmarkBetween(b *testing.B) {
	h := benchHours(b)
	for _, years := range []int{0, 1, 15} {
		b.Run(fmt.Sprint(years, " years"), func(b *testing.B) {
			from := time.Date(2016, 3, 4, 5, 6, 7, 8, time.UTC)
			to := from.AddDate(years, 0, 3)
			b.ReportAllocs()
			for b.Loop() {
				h.Between(from, to)
			}
		})
	}
}

func BenchmarkAdd(b *testing.B) {
	h, from := benchHours(b), time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)
	for b.Loop() {
		h.Add(from, 40*time.Hour)
	}
}

func BenchmarkAddDays(b *testing.B) {
	h, from := benchHours(b), time.Date(2026, 3, 4, 5, 6, 7, 8, time.UTC)
	for b.Loop() {
		h.AddDays(from, 5)
	}
}

// BenchmarkFirstUse is what a calendar costs when it is read, and when it is first
// asked about twenty years.
func BenchmarkFirstUse(b *testing.B) {
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			benchHours(b)
		}
	})
	b.Run("read and ask", func(b *testing.B) {
		from := time.Date(2012, 3, 4, 5, 6, 7, 8, time.UTC)
		for b.Loop() {
			benchHours(b).Between(from, from.AddDate(14, 0, 0))
		}
	})
	b.Run("read a file of 150 holidays", func(b *testing.B) {
		var events []string
		for i := range 150 {
			events = append(events, fmt.Sprintf("SUMMARY:Holiday %d | DTSTART;VALUE=DATE:20%02d%02d%02d", i, 20+i/20, 1+i%12, 1+i%28))
		}
		data := feedOf(events...)
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := NewHours(HoursSpec{Week: [7][]Interval{{{480, 1020}}}, Holidays: []Holiday{{ICS: data}}}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
