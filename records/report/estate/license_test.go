package estate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
)

// licence writes a licence that is valid since 2025.
func licence(id, more string) string {
	doc := "license/" + id + "\ntitle: " + id + "\nproduct: P\nstarts_on: 2025-01-01"
	if !strings.Contains(more, "state:") {
		doc += "\nstate: valid"
	}
	return doc + "\n" + more
}

// TestLicenceCompliance works out one licence after the other, on 3 November 2026.
func TestLicenceCompliance(t *testing.T) {
	const base = "kind: perpetual\nmetric: user\nentitlement: 10\nusers: [a, b]"
	for _, c := range []struct {
		name        string
		licence     string
		others      []string
		owned, used any // nil where nothing can be said
		compliant   any
		missing     int // rights
	}{
		{"fewer used than owned", "metric: user\nentitlement: 3\nusers: [a, b]", nil, 3, 2, true, 0},
		{"as many used as owned", "metric: user\nentitlement: 2\nusers: [a, b]", nil, 2, 2, true, 0},
		{"used greater than the entitlement", "metric: user\nentitlement: 2\nused: 5", nil, 2, 5, false, 3},
		{"allocated beyond the count", "metric: user\nentitlement: 2\nusers: [a, b, c]\nused: 1", nil, 2, 3, false, 1},
		{"counted beyond the list", "metric: device\nentitlement: 9\nassets: [x]\nused: 7", nil, 9, 7, true, 0},
		{"people and devices together", "metric: user\nentitlement: 9\nusers: [a]\nassets: [x, y]", nil, 9, 3, true, 0},
		{"of an installation the count holds", "metric: installation\nentitlement: 9\nassets: [x, y]\nused: 1", nil, 9, 1, true, 0},
		{"an installation without a count is the list", "metric: installation\nentitlement: 1\nassets: [x, y]", nil, 1, 2, false, 1},
		{"cores without a count are unknown", "metric: core\nentitlement: 16\nassets: [x, y]", nil, 16, nil, nil, 0},
		{"cores with a count", "metric: core\nentitlement: 16\nassets: [x, y]\nused: 20", nil, 16, 20, false, 4},
		{"unlimited", "metric: user\nunlimited: true\nusers: [a, b]", nil, nil, 2, true, 0},
		{"unlimited and of unknown use", "metric: core\nunlimited: true", nil, nil, nil, true, 0},
		{"unlimited and expired", "metric: user\nunlimited: true\nusers: [a, b]\nexpires_on: 2026-11-02", nil, nil, 2, false, 2},
		{"expiring today is still valid", "metric: user\nentitlement: 2\nusers: [a]\nexpires_on: 2026-11-03", nil, 2, 1, true, 0},
		{"expired yesterday", "metric: user\nentitlement: 2\nusers: [a]\nexpires_on: 2026-11-02", nil, 0, 1, false, 1},
		{"expired and unused", "metric: user\nentitlement: 2\nexpires_on: 2026-11-02", nil, 0, 0, false, 0},
		{"in the state expired before its day", "metric: user\nentitlement: 2\nstate: expired\nexpires_on: 2027-11-02", nil, 0, 0, false, 0},
		{"suspended and in use", "metric: user\nentitlement: 2\nstate: suspended\nusers: [a]", nil, 0, 1, false, 1},
		{"suspended and unused", "metric: user\nentitlement: 2\nstate: suspended", nil, 0, 0, true, 0},
		{"a term that has not begun", "metric: user\nentitlement: 2\nusers: [a]\nstarts_on: 2026-11-04", nil, 0, 1, nil, 0},
		{"an upgrade without a base", "kind: upgrade\nmetric: user\nentitlement: 5\nusers: [a]", nil, 0, 1, false, 1},
		{"an upgrade on a base that is not there", "kind: upgrade\nbase: gone\nmetric: user\nentitlement: 5\nusers: [a]", nil, 0, 1, false, 1},
		{"an upgrade with a valid base", "kind: upgrade\nbase: b\nmetric: user\nentitlement: 5\nusers: [a]", []string{licence("b", base)}, 5, 1, true, 0},
		{"maintenance is used as its base is", "kind: maintenance\nbase: b\nmetric: user\nentitlement: 5", []string{licence("b", base)}, 5, 2, true, 0},
		{"maintenance whose base expired", "kind: maintenance\nbase: license/b\nmetric: user\nentitlement: 5", []string{licence("b", base+"\nexpires_on: 2026-10-31")}, 0, 2, false, 2},
		{"maintenance whose base was given up", "kind: maintenance\nbase: b\nmetric: user\nentitlement: 5", []string{licence("b", base+"\nstate: retired")}, 0, 2, false, 2},
		{"an upgrade of an upgrade without a base", "kind: upgrade\nbase: b\nmetric: user\nentitlement: 5\nusers: [a]", []string{licence("b", "kind: upgrade\nmetric: user\nentitlement: 5")}, 0, 1, false, 1},
		{"an upgrade of itself", "kind: upgrade\nbase: l\nmetric: user\nentitlement: 5\nusers: [a]", nil, 0, 1, false, 1},
		{"two upgrades of each other", "kind: upgrade\nbase: b\nmetric: user\nentitlement: 5\nusers: [a]", []string{licence("b", "kind: upgrade\nbase: l\nmetric: user\nentitlement: 5")}, 0, 1, false, 1},
		{"without an entitlement", "metric: user\nusers: [a]", nil, nil, 1, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := licence("l", c.licence)
			if strings.Count(doc, "starts_on") == 2 {
				doc = strings.Replace(doc, "starts_on: 2025-01-01\n", "", 1)
			}
			d := sceneOf(t, "2026-11-03 12:00", append([]string{doc}, c.others...)...)
			rows := scene.Rows(t, reports.Compute(t, d, "license", "licences.list"))
			i := slices.IndexFunc(rows, func(r figure.Row) bool { return r.Ref == "license/l" })
			v := rows[i].Values
			if v["owned"] != c.owned || v["used"] != c.used || v["compliant"] != c.compliant {
				t.Errorf("owned %v, used %v, compliant %v; want %v, %v, %v", v["owned"], v["used"], v["compliant"], c.owned, c.used, c.compliant)
			}
			r := newRights(d).of[d.Find("license", "l")]
			if r.shortfall() != c.missing {
				t.Errorf("%d rights are missing; want %d", r.shortfall(), c.missing)
			}
		})
	}
}

