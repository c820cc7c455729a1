// Package query provides the language in which people ask a desk for records:
// text to a compiled query, which records match it, and in which order.
//
// # Grammar
//
//	query  = { term }                          terms are joined by "and"
//	term   = [ "-" ] ( key ":" values | word ) a dash turns the term round
//	values = value { "," value }               a comma means "or"
//	value  = [ ">" | ">=" | "<" | "<=" ] scalar | scalar ".." scalar
//	scalar = bare | quoted                     bare ends at a space, comma, quote or ".."
//	word   = bare | quoted
//	quoted = '"' { character | '\"' | '\\' } '"'
//	key    = letter or "_" { letter, digit, "_", "-" or "." }
//
// Terms are separated by spaces. What stands in quotes is only ever text: no
// operator, no range, no @me, no relative date. A bare asterisk, a parenthesis
// around a bare word and the bare words AND, OR and NOT are errors, because
// they would not do what they do elsewhere.
//
// # Keys
//
//	is:open                    the state's category is new, active or held
//	is:new is:active is:held is:resolved is:closed is:cancelled
//	                           the state's category is exactly this one
//	type:incident              the type, by name, plural or unambiguous beginning
//	id:INC-2611-K7Q4           the whole id, or type/id
//	has:FIELD                  the field is set; null, "" and [] are not
//	no:FIELD                   the type has the field and the record does not set it
//	sort:FIELD sort:-FIELD     order, ascending or descending; several apply in turn
//	sla:breached sla:running sla:paused sla:met sla:cancelled
//	                           a clock of the record that has a target stands so
//	sla:none                   no clock of the record has a target
//	sla.CLOCK:breached         that clock alone, as in sla.response:breached
//	due:values sort:due        when something is due first, see below
//	FIELD:values               by the field's kind, see below
//
// FIELD is a field of the asked type, or of any type where none is asked for. A
// trailing _at or _on may be left out (opened for opened_at), but of due_at: due is
// more than that. Keys that begin with x_
// and paths into a map (imported.rfc) are taken as they are. A term about a
// field matches only records whose type has it. Where a field is a list, one
// item that matches is enough.
//
// # Values
//
// All comparing of text ignores case.
//
//	choice (enum, state)   the whole value; > and < follow the order in which the
//	                       type file lists the choices, so priority:<=P2 is P1 or P2
//	reference              the whole id; type/id where the type matters
//	text                   the value anywhere in the field; no order; in a list of
//	                       texts (tags), a whole item
//	number                 equal, or compared
//	true, false            the boolean
//	date, time             2026, 2026-11, 2026-11-03 (that year, month, day),
//	                       2026-11-03T09:12 (that minute), an RFC 3339 time (that second),
//	                       now, today, yesterday, tomorrow, each with an offset in hours,
//	                       days or weeks: now-8h, today-7d, today+2w
//
// A date stands for its whole span: opened:2026-11 is any time in November,
// opened:>2026-11 is after November, opened:2026-11..2026-12 is both months.
// Dates without a zone are in the zone that Options gives, by default UTC. In a
// field that holds a date without a time, a time of day means its day. A path
// into a map and an x_ key compare as numbers or times where the query's value
// reads as one; equality there is that of the text.
//
// A word, or a quoted phrase, matches where it stands anywhere in the title, the
// id or the body. @me as a value is the person who asks.
//
// # Due
//
// A record is due when the first of its targets is over that have not stopped, or at
// the deadline that it states in due_at while work is still to be done, whichever comes
// first. A target that is over already was due when it was. What is paused is due when
// it would be if it ran on now. due_at is the deadline alone. due: takes times as above,
// and
//
//	due:<4h due:<=2d           within that time from now, or before now: minutes (30m),
//	                           hours, days of 24 hours, weeks; or PT4H30M
//	due:>4h due:1h..4h         later than that; between the two
//	due:overdue                before now
//
// now is the time of the clocks. In a type that has a field called due, or due_on alone,
// due means that field.
//
// # Order
//
// Without sort: newest first by opened_at (or by the time field that the type's
// first state stamps), then records without one, by type and id. Records that do
// not set the field of a sort, or to something that it cannot hold, come last in
// either direction. Text sorts without regard to case.
//
// The package must not touch files nor know any record type by name.
package query

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"frontdesk/records"
	"frontdesk/records/sla"
	"frontdesk/schema"
)

