package schema

import "strings"

// Nearest returns the known word that a person most likely meant, "" where none
// is near. Case, dashes, underscores and spaces do not count; a beginning that
// only one known word has is near too. Of equally near words the first wins.
func Nearest(word string, known []string) string {
	w := []rune(fold(word))
	if len(w) == 0 || len(w) > 64 {
		return ""
	}
	best, least := "", 1+max(1, len(w)/3)
	for _, k := range known {
		if d := distance(w, []rune(fold(k)), least); d < least {
			best, least = k, d
		}
	}
	if best != "" || len(w) < 3 {
		return best
	}
	return onlyBeginning(string(w), known)
}

func fold(s string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
}

func onlyBeginning(w string, known []string) string {
	found := ""
	for _, k := range known {
		if !strings.HasPrefix(fold(k), w) {
			continue
		}
		if found != "" {
			return ""
		}
		found = k
	}
	return found
}

// distance is the optimal string alignment distance: how many letters must be
// put in, left out, replaced or swapped with their neighbour. It returns limit
// where the distance is not below it.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}
