package site

import (
	"slices"

	"frontdesk/records"
	"frontdesk/schema"
)

// question is what a page asks of other records. Where all answers are what they
// were, and the record's own file too, its page is what it was.
type question struct {
	kind int
	typ  records.Type
	ref  string
}

// The kinds of questions.
const (
	asksReference = iota // which record a reference names
	asksPerson           // whose record an id in a log is
	asksPath             // which record lies in a file
)

func (q *question) code(c *coder) {
	c.number(&q.kind)
	c.text((*string)(&q.typ))
	c.text(&q.ref)
}

// answer is what a question leads to.
type answer struct {
	to   *item
	gone bool // exists, and must not be shown
}

// questions are all questions that were ever asked for a site, by number.
type questions struct {
	all     []question
	former  []digest // of the answers at the last build
	answers []answer
	sums    []digest // of the answers
	numbers map[question]int
	any     bool // of the answers is another than at the last build
}

// number returns the number of a question, and answers it if it is new.
func (qs *questions) number(v *view, q question) int {
	if n, ok := qs.numbers[q]; ok {
		return n
	}
	n := len(qs.all)
	qs.numbers[q] = n
	qs.all = append(qs.all, q)
	a := v.answer(q)
	qs.answers = append(qs.answers, a)
	qs.sums = append(qs.sums, a.sum())
	return n
}

// answerAll answers the questions of the last build.
func (qs *questions) answerAll(v *view) {
	qs.numbers = make(map[question]int, len(qs.all))
	qs.answers = make([]answer, len(qs.all))
	qs.sums = make([]digest, len(qs.all))
	for n, q := range qs.all {
		qs.numbers[q] = n
		qs.answers[n] = v.answer(q)
		qs.sums[n] = qs.answers[n].sum()
	}
	qs.any = !slices.Equal(qs.sums, qs.former)
}

// changed reports whether one of the numbered questions has another answer than
// at the last build.
func (qs *questions) changed(asked numbers) bool {
	if !qs.any {
		return false
	}
	for n := range asked.all {
		if n < 0 || n >= len(qs.former) || qs.sums[n] != qs.former[n] {
			return true
		}
	}
	return false
}

// asking returns a view that notes what a record asks.
func (v *view) asking(it *item) *view {
	if it.asks == nil {
		it.asks = map[question]bool{}
	}
	tv := *v
	tv.asks = it.asks
	return &tv
}

// ask notes a question and returns its answer.
func (v *view) ask(q question) answer {
	if v.asks != nil {
		v.asks[q] = true
	}
	return v.answer(q)
}

// answer finds the record that a question is about, as readers may know it.
func (v *view) answer(q question) answer {
	var a answer
	switch q.kind {
	case asksReference:
		a.to, a.gone = v.lookUp(q.typ, q.ref)
	case asksPerson:
		a.to = v.lookUpPerson(q.ref)
	case asksPath:
		a.to = v.byPath[q.ref]
	}
	return a
}

// sum tells what a page shows of the answer: where the record's page is and what
// it is called, or that there is none to be shown.
func (a answer) sum() digest {
	switch {
	case a.to != nil:
		d := newDigester()
		d.text(a.to.page)
		d.text(string(a.to.ID))
		d.text(a.to.Title)
		return d.done()
	case a.gone:
		return digest{1}
	}
	return digest{}
}

// resolve finds the record that a reference names. gone is true where the
// reference must not be shown at all: the record exists and readers may not see
// it, or it cannot be known for a public site that it is no secret.
func (v *view) resolve(typ records.Type, ref string) (to *item, gone bool) {
	a := v.ask(question{asksReference, typ, ref})
	return a.to, a.gone
}

// lookUp is resolve without a trace.
func (v *view) lookUp(typ records.Type, ref string) (to *item, gone bool) {
	gone = !v.isStaff()
	for it := range v.find(typ, ref) {
		if !it.Hidden {
			return it, false
		}
		gone = true
	}
	return nil, gone
}

// lookUpPerson finds the record of the person with the id.
func (v *view) lookUpPerson(id string) *item {
	for it := range v.find(schema.AnyType, id) {
		if !it.Hidden && it.Type == personType {
			return it
		}
	}
	return nil
}
