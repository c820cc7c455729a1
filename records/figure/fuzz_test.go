package figure

import (
	"bytes"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/sla"
)

// FuzzFact reads any bytes as what was computed of a record: they are refused, or
// written back as they are.
func FuzzFact(f *testing.F) {
	at := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	sum := sla.Summary{First: at, Last: at.Add(time.Hour), Teams: 2, Held: time.Minute, HeldFor: map[string]time.Duration{"user": time.Minute},
		InState: map[records.State]time.Duration{"new": time.Hour}}
	trace := sla.Trace{Last: at, Clocks: []sla.Clock{{Name: "response", Outcome: sla.Running, Phase: sla.Counting, Active: true, Start: at, Due: at.Add(time.Hour), Limit: time.Hour, Left: time.Hour}}}
	for _, seed := range [][]byte{appendFact(nil, sum, trace), appendFact(nil, sla.Summary{}, sla.Trace{}), {}, {1}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		sum, trace, ok := readFact(src)
		if ok && !bytes.Equal(appendFact(nil, sum, trace), src) {
			t.Fatalf("%x is read, and written as %x", src, appendFact(nil, sum, trace))
		}
	})
}

func TestWhatWasComputedIsReadAsItWasWritten(t *testing.T) {
	at := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	want := sla.Summary{First: at, Last: at.Add(time.Hour), Reopened: 3}
	src := appendFact(nil, want, sla.Trace{Last: at})
	if sum, trace, ok := readFact(src); !ok || !sum.First.Equal(at) || sum.Reopened != 3 || !trace.Last.Equal(at) {
		t.Errorf("%+v, %+v, %v", sum, trace, ok)
	}
	for i := range src {
		if _, _, ok := readFact(src[:i]); ok {
			t.Errorf("the first %d of %d bytes are taken for the whole", i, len(src))
		}
	}
	if _, _, ok := readFact(append(src, 0)); ok {
		t.Error("a byte too many is not noticed")
	}
}
