package git

import (
	"fmt"
	"strings"
	"testing"
)

func TestManyFilesAreCommittedAndNothingElse(t *testing.T) {
	for name, staged := range map[string]bool{"with nothing staged": false, "with something staged": true} {
		t.Run(name, func(t *testing.T) {
			repo := newRepo(t)
			before := mustRun(t, repo, "rev-list", "--all", "--count")
			var paths []string
			for i := range manyPaths + 1 {
				paths = append(paths, fmt.Sprintf("r/%d.md", i))
			}
			for _, p := range append([]string{"other.md", "loose.md"}, paths...) {
				write(t, repo, p, p)
			}
			if staged {
				if err := repo.Stage(t.Context(), "other.md"); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 { // the second time there is nothing to do
				if err := repo.Commit(t.Context(), "many", paths...); err != nil {
					t.Fatal(err)
				}
			}
			out := mustRun(t, repo, "log", "-1", "--name-only", "--format=")
			if len(strings.Fields(out)) != len(paths) || strings.Contains(out, "other") || strings.Contains(out, "loose") {
				t.Errorf("%d files were committed", len(strings.Fields(out)))
			}
			if after := mustRun(t, repo, "rev-list", "--all", "--count"); after == before {
				t.Error("there is no new commit")
			}
		})
	}
}
