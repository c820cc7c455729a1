package conflict

import (
	"fmt"

	"frontdesk/records"
	"frontdesk/schema"
)

// link leads from a thing to a parent or child of it: what it is part of or stands
// on, and what is part of it or stands on it.
type link struct {
	to    thing
	words string // "web-1 is part of rack-1"
	// heeds says that who works on the thing heeds the maintenance windows of to,
	// where the thing has none: to stands on it, or holds it.
	heeds bool
}

// links are the parents and children of things, one step away.
type links map[thing][]link

// linkWords are the fields by which services and assets hang together.
func linkWords(field string) string {
	switch field {
	case fieldParent, "part_of":
		return "is part of"
	case "depends_on":
		return "depends on"
	case "assets", "services":
		return "runs on"
	}
	return ""
}

// add takes in what a service or asset says of others.
func (ls links) add(s *shape, r *records.Record) {
	from := thing{r.Type, r.ID}
	for _, f := range s.things {
		words := linkWords(f.Name)
		if words == "" || r.Get(f.Name).IsNull() {
			continue
		}
		for _, to := range thingsIn(r, f) {
			if to == from {
				continue
			}
			words := fmt.Sprintf("%s %s %s", from, words, to)
			ls.put(from, link{to: to, words: words, heeds: isWhole(f)})
			ls.put(to, link{to: from, words: words, heeds: true})
		}
	}
}

func isWhole(f *schema.Field) bool { return f.Name == fieldParent || f.Name == "part_of" }

// put adds a link unless it is there: the base and the desk that is judged mostly
// say the same.
func (ls links) put(from thing, l link) {
	have := ls[from]
	if len(have) <= maxCompared {
		for _, other := range have {
			if other == l {
				return
			}
		}
	}
	ls[from] = append(have, l)
}

// maxCompared bounds the search for what is there already. A link that is there
// twice costs time and changes nothing.
const maxCompared = 64
