package sla

import (
	"bytes"
	"testing"
	"time"

	"frontdesk/records"
)

// seeds are traces and summaries as they are written.
func seeds(t testing.TB) (traces, summaries [][]byte) {
	t.Helper()
	ts := propertyTypes(t)
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), ts, Around{})
	for _, lines := range [][]string{
		{"2026-03-02 08:00 state=new team=first"},
		{"2026-03-02 08:00 state=new team=first priority=P1", "2026-03-02 09:00 state=on-hold hold=vendor", "2026-03-03 09:00 state=in-progress team=second", "# 2026-03-02 08:30 lee", "2026-03-04 10:00 state=resolved"},
		{"2026-03-02 08:00 state=new", "2026-03-02 09:00 state=cancelled"},
	} {
		r := incident(t, lines...)
		life := ReadLife(ts.Get("incident"), r, time.Time{})
		traces, summaries = append(traces, e.Trace(r, life).Append(nil)), append(summaries, AppendSummary(nil, life.Sum()))
	}
	return traces, summaries
}

func FuzzReadTrace(f *testing.F) {
	traces, _ := seeds(f)
	for _, b := range traces {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		tr, rest, err := ReadTrace(src)
		if err != nil {
			return
		}
		if again := tr.Append(nil); !bytes.Equal(again, src[:len(src)-len(rest)]) {
			t.Errorf("what is read from %x is written as %x", src, again)
		}
		if len(tr.Clocks)*leastClock > len(src) {
			t.Errorf("%d clocks are read from %d bytes", len(tr.Clocks), len(src))
		}
	})
}

func FuzzReadSummary(f *testing.F) {
	_, summaries := seeds(f)
	for _, b := range summaries {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		s, rest, err := ReadSummary(src)
		if err != nil {
			return
		}
		if again := AppendSummary(nil, s); !bytes.Equal(again, src[:len(src)-len(rest)]) {
			t.Errorf("what is read from %x is written as %x", src, again)
		}
	})
}

func TestDamageIsNoticed(t *testing.T) {
	traces, summaries := seeds(t)
	for _, b := range traces {
		for n := range b {
			if _, _, err := ReadTrace(b[:n]); err == nil {
				t.Errorf("a trace that ends after %d of %d bytes is read", n, len(b))
			}
		}
		if _, _, err := ReadTrace(append([]byte{codecVersion + 1}, b[1:]...)); err == nil {
			t.Error("a trace of another version is read")
		}
	}
	for _, b := range summaries {
		for n := range b {
			if _, _, err := ReadSummary(b[:n]); err == nil {
				t.Errorf("a summary that ends after %d of %d bytes is read", n, len(b))
			}
		}
	}
	if tr, rest, err := ReadTrace(Trace{}.Append(nil)); err != nil || len(rest) > 0 || len(tr.Clocks) > 0 || !tr.Last.IsZero() {
		t.Errorf("an empty trace is read as %v, %v, %v", tr, rest, err)
	}
}

func FuzzReadLife(f *testing.F) {
	f.Add("## Comments\n\n### 2026-03-02T10:02:00Z lee\n\nYes.\n", "2026-03-02T10:00:00Z", "resolved")
	ts := propertyTypes(f)
	e := engineWith(f, deskWith(hours(f, "office", nil, "08:00-17:00")), ts, Around{})
	f.Fuzz(func(t *testing.T, body, when, state string) {
		r := record([]line{{at: epoch, state: "new"}, {at: epoch.Add(time.Hour), state: state}}, "opened_at", when)
		log := r.Get("log")
		log.Items = append(log.Items, records.NewMap(records.Pair{Key: "at", Value: records.NewString(when)}, records.Pair{Key: "by", Value: records.NewString("x")}, records.Pair{Key: "state", Value: records.NewString(state)}))
		r.Body = body
		life := ReadLife(ts.Get("incident"), r, time.Time{})
		tr := e.Trace(r, life)
		if _, _, err := ReadTrace(tr.Append(nil)); err != nil {
			t.Errorf("the trace is not read: %v", err)
		}
		if _, _, err := ReadSummary(AppendSummary(nil, life.Sum())); err != nil {
			t.Errorf("the summary is not read: %v", err)
		}
	})
}
