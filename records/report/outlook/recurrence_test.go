package outlook

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
)

func TestWords(t *testing.T) {
	for title, want := range map[string]string{
		"VPN drops every ten minutes":          "vpn drop ten minut",
		"The VPN dropped; dropping again!":     "vpn drop",
		"Cannot print":                         "print",
		"Printing fails, printed nothing":      "print fail noth",
		"Batteries, boxes & crashes":           "battery box crash",
		"bus status analysis process":          "bus status analysis process",
		"Error 0x80070005 on SRV-12":           "error 0x80070005 srv 12",
		"Zugang gestört für Müller":            "zugang gestört für müller",
		"":                                     "",
		"the of and not please help urgent I":  "",
		strings.Repeat("word ", 3) + "another": "word another",
	} {
		b := newWordBook()
		var got []string
		for _, w := range b.add(title).words {
			got = append(got, b.texts[w])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", title, strings.Join(got, " "), want)
		}
	}
}

func TestRecurringIncidents(t *testing.T) {
	vpn := "service: vpn"
	d := scene.Data(t, "2026-11-20 12:00",
		"service/vpn\ntitle: Remote access\nstate: live",
		incident("A1", "VPN drops every ten minutes", "2026-11-01 09:00", vpn),
		incident("A2", "VPN dropping every 10 minutes", "2026-11-03 09:00", vpn),
		incident("A3", "The VPN drops after ten minutes", "2026-11-12 09:00", vpn),
		incident("B1", "VPN login refused", "2026-11-03 10:00", vpn), // not like them
		incident("C1", "VPN drops every ten minutes", "2026-11-04 09:00", "service: mail"),
		incident("D1", "Printer jams", "2026-10-01 09:00", "category: printing", "problem: PRB-1"), // more than a window between
		incident("D2", "Printer jammed", "2026-10-10 09:00", "category: printing", "problem: PRB-1"),
		incident("D3", "Printers jam", "2026-10-14 09:00", "category: printing"),
		incident("E1", "Disk full", "2026-10-01 09:00", "assets: [srv-1, srv-2]"),
		incident("E2", "Disk full", "2026-10-02 09:00", "assets: [srv-1]"),
		incident("E3", "Disk full", "2026-10-20 09:00", "assets: [srv-1]"), // three, but not within 14 days
	)
	r := reports.Compute(t, d, incidents, "detected.recurrence")
	equal(t, "words", wordsOf(t, r), "3 incidents of service Remote access from 1 November 2026 to 12 November 2026 say much the same, up to 3 within 14 days, and 3 are still open. Proposed problem: “VPN drops every ten minutes” on Remote access.\n"+
		"3 incidents of category printing from 1 October 2026 to 14 October 2026 say much the same, up to 3 within 14 days, and 3 are still open. 2 of them name a problem already: PRB-1.")
	equal(t, "records", r.Records, "[incident/A1 incident/A2 incident/A3 incident/D1 incident/D2 incident/D3]")
	equal(t, "looked at", r.N, 11)
	rows := scene.Rows(t, r)
	equal(t, "proposed", []any{rows[0].Values["proposed"], rows[1].Values["proposed"], rows[0].Values["goes_on"], rows[1].Values["goes_on"]}, "[true false true false]")
	equal(t, "candidates", wordsOf(t, reports.Compute(t, d, problems, "detected.candidates")), wordsOf(t, figure.Result{Value: rows[:1]}))
}

func TestAPeriodLeavesOutWhatWasOpenedBesideIt(t *testing.T) {
	d := scene.Data(t, "2026-11-20 12:00", incident("A1", "VPN drops", "2026-11-01 09:00", "service: vpn"), incident("A2", "VPN drops", "2026-11-03 09:00", "service: vpn"), incident("A3", "VPN drops", "2026-11-05 09:00", "service: vpn"))
	for from, want := range map[string]int{"2026-11-01 00:00": 1, "2026-11-02 00:00": 0} {
		r := reports.Definition(t, incidents, "detected.recurrence").Compute(figure.NewScope(d, incidents, scene.At(from), time.Time{}))
		equal(t, from, len(scene.Rows(t, r)), want)
	}
}

func TestMajorIncidentsWithoutAProblemAreCandidates(t *testing.T) {
	d := scene.Data(t, "2026-11-20 12:00",
		incident("A1", "Mail is down", "2026-11-01 09:00", "major: true"),
		incident("A2", "Web is down", "2026-11-01 09:00", "major: true", "problem: PRB-1"),
		"incident/A3\ntitle: Nothing\nstate: cancelled\nmajor: true\nopened_at: 2026-11-01T09:00:00Z")
	equal(t, "words", wordsOf(t, reports.Compute(t, d, problems, "detected.candidates")), "The major incident “Mail is down” of 1 November 2026 names no problem.")
}

// The groups are those that comparing each incident with every group finds: finding
// them by their rarest words loses none.
func TestGroupsAreThoseOfComparingAllWithAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := []string{"vpn", "mail", "disk", "full", "slow", "login", "error", "printer", "jam", "wifi"}
		var cases []*figure.Case
		for i := range rapid.IntRange(0, 60).Draw(t, "n") {
			title := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 5).Draw(t, "title"), " ")
			opened := scene.At("2026-01-01 00:00").Add(time.Duration(rapid.IntRange(0, 60*24).Draw(t, "hour")) * time.Hour)
			r := &records.Record{Type: incidents, ID: records.ID(fmt.Sprintf("I%03d", i)), Fields: records.NewMap(
				records.Pair{Key: "title", Value: records.NewString(title)}, records.Pair{Key: "category", Value: records.NewString("c")})}
			cases = append(cases, &figure.Case{Record: r, Opened: opened})
		}
		d := dataOf(scene.At("2026-06-01 00:00"), cases)
		s := figure.NewScope(d, incidents, time.Time{}, time.Time{})
		var got []string
		for _, g := range gather(s, s.Cases).groups {
			got = append(got, namesOf(g.members))
		}
		slices.Sort(got)
		if want := bruteGroups(s); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	})
}

