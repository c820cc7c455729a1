package sla

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"frontdesk/records"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
	"frontdesk/schema/rule"
)

// The limits on what is remembered of conditions.
const (
	maxAnswers = 1 << 14 // that a chain keeps
	maxAnswer  = 1 << 10 // bytes of what one is about
)

// chain is targets of a clock in the order in which they are tried. It remembers which
// of them held for what its conditions read: most records have few values of that.
type chain struct {
	targets []*target
	t       *schema.Type
	reads   []string // fields of the record that conditions may read
	facts   bool     // they may read facts
	teams   bool     // they may read the requester's teams

	mu      sync.RWMutex
	answers map[string]answer
}

// target is a target, made ready.
type target struct {
	*schema.Target
	calendar string
	hours    *calendar.Hours // nil: the calendar is not there
	warn     []schema.Warning
}

// answer says which target holds, nil for none, and what went wrong.
type answer struct {
	target *target
	note   string
}

func (e *Engine) newChain(k *clock, t *schema.Type, targets []*schema.Target) *chain {
	c := &chain{t: t, answers: map[string]answer{}}
	whole := false
	for _, st := range targets {
		tg := &target{Target: st, calendar: st.Calendar, warn: st.Warn}
		if tg.calendar == "" {
			tg.calendar = k.Calendar
		}
		if tg.warn == nil {
			tg.warn = k.Warn
		}
		tg.hours = e.calendar(tg.calendar)
		c.targets = append(c.targets, tg)
		if st.When == nil {
			break // nothing behind it is reached
		}
		source := st.When.Source()
		whole = whole || isWhole(source, "self")
		c.facts = c.facts || hasWord(source, "facts")
		c.teams = c.teams || isWhole(source, "facts") || hasWord(source, "facts") && hasWord(source, schema.FactTeams)
		for _, f := range t.Fields {
			if hasWord(source, f.Name) && !slices.Contains(c.reads, f.Name) {
				c.reads = append(c.reads, f.Name)
			}
		}
	}
	if whole {
		c.reads = t.FieldNames()
	}
	return c
}

// isWhole reports whether a condition may use a variable otherwise than by the name of
// one of its fields. It goes by the text, which says it at no cost: a variable of which
// no dot and name follow, or a call.
func isWhole(source, variable string) bool {
	for rest := range words(source, variable) {
		field, ok := strings.CutPrefix(strings.TrimSpace(rest), ".")
		field = strings.TrimSpace(field)
		after := strings.TrimLeftFunc(field, isWordRune)
		if !ok || len(after) == len(field) || strings.HasPrefix(strings.TrimSpace(after), "(") {
			return true
		}
	}
	return false
}

// hasWord reports whether a condition has a word.
func hasWord(source, word string) bool {
	for range words(source, word) {
		return true
	}
	return false
}

// words yields what follows each place in which a word stands by itself.
func words(source, word string) iter.Seq[string] {
	return func(yield func(string) bool) {
		before, rest, found := "", source, true
		for {
			if before, rest, found = strings.Cut(rest, word); !found {
				return
			}
			last, _ := utf8.DecodeLastRuneInString(before)
			next, _ := utf8.DecodeRuneInString(rest)
			if !isWordRune(last) && !isWordRune(next) && !yield(rest) {
				return
			}
		}
	}
}

func isWordRune(c rune) bool {
	return c == '_' || c != utf8.RuneError && (unicode.IsLetter(c) || unicode.IsDigit(c))
}

// subject is a record of which conditions are judged.
type subject struct {
	engine  *Engine
	plan    *plan
	record  *records.Record
	life    *Life
	asked   bool
	service *service
	teams   []string

	field, value string // what a clock is about, in place of what the record has
}

// chain returns the targets that are tried for a clock of the record.
func (s *subject) chain(k *clock) *chain {
	if !s.asked {
		s.asked, s.service = true, s.engine.service(s.plan, s.record)
	}
	if s.service != nil && s.service.chains[k] != nil {
		return s.service.chains[k]
	}
	return k.own
}

// match returns the target that holds for a clock, nil where none does, and what went
// wrong. With a field, it is judged as if it had the value.
func (s *subject) match(k *clock, field, value string) answer {
	c := s.chain(k)
	if len(c.targets) == 0 || c.targets[0].When == nil {
		return c.first()
	}
	s.field, s.value = field, value
	key, ok := s.key(c)
	if ok {
		c.mu.RLock()
		a, known := c.answers[key]
		c.mu.RUnlock()
		if known {
			return a
		}
	}
	a := c.judge(s.input(c))
	if ok {
		c.mu.Lock()
		if len(c.answers) < maxAnswers {
			c.answers[key] = a
		}
		c.mu.Unlock()
	}
	return a
}

