package site

import (
	"strings"

	"frontdesk/records"
	"frontdesk/schema"
)

// teamPrefix begins the audiences that are one team.
const teamPrefix = "team:"

func knownAudience(a schema.Audience) bool {
	return a == schema.Public || a == schema.Staff || strings.HasPrefix(string(a), teamPrefix) && len(a) > len(teamPrefix)
}

// mayRead reports whether readers may see what is meant for an audience:
// everybody sees public, staff sees staff, and a team sees what is its own as
// well. What is meant for an audience that does not exist is for nobody.
func mayRead(readers, meant schema.Audience) bool {
	switch meant {
	case schema.Public:
		return true
	case schema.Staff:
		return readers != schema.Public
	}
	return knownAudience(meant) && readers == meant
}

// audienceName is what people call an audience.
func audienceName(a schema.Audience) string {
	if team, ok := strings.CutPrefix(string(a), teamPrefix); ok {
		return "team " + team
	}
	if a == schema.Public {
		return "the public"
	}
	return string(a)
}

// audienceOf returns whom a record is meant for. What is not written as a plain
// word is returned as an audience that nobody belongs to.
func audienceOf(t *schema.Type, r *records.Record) schema.Audience {
	v := r.Get(records.FieldAudience)
	switch {
	case v.IsNull() && t.Audience != "":
		return t.Audience
	case v.IsNull():
		return schema.Staff
	case v.Kind != records.String || v.Text == "":
		return "unreadable"
	}
	return schema.Audience(v.Text)
}

// seesField reports whether readers may see a field of a record that they may
// see. Fields that the type does not declare, what an import left, and whom
// the record is meant for stay with staff.
func seesField(readers schema.Audience, t *schema.Type, name string) bool {
	f := t.Field(name)
	if f == nil || name == records.FieldImported || name == records.FieldAudience {
		return mayRead(readers, schema.Staff) && (f == nil || f.Audience == "" || mayRead(readers, f.Audience))
	}
	return f.Audience == "" || mayRead(readers, f.Audience)
}

// seesRecord reports whether readers may see a record. Readers other than staff
// see articles only while these are published.
func seesRecord(readers schema.Audience, t *schema.Type, r *records.Record) bool {
	if !mayRead(readers, audienceOf(t, r)) {
		return false
	}
	return readers != schema.Public || !isLibrary(t) || t.Category(r) == records.Resolved
}

// ShowsReports reports whether a site for an audience shows reports: those for staff and
// teams do. The public may read records, and need not know how many there are.
func ShowsReports(a schema.Audience) bool { return knownAudience(a) && mayRead(a, schema.Staff) }

// Sees reports whether an audience may see a record, as far as its audience and state
// tell.
func Sees(a schema.Audience, t *schema.Type, r *records.Record) bool { return seesRecord(a, t, r) }

// SeesField reports whether an audience may see a field of the records of a type that it
// may see.
func SeesField(a schema.Audience, t *schema.Type, name string) bool { return seesField(a, t, name) }

// isLibrary reports whether a type's records are articles, to be read rather
// than worked on: named by people, free text, with a life of their own.
func isLibrary(t *schema.Type) bool {
	return t.Scheme == schema.Slug && len(t.Body.Sections) == 0 && len(t.States) > 0
}

// isWork reports whether a type's records are work to be done, not things.
func isWork(t *schema.Type) bool { return t.Scheme == schema.Month && len(t.States) > 0 }
