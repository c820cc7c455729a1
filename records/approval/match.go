package approval

import "frontdesk/records"

// match gives each demand as many persons of its own as it needs, from those it
// may have, none to two demands. It fills as many places as can be filled, those
// of the first demands before those of the last. The method is that of augmenting
// paths (Kuhn 1955): a place that is filled stays filled.
func match(needs []int, may [][]records.ID) [][]records.ID {
	m := &matching{may: may, place: map[records.ID]int{}}
	for demand, need := range needs {
		for range min(need, len(may[demand])) {
			m.demand = append(m.demand, demand)
			if !m.fill(len(m.demand)-1, map[records.ID]bool{}) {
				break
			}
		}
	}
	out := make([][]records.ID, len(needs))
	for demand, persons := range may {
		for _, id := range persons {
			if place, ok := m.place[id]; ok && m.demand[place] == demand {
				out[demand] = append(out[demand], id)
			}
		}
	}
	return out
}

type matching struct {
	may    [][]records.ID
	demand []int              // of each place
	place  map[records.ID]int // that a person fills
}

// fill finds a person for a place, moving others on to other places where needed.
func (m *matching) fill(place int, seen map[records.ID]bool) bool {
	for _, id := range m.may[m.demand[place]] {
		if seen[id] {
			continue
		}
		seen[id] = true
		if other, taken := m.place[id]; !taken || m.fill(other, seen) {
			m.place[id] = place
			return true
		}
	}
	return false
}