// estate is licences in two currencies on 3 November 2026.
func estateOf(t *testing.T, asOf string) *figure.Data {
	return sceneOf(t, asOf,
		licence("cad", "metric: user\nentitlement: 3\nusers: [ann, bob, cat, dan]\ncost: 3000\ncurrency: EUR\nbilling: yearly\nexpires_on: 2026-12-03\nnotice_by: 2026-11-30\nrenewal: manual\npublisher: Plumb"),
		licence("pdf", "metric: user\nentitlement: 10\nusers: [ann, bob]\nassets: [old, used]\ncost: 10\ncurrency: USD\nbilling: monthly\nexpires_on: 2026-11-03\nnotice_by: 2026-10-01\nrenewal: automatic"),
		licence("erp", "kind: perpetual\nmetric: user\nentitlement: 100\nused: 90\ncost: 50000\ncurrency: EUR\nbilling: once\npurchased_on: 2026-10-15"),
		licence("mon", "metric: device\nentitlement: 50\nused: 60\ncost: 5000\ncurrency: USD\nbilling: yearly\nexpires_on: 2026-09-30\nstate: expired"),
		licence("gone", "metric: device\nentitlement: 5\nused: 9\ncost: 600\ncurrency: EUR\nbilling: yearly\nstate: retired\nretired_at: 2026-03-10T00:00:00Z"),
		licence("new", "metric: device\nentitlement: 5\nstate: draft\ncost: 1\ncurrency: EUR\nbilling: monthly"),
		licence("all", "metric: site\nunlimited: true\nexpires_on: 2027-01-15"),
		"person/ann\ntitle: Ann\nleft_on: 2026-11-02", "person/bob\ntitle: Bob\nleft_on: 2026-11-03", "person/cat\ntitle: Cat",
		"asset/old\ntitle: Old\nclass: computer\nstate: disposed", "asset/used\ntitle: Used\nclass: computer\nstate: in-use",
	)
}

