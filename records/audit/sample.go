package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Sampled is a change that was drawn.
type Sampled struct {
	*Change
	Key string // by which it was drawn: SHA-256 in hexadecimal digits
}

// Sample draws changes for a closer look: those with the lowest SHA-256 of seed,
// a line feed and the record's name ("change/CHG-2611-AB3D"), of all if there are
// no more than n. Nobody can choose what is drawn who does not choose the seed, and
// whoever knows the seed draws the same. kind, where it is not "", is drawn first:
// auditors weigh samples towards emergencies.
func (r *Report) Sample(n int, seed, kind string) []Sampled {
	out := make([]Sampled, 0, len(r.Changes))
	for _, c := range r.Changes {
		sum := sha256.Sum256([]byte(seed + "\n" + c.Record))
		out = append(out, Sampled{c, hex.EncodeToString(sum[:])})
	}
	rank := func(s Sampled) int {
		if kind != "" && s.Kind == kind {
			return 0
		}
		return 1
	}
	slices.SortFunc(out, func(a, b Sampled) int { return cmp.Or(rank(a)-rank(b), cmp.Compare(a.Key, b.Key)) })
	return out[:min(max(n, 0), len(out))]
}
