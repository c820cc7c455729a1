package tickets

import (
	"frontdesk/records"
	"frontdesk/records/figure"
)

// The types that the figures of others look at.
const (
	incidentType  records.Type = "incident"
	requestType   records.Type = "request"
	problemType   records.Type = "problem"
	knowledgeType records.Type = "knowledge"
)

// incidentSubject is what subjectOf reads from the built-in type.
func incidentSubject() subject {
	return subject{
		name: incidentType, title: "Incidents", one: "incident", many: "incidents", done: "resolved",
		opened: "opened_at", resolved: "resolved_at", closed: "closed_at",
		fields: []string{"priority", "impact", "urgency", "service", "team", "assignee", "channel", "category", "subcategory", "location",
			"due_at", "resolution_code", "resolution", "satisfaction", "hold", "major", "caused_by", "problem", "knowledge"},
	}
}

// incidents returns the report about incidents.
func incidents() figure.Report {
	b := generic(incidentSubject())
	b.group = volume
	b.marked("major", "Major incidents", "are marked as major incidents", func(v *view) bool { return v.text("major") == "true" })
	b.group = quality
	b.marked("caused_by_change", "Caused by a change", "name in caused_by the change that brought them about", func(v *view) bool { return v.text("caused_by") != "" })
	b.add(figure.Definition{ID: "known_error.linked", Title: "Linked to a known error", Unit: figure.Records, Better: "up",
		Text: "The number of {many} whose problem is a known error, whose knowledge names an article of the kind known-error, or whose resolution_code is known-error, as of the time of the report." + ofPeriod},
		func(t *tally) figure.Result { return t.knownErrors().count(t.cases.len(), t.outside()) })
	b.add(figure.Definition{ID: "known_error.coverage", Title: "Known-error coverage", Unit: figure.Percent, Better: "up",
		Text: "The part of the {many} whose problem is a known error, whose knowledge names an article of the kind known-error, or whose resolution_code is known-error, as of the time of the report." + ofPeriod},
		func(t *tally) figure.Result { return t.knownErrors().share(t.cases.len(), t.outside()) })
	b.marked("knowledge.linked", "Linked to knowledge", "name an article of the knowledge base in knowledge", func(v *view) bool { return len(v.get("knowledge").Strings()) > 0 })
	b.marked("problem.linked", "Linked to a problem", "name a problem as their cause in problem", func(v *view) bool { return v.text("problem") != "" })
	r := b.report()
	r.Types = []records.Type{problemType, knowledgeType}
	r.Fields = append(r.Fields, "known_error", "kind")
	return r
}

// marked adds the number of records of which something holds, and their part.
func (b *builder) marked(id, title, what string, holds func(*view) bool) {
	some := func(t *tally) set { return once(t, id, func() set { return t.cases.where(holds) }) }
	b.add(figure.Definition{ID: id, Title: title, Unit: figure.Records, Text: "The number of {many} that " + what + "." + ofPeriod},
		func(t *tally) figure.Result { return some(t).count(t.cases.len(), t.outside()) })
	b.add(figure.Definition{ID: id + ".share", Title: title + ", share", Unit: figure.Percent, Text: "The part of the {many} that " + what + "." + ofPeriod},
		func(t *tally) figure.Result { return some(t).share(t.cases.len(), t.outside()) })
}

func isKnownError(c *figure.Case) bool { return c != nil && c.Text("known_error") == "true" }

// knownErrors are the cases that are linked to a known error.
func (t *tally) knownErrors() set {
	return once(t, "known errors", func() set {
		return t.cases.where(func(v *view) bool {
			if ref := v.text("problem"); ref != "" && isKnownError(t.s.Find(problemType, ref)) || v.code == "known-error" {
				return true
			}
			for _, ref := range v.get("knowledge").Strings() {
				if c := t.s.Find(knowledgeType, ref); c != nil && c.Text("kind") == "known-error" {
					return true
				}
			}
			return false
		})
	})
}