func TestLicenceFigures(t *testing.T) {
	d := estateOf(t, "2026-11-03 12:00")
	reports.Check(t, d, "license", []scene.Want{
		{ID: "licences", Value: 5, N: 5},
		{ID: "owned", Value: map[string]int{"user": 113}, N: 3},
		{ID: "used", Value: map[string]int{"user": 98, "device": 60}, N: 4}, // 4, 4, 90; 60
		{ID: "available", Value: map[string]int{"user": -1 + 6 + 10, "device": -60}, N: 4},
		{ID: "waste.rights", Value: map[string]int{"user": 16}, N: 2},
		{ID: "shortfall", Value: map[string]int{"user": 1, "device": 60}, N: 2},
		{ID: "utilisation", Value: 100 * (3 + 4 + 90) / 113.0, N: 113},
		{ID: "utilisation.by_metric", Value: map[string]float64{"user": 100 * 97 / 113.0}, N: 3},
		{ID: "compliance.rate", Value: 60.0, N: 5, Records: []string{"license/pdf", "license/erp", "license/all"}},
		{ID: "noncompliant", Value: 2, N: 2, Records: []string{"license/cad", "license/mon"}},
		{ID: "waste.cost.yearly", Value: map[string]float64{"USD": 6 * 12.0}, N: 1}, // 10 a month for 10 rights
		{ID: "waste.cost.once", Value: map[string]float64{"EUR": 10 * 500}, N: 1},
		{ID: "true_up.cost.yearly", Value: map[string]float64{"EUR": 1000, "USD": 60 * 100}, N: 2},
		{ID: "true_up.cost.once", Value: nil},
		{ID: "cost.yearly", Value: map[string]float64{"EUR": 3000, "USD": 120}, N: 2},
		{ID: "expired", Value: 1, N: 1, Records: []string{"license/mon"}},
		{ID: "expiring.30", Value: 2, N: 2, Records: []string{"license/cad", "license/pdf"}}, // today and the thirtieth day after it
		{ID: "expiring.60", Value: 2, N: 2},
		{ID: "expiring.90", Value: 3, N: 3},
		{ID: "notice.30", Value: 1, N: 1, Records: []string{"license/cad"}},
		{ID: "notice.over", Value: 1, N: 1, Records: []string{"license/pdf"}},
		{ID: "removal", Value: 3, N: 3, Records: []string{"license/cad", "license/pdf"}}, // ann twice, the disposed device; bob's last day is today
		{ID: "base.missing", Value: 0},
		{ID: "use.unknown", Value: 0},
	})
	if r := reports.Compute(t, d, "license", "true_up.cost.yearly"); !slices.Equal(r.Records, []string{"license/cad", "license/mon"}) {
		t.Errorf("true-up is of %v", r.Records)
	}
	expired := scene.Rows(t, reports.Compute(t, d, "license", "expired.list"))
	if len(expired) != 1 || expired[0].Words != "mon: over for 34 days, expired, 60 in use without a right." || expired[0].Values["cost_at_stake"] != 6000.0 {
		t.Errorf("expired are %+v", expired)
	}
	terms := scene.Rows(t, reports.Compute(t, d, "license", "terms.list"))
	if len(terms) != 3 || terms[0].Ref != "license/pdf" || terms[1].Values["notice_days_left"] != 27 || terms[2].Ref != "license/all" {
		t.Errorf("terms are %+v", terms)
	}
	back := scene.Rows(t, reports.Compute(t, d, "license", "removal.list"))
	if len(back) != 2 || back[1].Values["devices"] != 1 || back[1].Values["people"] != 1 || back[1].Values["cost_at_stake"] != 24.0 || !slices.Equal(back[1].Records, []string{"person/ann", "asset/old"}) {
		t.Errorf("to take back are %+v", back)
	}
}

