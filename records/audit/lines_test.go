package audit

import (
	"slices"
	"testing"
	"time"

	"frontdesk/records/tree"
)

// name is what the records of these tests are.
func name() tree.Name {
	return tree.Name{Type: "incident", ID: "INC-2611-AAAA", Path: incident}
}

func TestLogsInFrontdesksFormNeedNoParser(t *testing.T) {
	for text, fast := range map[string]bool{
		"---\nid: A\nlog:\n  - {at: 2026-11-03T08:00:00Z, by: lee, state: new}\n---\n":            true,
		"---\nid: A\nlog:\n  - {at: 2026-11-03T08:00:00Z, by: lee, state: new}\nteam: ops\n---\n": true,
		"---\nid: A\nimported: {log: 2}\nlog:\n  - {at: 2026-11-03T08:00:00Z, by: lee}\n---\n":    true,
		"---\nid: A\nlog: []\n---\n":                                     false,
		"---\nid: A\nlog:\n- {at: 2026-11-03T08:00:00Z, by: lee}\n---\n": false,
		"---\nid: A\nlog:\n  - {at: 2026-11-03T08:00:00Z, by: lee}\n\n  - {at: 2026-11-03T08:00:00Z, by: lee}\n---\n":       false,
		"---\nid: A\nlog:\n  - {at: 2026-11-03T08:00:00Z, by: lee}\n# note\n  - {at: 2026-11-03T08:00:00Z, by: lee}\n---\n": false,
		"---\nid: A\nlog:\n  - {at: 2026-11-03T08:00:00Z, by: lee}\nlog:\n  - {at: 2026-11-03T08:00:00Z, by: lee}\n---\n":   false,
		"---\nid: A\n\"log\":\n  - {at: 2026-11-03T08:00:00Z, by: lee}\n---\n":                                              false,
		"---\nid: A\nlog:\n  - {by: lee, at: 2026-11-03T08:00:00Z}\n---\n":                                                  false,
		"---\nid: A\nlog:\n  - {at: 2026-11-03T08:00:00+01:00, by: lee}\n---\n":                                             false,
		"no front matter\nlog:\n  - {at: 2026-11-03T08:00:00Z, by: lee}\n":                                                  false,
	} {
		if got := len(logOf([]byte(text))) != len(text); got != fast {
			t.Errorf("%q: %v, want %v", text, got, fast)
		}
	}
}

// FuzzLogs holds what is read without a parser against what the parser reads.
func FuzzLogs(f *testing.F) {
	f.Add("---\nid: A\nlog:\n  - {at: 2026-11-03T08:00:00Z, by: lee, state: new}\n---\n")
	f.Add("---\nid: A\nlog:\n  - {at: 2026-11-03T08:00:00Z, by: \"a}\", state: {a: b}}\n  - {at: 2026-11-04T08:00:00Z, by: lee}\nteam: |\n  x\n---\n")
	f.Add("---\nid: A\nlog:\n  - {at: 2026-11-03T08:00:00Z, by: lee} #}\n---\n")
	f.Fuzz(func(t *testing.T, text string) {
		src := []byte(text)
		log := logOf(src)
		got, ok := readLog(name(), log)
		if len(log) == len(src) || !ok {
			return
		}
		want, ok := parsedLog(name(), src)
		if !ok {
			return // a record that cannot be read has no log
		}
		if !slices.Equal(times(got), times(want)) {
			t.Errorf("%q: %v, want %v", text, times(got), times(want))
		}
	})
}

func times(log []logLine) []time.Time {
	out := []time.Time{}
	for _, l := range log {
		out = append(out, l.at.UTC())
	}
	return out
}
