package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestKnownFiguresAreRead(t *testing.T) {
	facts := `{"cases": 3, "resolution_hours": {"n": 2, "mean": 1.5, "median": 1, "p90": 2}, "open_to_close_hours": {"n": 3, "mean": 4, "median": 5, "p90": 6},
		"cases_reopened": 1, "sum_final_reopen_count": 2, "cases_reassignment_count_gt0": 0, "final_made_sla": {"true": 2}}`
	got, err := knownFrom([]byte(facts))
	if err != nil || got["opened"] != 3 || got["time_to_resolve.mean"] != 1.5 || got["sla.met"] != 2 || len(got) != 13 {
		t.Errorf("%v, %v", got, err)
	}
	for _, wrong := range []string{`{}`, `{"cases": "3"}`, `[`} {
		if got, err := knownFrom([]byte(wrong)); err == nil {
			t.Errorf("%s is read as %v", wrong, got)
		}
	}
}

func TestTellsFindsANumberHoweverItIsWritten(t *testing.T) {
	for text, right := range map[string]bool{"Opened  24918": true, "of 24,918 incidents": true, "249180": false, "124918": false, "": false} {
		if err := tells(24918)(output{stdout: text}); (err == nil) != right {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestPacksOfClocksAreMeasured(t *testing.T) {
	dir := t.TempDir()
	for build, text := range map[string]string{"a": "12345", "b": "123"} {
		p := filepath.Join(dir, ".git", "frontdesk", build)
		if err := os.MkdirAll(p, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"facts-clocks", "heads"} {
			if err := os.WriteFile(filepath.Join(p, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n, err := clockPacks(dir); err != nil || n != 8 {
		t.Errorf("%d bytes, %v", n, err)
	}
}
