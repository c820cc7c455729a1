package conflict

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/schema"
)

// many makes a desk of n changes, each an hour long, of which so many are at once,
// with a freeze and maintenance windows.
func many(t testing.TB, n, atOnce int) ([]*records.Record, *Book) {
	t.Helper()
	rs := estate(t)
	for i := range 200 {
		rs = append(rs, record(t, fmt.Sprintf("service/s%d", i), "title: S\ndepends_on: [db]"))
	}
	for i := range 20 {
		rs = append(rs, winRecord(t, fmt.Sprintf("w%d", i), "maintenance", fmt.Sprintf("starts_at: 2020-01-05T20:00:00Z\nduration: PT8H\nrecurrence: FREQ=DAILY\ntime_zone: Europe/Berlin\nservices: [s%d]", i)))
	}
	rs = append(rs, winRecord(t, "f", "freeze", "starts_at: 2020-12-20T00:00:00Z\nduration: P14D\nrecurrence: FREQ=YEARLY"))
	var changes []*records.Record
	for i := range n {
		at := i / atOnce
		changes = append(changes, change(t, fmt.Sprintf("C%05d", i), at, at+1, fmt.Sprintf("services: [s%d, s%d]\nimplementer: p%d", i%200, i*7%200, i%50)))
	}
	return changes, NewBook(Input{Types: schema.BuiltIn(), Set: records.NewSet(append(rs, changes...)), TimeZone: time.UTC})
}

func TestThousandsOfChangesAreJudgedInMilliseconds(t *testing.T) {
	changes, b := many(t, 5000, 3)
	start := time.Now()
	found := 0
	for _, r := range changes {
		found += len(b.Of(r))
	}
	if took := time.Since(start); took > 1500*time.Millisecond {
		t.Errorf("5000 changes take %v", took)
	}
	if found == 0 {
		t.Error("nothing was found")
	}
}

// TestADeskInWhichAllIsAtOnce guards against work that grows with the square of the
// number of changes.
func TestADeskInWhichAllIsAtOnce(t *testing.T) {
	changes, b := many(t, 10_000, 10_000)
	start := time.Now()
	for _, r := range changes {
		if cs, more := b.Some(r, 10); !more || len(cs) < 10 {
			t.Fatalf("%d, %v", len(cs), more)
		}
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("10000 changes at once take %v", took)
	}
	if cs := b.Of(changes[0]); len(cs) < 100 {
		t.Errorf("%d", len(cs))
	}
}

func TestABookIsAskedByManyAtOnce(t *testing.T) {
	changes, b := many(t, 200, 10)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, r := range changes {
				b.Of(r)
				b.Open(r, time.Date(2026, 11, 3, 5, 30, 0, 0, time.UTC))
			}
		})
	}
	wg.Wait()
}

// TestWhoeverIsInTheWayIsToldSo compares with looking at every pair, and holds that
// both of two changes learn of each other.
func TestWhoeverIsInTheWayIsToldSo(t *testing.T) {
	names := []string{"shop", "cart", "db"}
	assets := []string{"web-1", "db-1", "rack-1", "lt-1"}
	near := map[string][]string{
		"shop": {"db", "web-1", "cart"}, "cart": {"shop"}, "db": {"shop", "db-1"},
		"web-1": {"shop", "rack-1"}, "db-1": {"db", "rack-1"}, "rack-1": {"web-1", "db-1"},
	}
	rapid.Check(t, func(rt *rapid.T) {
		type one struct {
			record   *records.Record
			from, to int
			things   []string
			who      int
		}
		var all []one
		var rs []*records.Record
		for i := range rapid.IntRange(2, 12).Draw(rt, "changes") {
			s := rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 2, rapid.ID).Draw(rt, "services")
			a := rapid.SliceOfNDistinct(rapid.SampledFrom(assets), 0, 2, rapid.ID).Draw(rt, "assets")
			o := one{from: rapid.IntRange(0, 20).Draw(rt, "from"), things: slices.Concat(s, a), who: rapid.IntRange(0, 3).Draw(rt, "who")}
			o.to = o.from + rapid.IntRange(1, 6).Draw(rt, "length")
			lines := fmt.Sprintf("services: [%s]\nassets: [%s]\nimplementer: p%d", join(s), join(a), o.who)
			o.record = change(t, fmt.Sprintf("C%d", i), o.from, o.to, lines)
			all, rs = append(all, o), append(rs, o.record)
		}
		b := book(t, rs...)
		for _, x := range all {
			told := map[string]bool{}
			for _, c := range b.Of(x.record) {
				told[c.With] = true
			}
			for _, y := range all {
				shares := x.who == y.who
				for _, a := range x.things {
					shares = shares || slices.Contains(y.things, a) || slices.ContainsFunc(near[a], func(n string) bool { return slices.Contains(y.things, n) })
				}
				want := shares && x.from < y.to && y.from < x.to && x.record != y.record
				if told["change/"+string(y.record.ID)] != want {
					rt.Fatalf("%+v is told of %+v: %v, want %v", x, y, !want, want)
				}
			}
		}
	})
}

func join(s []string) string {
	out := ""
	for i, x := range s {
		if i > 0 {
			out += ", "
		}
		out += x
	}
	return out
}

func BenchmarkBook(b *testing.B) {
	changes, k := many(b, 5000, 3)
	b.Run("make", func(b *testing.B) {
		for b.Loop() {
			many(b, 0, 1)
		}
	})
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			for _, r := range changes {
				k.Of(r)
			}
		}
	})
}
