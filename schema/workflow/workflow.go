// Package workflow provides what the states of a type mean: which steps are
// legal, what entering a state changes, which log line a change writes, and
// whether a record agrees with its log. It is pure and must not read files,
// clocks or configuration.
package workflow

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
)

// Getter is what has fields: a *records.Record, or a map that is a
// *records.Value. Absent fields are nil.
type Getter interface {
	Get(key string) *records.Value
}

// StepError says that a record may not go from one state to another.
type StepError struct {
	Type     records.Type
	From, To records.State
	Unknown  records.State   // the state that the record is in, where that is none of the type and From the last known one
	Known    bool            // To is a state of the type
	Legal    []records.State // where the record may go instead
	Near     records.State   // the state that was probably meant; may be ""
}

// Error returns what is wrong and where the record may go.
func (e *StepError) Error() string {
	if !e.Known {
		return fmt.Sprintf("%q is no state of %s", e.To, e.Type)
	}
	text := fmt.Sprintf("%s does not go from %s to %s; %s", e.Type, e.From, e.To, e.Options())
	if e.Unknown != "" {
		return fmt.Sprintf("the present state %q is unknown, the last known one is %s; %s", e.Unknown, e.From, text)
	}
	return text
}

// Options says where the record may go.
func (e *StepError) Options() string {
	if len(e.Legal) == 0 {
		return fmt.Sprintf("%s is an end", e.From)
	}
	names := make([]string, len(e.Legal))
	for i, s := range e.Legal {
		names[i] = string(s)
	}
	return "it may go to " + strings.Join(names, ", ")
}

// Legal returns the states to which a record of the type may go, in the order of
// the type file. From no state ("", at creation) a record may begin in any.
func Legal(t *schema.Type, from records.State) []records.State {
	if from != "" {
		return slices.Clone(t.Transitions[from])
	}
	all := make([]records.State, len(t.States))
	for i, s := range t.States {
		all[i] = s.Name
	}
	return all
}

// Step returns nil if a record of the type may go from one state to the other,
// otherwise a *StepError. Staying is always allowed.
func Step(t *schema.Type, from, to records.State) error {
	known := t.State(to) != nil
	legal := Legal(t, from)
	if known && (from == to || slices.Contains(legal, to)) {
		return nil
	}
	e := &StepError{Type: t.Name, From: from, To: to, Known: known, Legal: legal}
	if !known {
		e.Near = records.State(schema.Nearest(string(to), t.StateNames()))
	}
	return e
}

// Present returns the state from which a record goes on: the one it is in, or,
// where that is none of the type, the last one in its log that is; "" where
// there is none.
func Present(t *schema.Type, r *records.Record) records.State {
	if t.State(r.State()) != nil {
		return r.State()
	}
	events, _ := r.Log()
	for _, e := range slices.Backward(events) {
		if to := records.State(e.Get(records.FieldState).String()); t.State(to) != nil {
			return to
		}
	}
	return ""
}

// Move returns nil if a record may go to the state now, otherwise a *StepError.
// Where it is in no state of the type it goes on from the last known one.
func Move(t *schema.Type, r *records.Record, to records.State) error {
	from := Present(t, r)
	err := Step(t, from, to)
	var e *StepError
	if errors.As(err, &e) && from != r.State() {
		e.Unknown = r.State()
	}
	return err
}

// Enter returns the changes of fields that entering a state brings, at the time:
// its stamp is set, what it clears and is set becomes null. A stamp that begins
// a life (category new) is kept if it is there, as a record opens once; any
// other one is set anew.
func Enter(t *schema.Type, r Getter, to records.State, at time.Time) []records.Pair {
	s := t.State(to)
	if s == nil {
		return nil
	}
	var out []records.Pair
	if s.Stamp != "" && (s.Category != records.New || r.Get(s.Stamp).IsNull()) {
		out = append(out, records.Pair{Key: s.Stamp, Value: records.NewString(records.FormatTime(at))})
	}
	for _, name := range s.Clear {
		if name != s.Stamp && !r.Get(name).IsNull() {
			out = append(out, records.Pair{Key: name, Value: records.NewNull()})
		}
	}
	return out
}

// Event returns the log line of a change: when, who, and the tracked fields that
// it set, in the type's order; null where it cleared one. before is nil for a
// new record. It returns nil where nothing tracked changed, or the type has no
// states and so no log.
func Event(t *schema.Type, before, after Getter, at time.Time, by string) *records.Value {
	if len(t.States) == 0 {
		return nil
	}
	line := records.NewMap(
		records.Pair{Key: "at", Value: records.NewString(records.FormatTime(at))},
		records.Pair{Key: "by", Value: records.NewString(by)},
	)
	for _, name := range t.Tracked {
		var was *records.Value
		if before != nil {
			was = before.Get(name)
		}
		if is := after.Get(name); !equal(t, name, was, is) {
			line.Pairs = append(line.Pairs, records.Pair{Key: name, Value: bare(is)})
		}
	}
	if len(line.Pairs) == 2 && before != nil {
		return nil
	}
	return line
}

// Missing returns the tracked fields in which a record differs from what its log
// leaves, in the type's order, with the record's values: what a log line must
// set so that the two agree again.
func Missing(t *schema.Type, r *records.Record) []records.Pair {
	if len(t.States) == 0 {
		return nil
	}
	events, _ := r.Log()
	return differences(t, r, events)
}

func differences(t *schema.Type, r *records.Record, events []records.Event) []records.Pair {
	folded := records.Fold(events)
	var out []records.Pair
	for _, name := range t.Tracked {
		if is := r.Get(name); !equal(t, name, folded[name], is) {
			out = append(out, records.Pair{Key: name, Value: bare(is)})
		}
	}
	return out
}

func equal(t *schema.Type, name string, v, w *records.Value) bool {
	if f := t.Field(name); f != nil {
		return f.Equal(v, w)
	}
	return v.Equal(w)
}

// bare returns a copy of a value that stands nowhere, in flow style, for a log
// line.
func bare(v *records.Value) *records.Value {
	if v.IsNull() {
		return records.NewNull()
	}
	out := &records.Value{Kind: v.Kind, Text: v.Text, Flow: true}
	for _, item := range v.Items {
		out.Items = append(out.Items, bare(item))
	}
	for _, p := range v.Pairs {
		out.Pairs = append(out.Pairs, records.Pair{Key: p.Key, Value: bare(p.Value)})
	}
	return out
}
