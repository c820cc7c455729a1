// Package report provides the reports of a desk: which there are, with the desk's own
// figures, what they come to for a period and a grouping, and how they are written. It
// must not read files, nor know how a figure is computed.
package report

import (
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/figure"
	"frontdesk/records/report/changes"
	"frontdesk/records/report/estate"
	"frontdesk/records/report/outlook"
	"frontdesk/records/report/tickets"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// Overview is the name of the report that holds what counts most of all others.
const Overview = "overview"

// All returns the reports of a desk, with its own figures, the overview first. The
// diagnostics tell what is wrong with the desk's figures.
func All(d *desk.Desk, ts *schema.Types) ([]figure.Report, []diag.Diagnostic) {
	var all []figure.Report
	for _, r := range outlook.Add(slices.Concat(tickets.Reports(), changes.Reports(), estate.Reports())) {
		if ts.Get(r.Subject) != nil {
			all = append(all, r)
		}
	}
	for _, t := range ts.All() {
		if !t.BuiltIn && len(t.States) > 0 && !slices.ContainsFunc(all, func(r figure.Report) bool { return r.Subject == t.Name }) {
			all = append(all, tickets.Of(t))
		}
	}
	ds := own(all, d, ts)
	return append([]figure.Report{overview(all)}, all...), ds
}

// Find returns the report with the name, or whose name or title begins with it where
// that is unambiguous.
func Find(all []figure.Report, name string) (r figure.Report, ok bool) {
	var begun []figure.Report
	name = strings.ToLower(name)
	for _, r := range all {
		title := strings.ToLower(r.Title)
		if r.Name == name || title == name {
			return r, true
		}
		if name != "" && (strings.HasPrefix(r.Name, name) || strings.HasPrefix(title, name)) {
			begun = append(begun, r)
		}
	}
	if len(begun) == 1 {
		return begun[0], true
	}
	return figure.Report{}, false
}

// Types returns the types that reports read, without repeating one.
func Types(rs ...figure.Report) []records.Type {
	var out []records.Type
	for _, r := range rs {
		for _, t := range append([]records.Type{r.Subject}, r.Types...) {
			if t != "" && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// Fields returns the fields that reports read, nil for all.
func Fields(rs ...figure.Report) []string {
	var out []string
	for _, r := range rs {
		if r.Fields == nil {
			return nil
		}
		out = append(out, r.Fields...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// lowerFirst begins a title within another one.
func lowerFirst(title string) string { return strings.ToLower(title[:1]) + title[1:] }

// subject is the key of a type's scope within that of the overview.
type subject records.Type

// overview is the key figures of all reports, each below the title of its own. Their
// ids begin with the name of that: incident.backlog.
func overview(all []figure.Report) figure.Report {
	o := figure.Report{Name: Overview, Title: "Overview", Intro: "What counts most of every report.", Types: Types(all...), Fields: Fields(all...)}
	for _, r := range all {
		for _, d := range r.Figures {
			if !d.Key {
				continue
			}
			compute := d.Compute
			d.ID, d.Group = r.Name+"."+d.ID, r.Title
			if d.Kind != figure.Counted {
				d.Title = r.Title + ": " + lowerFirst(d.Title)
			}
			d.Compute = func(s *figure.Scope) figure.Result {
				return compute(s.Once(subject(r.Subject), func() any { return s.For(r.Subject) }).(*figure.Scope))
			}
			o.Figures = append(o.Figures, d)
		}
	}
	return o
}