func namesOf(ts []*title) string {
	var out []string
	for _, t := range ts {
		out = append(out, string(t.c.Record.ID))
	}
	return strings.Join(out, " ")
}

func bruteGroups(s *figure.Scope) (out []string) {
	book := newWordBook()
	var ts []*title
	for _, c := range s.Cases {
		ts = append(ts, &title{c: c, wording: book.add(c.Record.Title())})
	}
	book.finish()
	slices.SortStableFunc(ts, func(a, b *title) int { return a.c.Opened.Compare(b.c.Opened) })
	var groups [][]*title
	for _, t := range ts {
		if len(t.words) == 0 {
			continue
		}
		best, most := -1, 0.0
		for i, g := range groups {
			union := slices.Clone(t.words)
			both := 0
			for _, w := range g[0].words {
				if slices.Contains(t.words, w) {
					both++
				} else {
					union = append(union, w)
				}
			}
			like := float64(both) / float64(len(union))
			if t.c.Opened.Sub(g[len(g)-1].c.Opened) <= 14*24*time.Hour && like >= 0.5 && like > most {
				best, most = i, like
			}
		}
		if best < 0 {
			groups = append(groups, nil)
			best = len(groups) - 1
		}
		groups[best] = append(groups[best], t)
	}
	for _, g := range groups {
		for i := range g {
			n := 0
			for _, t := range g[i:] {
				if t.c.Opened.Sub(g[i].c.Opened) <= 14*24*time.Hour {
					n++
				}
			}
			if n >= 3 {
				out = append(out, namesOf(g))
				break
			}
		}
	}
	slices.Sort(out)
	return out
}

// many makes incidents as a large desk has them.
func many(n int) []*figure.Case {
	var cases []*figure.Case
	start := scene.At("2026-01-01 00:00")
	for i := range n {
		title := fmt.Sprintf("Category %d / Subcategory %d: Symptom %d", i%59, i*7%250, i*13%530)
		r := &records.Record{Type: incidents, ID: records.ID(fmt.Sprintf("INC%07d", i)), Fields: records.NewMap(
			records.Pair{Key: "title", Value: records.NewString(title)}, records.Pair{Key: "category", Value: records.NewString(fmt.Sprintf("Category %d", i%59))},
			records.Pair{Key: "team", Value: records.NewString(fmt.Sprintf("group-%d", i%70))})}
		cases = append(cases, &figure.Case{Record: r, Opened: start.Add(time.Duration(i) * 10 * time.Minute)})
	}
	return cases
}

func BenchmarkRecurrenceOf25000(b *testing.B) {
	d := dataOf(scene.At("2026-12-01 00:00"), many(25_000))
	for b.Loop() {
		reports.Compute(b, d, incidents, "detected.recurrence")
	}
}

// An incident is compared with a bounded number of groups, however many titles begin
// with the same rare word.
func TestComparisonsAreBounded(t *testing.T) {
	var cases []*figure.Case
	for i := range 3000 {
		title := fmt.Sprintf("same%d w%d x%d y%d", i%2, i, i, i)
		r := &records.Record{Type: incidents, ID: records.ID(fmt.Sprint(i)), Fields: records.NewMap(
			records.Pair{Key: "title", Value: records.NewString(title)}, records.Pair{Key: "category", Value: records.NewString("c")})}
		cases = append(cases, &figure.Case{Record: r, Opened: scene.At("2026-01-01 00:00")})
	}
	s := figure.NewScope(dataOf(scene.At("2026-01-02 00:00"), cases), incidents, time.Time{}, time.Time{})
	g := gather(s, cases)
	if len(g.groups) != 0 {
		t.Errorf("%d groups", len(g.groups))
	}
	w := &title{c: cases[0], wording: &wording{words: []wordID{1, 2}}}
	var list []*group
	for range 1000 {
		list = append(list, &group{words: []wordID{1, 9, 8}, last: cases[0].Opened})
	}
	one := &gathering{}
	if one.nearest(w, map[wordID][]*group{1: list, 2: list}) != nil || one.capped != 1 {
		t.Errorf("capped %d times", one.capped)
	}
	if !strings.Contains((&gathering{capped: 1}).note(), "1 incident had more than 64 groups") {
		t.Errorf("the note is %q", (&gathering{capped: 1}).note())
	}
}

// The other figures that look at many records.
func BenchmarkOthersOf25000(b *testing.B) {
	cases := many(25_000)
	for i, c := range cases {
		took, limit := time.Duration(i%97)*time.Hour, 48*time.Hour
		c.Clocks = timed("", "P3", c.Opened, took, limit, i < 24_000).Clocks
	}
	d := dataOf(scene.At("2026-06-23 00:00"), cases)
	for _, id := range []string{"detected.breach_clusters", "detected.stale", "predicted.breach", "predicted.volume"} {
		b.Run(id, func(b *testing.B) {
			for b.Loop() {
				reports.Compute(b, d, incidents, id)
			}
		})
	}
}