// MaxLength is the longest query in bytes that Parse reads.
const MaxLength = 4096

// Options is what a query means in its surroundings.
type Options struct {
	Me       string         // the person who asks; "" makes @me an error
	Now      time.Time      // what now and today are
	Location *time.Location // zone of dates without one; nil means UTC
	Types    *schema.Types  // the desk's types; must not be nil
	Type     records.Type   // the asked type; "" means all
	// Clocks returns the clocks of a record as of AsOf. It is asked by Match, for records
	// for which MayMatch holds, and by Sort, from where these are called. Without it
	// records have no clocks.
	Clocks func(*records.Record) []sla.Clock
	AsOf   time.Time // the time of the clocks; zero means Now
}

// SyntaxError says where a query is wrong. Column counts characters from 1.
type SyntaxError struct {
	Column  int
	Message string
	Hint    string // what to write instead; may be empty
}

// Error returns the message with its column.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("query column %d: %s", e.Column, e.Message)
}

// Query is a compiled query. It may be used by several goroutines at once.
type Query struct {
	terms []term
	types []*schema.Type
	match map[records.Type][]pred // beside clocks
	timed map[records.Type][]pred // by clocks
	order []sortKey
	needs needs
}

// needs is what of a record a query looks at.
type needs struct {
	fields []string
	body   bool
	clocks bool
}

func (n *needs) add(field string) {
	if !slices.Contains(n.fields, field) {
		n.fields = append(n.fields, field)
	}
}

// Parse compiles a query. The empty query matches every record of the asked
// types. Errors are of type *SyntaxError.
func Parse(q string, opts Options) (*Query, error) {
	if len(q) > MaxLength {
		return nil, &SyntaxError{Column: 1, Message: fmt.Sprintf("the query is longer than %d bytes", MaxLength)}
	}
	if !utf8.ValidString(q) {
		return nil, &SyntaxError{Column: 1, Message: "the query is not valid UTF-8"}
	}
	terms, err := parse(q)
	if err != nil {
		return nil, err
	}
	c, err := newCompiler(terms, opts)
	if err != nil {
		return nil, err
	}
	return c.compile(terms)
}

// Match reports whether a record of the type meets the query. Records of other
// types than the asked ones never do.
func (q *Query) Match(t *schema.Type, r *records.Record) bool {
	preds, asked := q.match[t.Name]
	s := subject{Record: r}
	return asked && meets(&s, preds) && meets(&s, q.timed[t.Name])
}

func meets(s *subject, preds []pred) bool {
	for _, p := range preds {
		if !p(s) {
			return false
		}
	}
	return true
}

// Types returns the types whose records can match, by name: those that Options
// asked for, narrowed by the query's own type: terms.
func (q *Query) Types() []records.Type {
	out := make([]records.Type, len(q.types))
	for i, t := range q.types {
		out[i] = t.Name
	}
	return out
}

// Needs returns the front-matter keys that Match and Sort look at beside the id,
// and whether they search the body. NeedsClocks says whether they ask for clocks.
func (q *Query) Needs() (fields []string, body bool) {
	return slices.Clone(q.needs.fields), q.needs.body
}

// String writes the query in its normal form, which parses to the same query.
func (q *Query) String() string {
	out := make([]string, len(q.terms))
	for i, t := range q.terms {
		out[i] = t.String()
	}
	return strings.Join(out, " ")
}

// pred judges one record.
type pred func(*subject) bool

// subject is a record being judged, with what is worth computing only once.
type subject struct {
	*records.Record
	body    string
	lowered bool
	times   []sla.Clock
	timed   bool
}

// lowerBody returns the body in lower case.
func (s *subject) lowerBody() string {
	if !s.lowered {
		s.body, s.lowered = strings.ToLower(s.Body), true
	}
	return s.body
}
