package outlook

import (
	"fmt"
	"strings"
	"testing"

	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
)

func TestLicencesThatRunOutOfRights(t *testing.T) {
	docs := []string{
		"license/cad\ntitle: CAD\nstate: valid\nentitlement: 20\nused: 16",
		"license/pdf\ntitle: PDF\nstate: valid\nentitlement: 20\n" + strings.ReplaceAll(readings("2026-08-01", 0, "seats", 10, 11, 12, 13, 14, 15), ", of: 0", ""),
		"license/any\ntitle: Any\nstate: valid\nunlimited: true\nused: 9",
		"license/old\ntitle: Old\nstate: retired\nentitlement: 3\nused: 3",
		"license/odd\ntitle: Odd\nstate: valid\nentitlement: 20\nused: 2",
		"license/new\ntitle: New\nstate: valid\nentitlement: 20\nused: 2",
	}
	for i := range 6 { // two seats a month, the last in September: 4, 6 … 16
		docs = append(docs, fmt.Sprintf("request/R%d\ntitle: Seats\nstate: fulfilled\nlicenses: [cad, odd]\nquantity: 2\nfulfilled_at: 2026-%02d-01T09:00:00Z", i, 4+i))
	}
	docs = append(docs, "request/X\ntitle: Seat\nstate: in-progress\nlicenses: [new]")
	d := scene.Data(t, "2026-10-01 12:00", docs...)
	r := reports.Compute(t, d, licenses, "predicted.exhaustion")
	rows := scene.Rows(t, r)
	equal(t, "rows", len(rows), 2)
	equal(t, "first", rows[0].Words, "PDF uses 15 of 20 seats (75 %) as of 2026-09-05 and 1 seats more each week: the limit comes on 2026-10-10 (80 %: from 2026-10-10 to 2026-10-10).")
	equal(t, "second", []any{rows[1].Name, rows[1].Values["used"], rows[1].Values["of"], rows[1].Values["source"], rows[1].Values["readings"]}, "[CAD 16 20 fulfilled requests 7]")
	equal(t, "note", r.Note, "2 of 4 licences with a limit have no history of their use.")
}

func TestLicencesThatExpire(t *testing.T) {
	d := scene.Data(t, "2026-10-01 12:00",
		"license/a\ntitle: A\nstate: valid\nexpires_on: 2026-10-02\nnotice_by: 2026-10-01\nrenewal: automatic", "license/b\ntitle: B\nstate: valid\nexpires_on: 2026-12-30", "license/c\ntitle: C\nstate: valid\nexpires_on: 2026-12-31",
		"license/d\ntitle: D\nstate: expired\nexpires_on: 2020-10-01", "license/e\ntitle: E\nstate: retired\nexpires_on: 2026-10-02", "license/f\ntitle: F\nstate: valid", "license/g\ntitle: G\nstate: valid\nexpires_on: 2026-10-01\nnotice_by: 2026-09-30")
	r := reports.Compute(t, d, licenses, "predicted.expiry")
	equal(t, "words", wordsOf(t, r), "D expired on 2020-10-01, 2,191 days ago.\nG expires on 2026-10-01, in 0 days.\nA expires on 2026-10-02, in 1 day. Notice can be given until 2026-10-01. Renewal: automatic.\nB expires on 2026-12-30, in 90 days.")
	equal(t, "n", r.N, 5)
}

func TestServicesThatEnd(t *testing.T) {
	d := scene.Data(t, "2026-10-01 12:00", "service/a\ntitle: A\nstate: retiring\nretire_on: 2026-10-31", "service/b\ntitle: B\nstate: live\nretire_on: 2026-09-30", "service/c\ntitle: C\nstate: retired\nretire_on: 2026-10-31", "service/d\ntitle: D\nstate: live\nretire_on: 2028-01-01")
	equal(t, "words", wordsOf(t, reports.Compute(t, d, services, "predicted.retirement")), "B should have ended on 2026-09-30, 1 day ago.\nA ends on 2026-10-31, in 30 days.")
}

func TestArticlesDueForReview(t *testing.T) {
	doc := func(id, state, by string) string {
		return fmt.Sprintf("knowledge/%s\ntitle: %s\nstate: %s\nreview_by: %s", id, strings.ToUpper(id), state, by)
	}
	d := scene.Data(t, "2026-01-31 12:00", doc("a", "published", "2026-02-28"), doc("b", "published", "2026-03-01"), doc("c", "published", "2026-01-31"), doc("d", "published", "2026-01-30"), doc("e", "draft", "2026-02-01"), doc("f", "published", "2027-01-01"))
	equal(t, "words", wordsOf(t, reports.Compute(t, d, articles, "predicted.review")), "C is to be looked at again by 2026-01-31, in 0 days.\nA is to be looked at again by 2026-02-28, in 28 days.")
	r := reports.Compute(t, d, articles, "predicted.review.by_month")
	months := r.Value.(map[string]int)
	equal(t, "months", []any{len(months), months["2026-01"], months["2026-02"], months["2026-03"], months["2026-12"]}, "[12 1 1 1 0]")
	equal(t, "records", []any{r.N, r.Records}, "[5 [knowledge/a knowledge/b knowledge/c]]")
}

func TestEndsOfLife(t *testing.T) {
	doc := func(id string, fields ...string) string {
		return fmt.Sprintf("asset/%s\ntitle: %s\nstate: in-use\n%s", id, id, strings.Join(fields, "\n"))
	}
	d := scene.Data(t, "2026-10-15 12:00",
		doc("A", "end_of_support_on: 2026-12-01", "warranty_until: 2026-10-14"), doc("B", "purchased_on: 2024-01-31", "lifetime_months: 37"), // 28 February 2027
		doc("C", "end_of_support_on: 2027-05-01", "purchased_on: 2025-01-01", "lifetime_months: 24", "warranty_until: 2026-10-15"), doc("D", "purchased_on: 2025-01-01"), doc("E", "warranty_until: 2027-09-30"),
		"asset/F\ntitle: F\nstate: retired\nwarranty_until: 2026-11-01", "asset/G\ntitle: G\nstate: disposed\nwarranty_until: 2026-11-01")
	life := reports.Compute(t, d, assets, "predicted.end_of_life")
	months := life.Value.(map[string]int)
	equal(t, "ends of life", []any{len(months), months["2026-12"], months["2027-01"], months["2027-02"], life.N, life.Records}, "[12 1 1 1 3 [asset/A asset/B asset/C]]")
	warranty := reports.Compute(t, d, assets, "predicted.warranty")
	months = warranty.Value.(map[string]int)
	equal(t, "warranties", []any{months["2026-10"], months["2026-11"], months["2027-09"], warranty.N, warranty.Records}, "[1 0 1 3 [asset/C asset/E]]")
}

func TestLongListsSayHowLongTheyAre(t *testing.T) {
	rows := make([]figure.Row, 1234)
	for i := range rows {
		rows[i].Records = []string{fmt.Sprint(i % 60)}
	}
	r := listed(rows, 2000, "First.")
	equal(t, "note", r.Note, "First. Only the first 50 of 1,234 lines are shown.")
	equal(t, "lines and records", []int{len(scene.Rows(t, r)), len(r.Records), r.N}, "[50 50 2000]")
}
