package sla

import (
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/markdown"
	"frontdesk/schema"
)

// comments returns the entries that the requester reads: those of the sections to which
// entries are added and which are for nobody in particular. A section that is there twice
// is for staff from its second time on, as everywhere.
func (rd *reader) comments() []Comment {
	if !strings.Contains(rd.r.Body, "###") || !slices.ContainsFunc(rd.t.Body.Sections, isToRequester) {
		return nil
	}
	var out []Comment
	seen := map[string]bool{}
	customers := rd.customers()
	for _, s := range markdown.Outline(rd.r.Body, 1).Sections {
		declared := rd.t.Section(s.Heading)
		if declared == nil || !isToRequester(*declared) || seen[s.Heading] {
			continue
		}
		seen[s.Heading] = true
		for _, e := range s.Entries {
			if e.Valid && rd.counts(e.At) {
				out = append(out, Comment{At: e.At.UTC(), By: e.By, Desk: !slices.Contains(customers, e.By)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Comment) int { return a.At.Compare(b.At) })
	return out
}

func isToRequester(s schema.Section) bool {
	return s.Append && (s.Audience == "" || s.Audience == schema.Public)
}

// customers returns the people whose entries are not the desk's: who asks, and for whom.
func (rd *reader) customers() []string {
	var out []string
	for _, field := range []string{fieldRequester, fieldFor} {
		for _, ref := range rd.r.Get(field).Strings() {
			_, id := records.SplitRef(ref)
			out = append(out, string(id))
		}
	}
	return out
}

// answered returns when the desk first wrote to the requester, zero if it never did.
func (l *Life) answered() time.Time {
	if i := slices.IndexFunc(l.Comments, func(c Comment) bool { return c.Desk }); i >= 0 {
		return l.Comments[i].At
	}
	return time.Time{}
}
