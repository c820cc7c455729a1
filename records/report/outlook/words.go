package outlook

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// wordID is the number of a word's stem; 0 for words that say nothing.
type wordID uint32

// wordBook numbers the words of titles. It is not safe for concurrent use.
type wordBook struct {
	ids   map[string]wordID // by word, as it stands in lower case
	stems map[string]wordID
	texts []string // by number: the stem
	count []int    // by number: of titles that hold it
	total int      // titles read
	read  map[string]*wording
}

// wording is the words of a title, each once.
type wording struct{ words []wordID }

func newWordBook() *wordBook {
	return &wordBook{ids: map[string]wordID{}, stems: map[string]wordID{}, texts: []string{""}, count: []int{0}, read: map[string]*wording{}}
}

// maxWords is how many words of a title count.
const maxWords = 32

// add returns the words of a title, and counts the title. Titles that are the same have
// the same wording.
func (b *wordBook) add(title string) *wording {
	w := b.read[title]
	if w == nil {
		w = &wording{words: b.split(title)}
		b.read[title] = w
	}
	b.total++
	for _, id := range w.words {
		b.count[id]++
	}
	return w
}

func (b *wordBook) split(title string) (out []wordID) {
	for word := range strings.FieldsFuncSeq(strings.ToLower(title), isBetween) {
		id := b.id(word)
		if id == 0 || slices.Contains(out, id) {
			continue
		}
		if out = append(out, id); len(out) == maxWords {
			break
		}
	}
	return out
}

func isBetween(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func (b *wordBook) id(word string) wordID {
	if id, ok := b.ids[word]; ok {
		return id
	}
	s := stem(word)
	id := b.stems[s]
	if id == 0 && !isStop(s) && !isStop(word) {
		id = wordID(len(b.texts))
		b.stems[s] = id
		b.texts, b.count = append(b.texts, s), append(b.count, 0)
	}
	b.ids[word] = id
	return id
}

// everywhere is from how many titles on words that most of them hold count as saying
// nothing.
const everywhere = 50

// finish takes from all titles the words that more than half of them hold, and puts
// the others in order, the rarest first.
func (b *wordBook) finish() {
	for _, w := range b.read {
		w.words = slices.DeleteFunc(w.words, func(id wordID) bool { return b.total >= everywhere && 2*b.count[id] > b.total })
		slices.SortFunc(w.words, func(x, y wordID) int {
			return cmp.Or(cmp.Compare(b.count[x], b.count[y]), cmp.Compare(x, y))
		})
	}
}

// stem cuts the endings -s, -es, -ies, -ed and -ing off an English word of letters that
// is long enough to do without. Other words stay as they are.
func stem(word string) string {
	if strings.IndexFunc(word, func(r rune) bool { return r < 'a' || r > 'z' }) >= 0 {
		return word
	}
	for _, e := range []struct{ ending, instead string }{{"ies", "y"}, {"sses", "ss"}, {"shes", "sh"}, {"ches", "ch"}, {"xes", "x"}, {"zes", "z"}} {
		if strings.HasSuffix(word, e.ending) && len(word) >= len(e.ending)+2 {
			return strings.TrimSuffix(word, e.ending) + e.instead
		}
	}
	if strings.HasSuffix(word, "s") && len(word) >= 4 && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us") && !strings.HasSuffix(word, "is") {
		word = word[:len(word)-1]
	}
	for _, ending := range []string{"ing", "ed"} {
		cut, ok := strings.CutSuffix(word, ending)
		if !ok || len(cut) < 3 || !strings.ContainsAny(cut, "aeiouy") {
			continue
		}
		if n := len(cut); cut[n-1] == cut[n-2] && !strings.ContainsRune("aeiouls", rune(cut[n-1])) {
			cut = cut[:n-1]
		}
		return cut
	}
	return strings.TrimSuffix(word, "e")
}

// isStop reports whether a word says nothing of what a record is about.
func isStop(word string) bool {
	return len(word) < 2 || slices.Contains(strings.Fields(stopWords), word)
}

// stopWords are those of English that stand in any title, and those that any ticket
// holds.
const stopWords = `a about after again all am an and any are as at be because been before being between but by can cannot can't
could did do does doing don down during each every few for from further get gets got had has have having he her here him his how i if in
into is isn it its just me more most my no not nor now of off on once only or other our out over own please problem
incident issue issues request same she should since so some still such than that the their them then there these they this those
through to too under until up upon very was we were what when where which while who why will with won would you your help urgent
again ticket`
