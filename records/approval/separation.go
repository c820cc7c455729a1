package approval

import (
	"net/mail"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/schema"
)

// separation is who may not approve, and why: "implementer of it", "author of
// 3f9a2c1d07".
type separation struct {
	reasons map[records.ID][]string
	unknown []Contributor // whose person nobody knows, each identity once
}

// separate tells who may not approve a record: whom its fields name, as they are
// and as they were on the base, and who contributed to it.
func separate(in *Input, s schema.Separation) *separation {
	out := &separation{reasons: map[records.ID][]string{}}
	for _, field := range s.Fields {
		for _, r := range []*records.Record{in.Record, in.Before} {
			out.addField(in, field, r)
		}
	}
	if !s.Contributors {
		return out
	}
	seen := map[string]bool{}
	for _, c := range in.Contributors {
		switch {
		case c.Person != "":
			out.add(c.Person, c.role())
		case !isForge(c, s.Committers) && !seen[c.Identity]:
			seen[c.Identity] = true
			out.unknown = append(out.unknown, c)
		}
	}
	return out
}

// role says what somebody contributed: "author of 3f9a2c1d07".
func (c Contributor) role() string {
	if c.Commit == "" {
		return cut(c.As)
	}
	return cut(c.As) + " of " + short(c.Commit)
}

// addField adds the persons whom a field names, and the members of its teams. An
// id that differs from a person's only in its letters' case is taken for it.
func (s *separation) addField(in *Input, field string, r *records.Record) {
	if r == nil {
		return
	}
	reason := field + " of it"
	for _, to := range things(in.Type, r, field) {
		if to.typ == teamType {
			members, _ := in.People.Team(to.id)
			for _, id := range members {
				s.add(id, "of the "+field+" of it")
			}
			continue
		}
		s.add(to.id, reason)
		s.add(records.ID(fold(string(to.id))), reason)
		if id, ok := in.People.ByEmail(string(to.id)); ok {
			s.add(id, reason)
		}
	}
	if f := in.Type.Field(field); f == nil || f.Ref == "" { // a plain text, or nothing that the type knows
		for _, text := range r.Get(field).Strings() {
			s.add(records.ID(strings.TrimPrefix(fold(text), string(personType)+"/")), reason)
		}
	}
}

func (s *separation) add(id records.ID, reason string) {
	if id != "" && len(s.reasons[id]) < maxReasons && !slices.Contains(s.reasons[id], reason) {
		s.reasons[id] = append(s.reasons[id], reason)
	}
}

// why returns why a person may not approve, "" if they may.
func (s *separation) why(id records.ID) string {
	return and(s.reasons[id])
}

// isForge reports whether somebody is a forge that committed what others wrote.
func isForge(c Contributor, committers []string) bool {
	if c.As != AsCommitter {
		return false
	}
	address := fold(addressOf(c.Identity))
	return address != "" && slices.ContainsFunc(committers, func(known string) bool { return fold(known) == address })
}

// addressOf returns the mail address of "Dana Ito <dana@example.com>".
func addressOf(identity string) string {
	if open, end := strings.LastIndexByte(identity, '<'), strings.LastIndexByte(identity, '>'); open >= 0 && end > open {
		return identity[open+1 : end]
	}
	if a, err := mail.ParseAddress(identity); err == nil {
		return a.Address
	}
	return ""
}