func (c *chain) first() answer {
	if len(c.targets) == 0 {
		return answer{}
	}
	return answer{target: c.targets[0]}
}

// judge tries the targets in their order. One that cannot be judged does not hold.
func (c *chain) judge(in rule.Input) (a answer) {
	for _, tg := range c.targets {
		if tg.When == nil {
			a.target = tg
			return a
		}
		holds, err := tg.When.Eval(in)
		if err != nil && a.note == "" {
			a.note = fmt.Sprintf("the condition of target %s could not be judged: %s", tg.Name, oneLine(err.Error()))
		}
		if holds && err == nil {
			a.target = tg
			return a
		}
	}
	return a
}

// oneLine makes a short line of an error.
func oneLine(text string) string {
	const most = 200
	runes := []rune(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsControl(r) }), " "))
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return string(runes)
}

// key stands for all that the conditions of a chain read. ok is false where that is too
// much to be remembered.
func (s *subject) key(c *chain) (key string, ok bool) {
	b := make([]byte, 0, 64)
	for _, name := range c.reads {
		if b = appendValue(b, s.get(name), 0); len(b) > maxAnswer {
			return "", false
		}
	}
	b = append(b, s.category()...)
	if c.facts {
		b = append(b, 0)
		if s.service != nil {
			b = append(b, s.service.key...)
		}
	}
	if c.teams {
		for _, team := range s.requesterTeams() {
			b = appendText(append(b, ','), team)
		}
	}
	return string(b), len(b) <= maxAnswer
}

// appendValue writes a value so that only equal ones are written alike.
func appendValue(b []byte, v *records.Value, depth int) []byte {
	if v == nil {
		v = &records.Value{}
	}
	b = append(b, byte('0'+v.Kind))
	if len(b) > maxAnswer || depth > 8 {
		return append(b, make([]byte, maxAnswer)...) // too much
	}
	switch v.Kind {
	case records.List:
		b = append(strconv.AppendInt(b, int64(len(v.Items)), 10), ':')
		for _, item := range v.Items {
			if b = appendValue(b, item, depth+1); len(b) > maxAnswer {
				return b
			}
		}
		return b
	case records.Map:
		b = append(strconv.AppendInt(b, int64(len(v.Pairs)), 10), ':')
		for _, p := range v.Pairs {
			if b = appendValue(appendText(b, p.Key), p.Value, depth+1); len(b) > maxAnswer {
				return b
			}
		}
		return b
	}
	return appendText(b, v.Text)
}

func appendText(b []byte, text string) []byte {
	return append(append(strconv.AppendInt(b, int64(len(text)), 10), ':'), text...)
}

func (s *subject) requesterTeams() []string {
	if s.teams == nil {
		s.teams = s.engine.teams(s.record)
	}
	return s.teams
}

// category returns what the state means at the end of the life.
func (s *subject) category() string {
	if n := len(s.life.Stints); n > 0 {
		return string(s.life.Stints[n-1].Category)
	}
	return string(s.plan.t.Category(s.record))
}

// get returns a field as of the end of the life.
func (s *subject) get(name string) *records.Value {
	if name == s.field {
		return records.NewString(s.value)
	}
	v := s.record.Get(name)
	for _, p := range s.life.Tracked {
		if p.Key == name {
			v = p.Value
		}
	}
	fields := watched()
	n := len(s.life.Stints)
	if n == 0 || !slices.Contains(fields[:], name) || s.plan.t.Field(name) == nil {
		return v
	}
	text := s.life.Stints[n-1].text(name)
	switch {
	case text == v.String():
		return v
	case text == "":
		return nil
	}
	return records.NewString(text)
}

// text returns a watched field.
func (s Stint) text(field string) string {
	switch field {
	case records.FieldState:
		return string(s.State)
	case fieldHold:
		return s.Hold
	case fieldTeam:
		return s.Team
	case fieldAssignee:
		return s.Assignee
	}
	return s.Priority
}

// input returns what the conditions of a chain judge: the fields that they may read.
func (s *subject) input(c *chain) rule.Input {
	seen := *s.record
	seen.Fields = &records.Value{Kind: records.Map}
	for _, name := range c.reads {
		if v := s.get(name); v != nil {
			seen.Fields.Pairs = append(seen.Fields.Pairs, records.Pair{Key: name, Value: v})
		}
	}
	facts := map[string]any{schema.FactTeams: []string{}, schema.FactService: map[string]any{}}
	if c.teams {
		facts[schema.FactTeams] = s.requesterTeams()
	}
	if s.service != nil {
		facts[schema.FactService] = s.service.facts
	}
	return rule.NewInput(s.plan.t.Vars(&seen), nil, s.engine.vars, s.category()).WithFacts(facts)
}
