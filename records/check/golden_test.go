package check

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the expected findings anew")

// TestGoldenDesks judges the examples in testdata/ok, which have no findings, and
// those in testdata/err, whose findings stand in the file of the same name that
// ends in .want. Their form is that of the rules' examples.
func TestGoldenDesks(t *testing.T) {
	for _, path := range glob(t, "ok") {
		t.Run(name(path), func(t *testing.T) {
			if ds := judge(t, read(t, path)); len(ds) > 0 {
				t.Errorf("findings:\n%s", lines(ds))
			}
		})
	}
	for _, path := range glob(t, "err") {
		t.Run(name(path), func(t *testing.T) {
			got := lines(judge(t, read(t, path)))
			want := strings.TrimSuffix(path, ".txt") + ".want"
			if *update {
				if err := os.WriteFile(want, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if expected := read(t, want); got != expected || got == "" {
				t.Errorf("got\n%swant\n%s", got, expected)
			}
		})
	}
}

func glob(t *testing.T, folder string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txt"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no examples in testdata/%s: %v", folder, err)
	}
	return paths
}

func name(path string) string { return strings.TrimSuffix(filepath.Base(path), ".txt") }

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