// TestExpiredLicencesNeverVanish asks years later: only giving up takes one out.
func TestExpiredLicencesNeverVanish(t *testing.T) {
	reports.Check(t, estateOf(t, "2036-11-03 12:00"), "license", []scene.Want{
		{ID: "expired", Value: 4, N: 4}, {ID: "expiring.90", Value: 0},
		{ID: "compliance.rate", Value: 20.0, N: 5, Records: []string{"license/erp"}},
	})
}

// TestDaysOfATermAreThoseOfTheZone: at 23:30 UTC on the third it is the fourth in Berlin.
func TestDaysOfATermAreThoseOfTheZone(t *testing.T) {
	d := estateOf(t, "2026-11-03 23:30")
	if r := reports.Compute(t, d, "license", "expired"); r.Value != 1 {
		t.Errorf("in UTC %v are expired", r.Records)
	}
	d = estateOf(t, "2026-11-03 23:30")
	var err error
	if d.Zone, err = time.LoadLocation("Europe/Berlin"); err != nil {
		t.Fatal(err)
	}
	if r := reports.Compute(t, d, "license", "expired"); !slices.Equal(r.Records, []string{"license/pdf", "license/mon"}) {
		t.Errorf("in Berlin %v are expired", r.Records)
	}
}

func TestCostOfLicencesByMonth(t *testing.T) {
	d := estateOf(t, "2026-11-03 12:00")
	rows := scene.Rows(t, reports.Compute(t, d, "license", "cost.by_month"))
	if len(rows) != 12 || rows[0].Name != "2025-12" || rows[11].Name != "2026-11" {
		t.Fatalf("%d months from %s to %s", len(rows), rows[0].Name, rows[len(rows)-1].Name)
	}
	for _, c := range []struct {
		month    int
		eur, usd any
	}{
		{0, 250 + 50.0, toCents(10 + 5000/12.0)}, // December: cad and gone; pdf and mon
		{3, 250 + 50.0, toCents(10 + 5000/12.0)}, // March, in which gone was given up
		{4, 250.0, toCents(10 + 5000/12.0)},
		{9, 250.0, toCents(10 + 5000/12.0)}, // September, the last month of mon
		{10, 50250.0, 10.0},                 // October, in which erp was bought
		{11, 250.0, 10.0},
	} {
		if v := rows[c.month].Values; v["EUR"] != c.eur || v["USD"] != c.usd || len(v) != 2 {
			t.Errorf("%s costs %v; want %v EUR and %v USD", rows[c.month].Name, v, c.eur, c.usd)
		}
	}
	if rows := scene.Rows(t, reports.During(t, d, "license", "cost.by_month", "2026-10-01 00:00", "2026-11-01 00:00")); len(rows) != 1 || rows[0].Words != "2026-10: 10.00 USD, 50250.00 EUR." {
		t.Errorf("October alone is %+v", rows)
	}
}

func TestSeveralPurchasesOfOneProductArePooled(t *testing.T) {
	d := sceneOf(t, "2026-11-03 12:00",
		licence("one", "metric: user\nentitlement: 10\nused: 12"), licence("two", "metric: user\nentitlement: 10\nused: 3"), licence("three", "metric: device\nentitlement: 1\nused: 0"))
	rows := scene.Rows(t, reports.Compute(t, d, "license", "pools.list"))
	if len(rows) != 2 || rows[1].Name != "P, user" || rows[1].Values["owned"] != 20 || rows[1].Values["available"] != 5 || rows[1].Values["shortfall"] != 0 {
		t.Errorf("pools are %+v", rows)
	}
}

func TestAllocationNeverMakesALicenceMoreCompliant(t *testing.T) {
	users := []string{}
	wasCompliant := true
	for i := range 8 {
		d := sceneOf(t, "2026-11-03 12:00", licence("l", "metric: user\nentitlement: 4\nusers: ["+strings.Join(users, ", ")+"]"))
		ok := reports.Compute(t, d, "license", "compliance.rate").Value == 100.0
		if ok && !wasCompliant || ok != (i <= 4) {
			t.Errorf("with %d users of 4 rights compliant is %v", i, ok)
		}
		wasCompliant = ok
		users = append(users, string(rune('a'+i)))
	}
}
