package estate

import (
	"testing"
	"time"

	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
	"frontdesk/schema/calendar"
	"frontdesk/schema/desk"
)

// reports are those that the tests compute.
var reports = scene.Reports(Reports)

// deskWithOffice returns a desk with a calendar of office hours, Monday to Friday, 09:00
// to 17:00.
func deskWithOffice(t *testing.T) *desk.Desk {
	t.Helper()
	spec := calendar.HoursSpec{Name: "office", Zone: time.UTC}
	for day := time.Monday; day <= time.Friday; day++ {
		spec.Week[day] = []calendar.Interval{{From: 9 * 60, To: 17 * 60}}
	}
	office, err := calendar.NewHours(spec)
	if err != nil {
		t.Fatal(err)
	}
	d := desk.Default()
	d.Calendars = map[string]*calendar.Hours{"office": office, desk.AroundTheClock: calendar.AroundTheClock(time.UTC)}
	return d
}

// sceneOf makes data of records of a desk with office hours.
func sceneOf(t *testing.T, asOf string, docs ...string) *figure.Data {
	t.Helper()
	d := scene.Data(t, asOf, docs...)
	d.Desk = deskWithOffice(t)
	return d
}
