package write

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/records/tree"
)

// reshardFiles are a desk with own ids, given ids, attachments that look like
// records, and things that no shard moves.
func reshardFiles() map[string]string {
	return map[string]string{
		"records/incidents/2026-11/INC-2611-K7Q4.md":         "k7q4",
		"records/incidents/2026-11/INC-2611-K7Q4/log.txt":    "attached",
		"records/incidents/2026-11/INC-2611-K7Q4/notes.md":   "attached, no record",
		"records/incidents/2026-11/INC-2611-M3ZT.md":         "m3zt",
		"records/incidents/2026-10/INC0012345.md":            "given",
		"records/incidents/2026-10/INC0012345/deep/er/a.png": "attached",
		"records/changes/2026-11/CHG-2611-AB3D.md":           "ab3d",
		"records/people/lee.md":                              "lee",
		"records/knowledge/vpn/reset-token.md":               "kb",
		"records/incidents/INC0099999.md":                    "in no month",
		"records/incidents/2026-11/INC-2611-Z000/scan.pdf":   "of a record that is gone",
	}
}

func filesOf(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(os.DirFS(filepath.Join(root, "records")), ".", func(p string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			data, readErr := os.ReadFile(filepath.Join(root, "records", filepath.FromSlash(p)))
			found["records/"+p], err = string(data), readErr
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// reshard opens the desk anew and brings it to a shard.
func reshard(t *testing.T, root string, shard int) *Resharding {
	t.Helper()
	tr, err := tree.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	plan, err := PlanReshard(tr, shard)
	if err != nil {
		t.Fatal(err)
	}
	if err := plan.Apply(t.Context(), tr, func(Relocation) {}); err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestReshardMovesRecordsWithTheirAttachmentsAndBack(t *testing.T) {
	root := newWriter(t, reshardFiles()).Tree.Root
	config, _ := os.ReadFile(filepath.Join(root, tree.ConfigFile))
	before := filesOf(t, root)
	plan := reshard(t, root, 1)
	if len(plan.Moves) != 4 || len(plan.Undated) != 1 || plan.Undated[0].ID != "INC0099999" {
		t.Errorf("moves %v, leaves %v", plan.Moves, plan.Undated)
	}
	want := map[string]string{
		"records/incidents/2026-11/K/INC-2611-K7Q4.md":         "k7q4",
		"records/incidents/2026-11/K/INC-2611-K7Q4/log.txt":    "attached",
		"records/incidents/2026-11/K/INC-2611-K7Q4/notes.md":   "attached, no record",
		"records/incidents/2026-11/M/INC-2611-M3ZT.md":         "m3zt",
		"records/incidents/2026-10/5/INC0012345.md":            "given",
		"records/incidents/2026-10/5/INC0012345/deep/er/a.png": "attached",
		"records/changes/2026-11/A/CHG-2611-AB3D.md":           "ab3d",
	}
	for p, text := range filesOf(t, root) {
		if w, ok := want[p]; ok && w != text || !ok && before[p] != text {
			t.Errorf("%s holds %q", p, text)
		}
	}
	if n := len(filesOf(t, root)); n != len(before) {
		t.Errorf("%d files, want %d", n, len(before))
	}
	reshard(t, root, 2)
	if data, _ := os.ReadFile(filepath.Join(root, "records/incidents/2026-10/5/4/INC0012345.md")); string(data) != "given" {
		t.Error("shard 2 takes not the last two characters")
	}
	reshard(t, root, 0)
	if after := filesOf(t, root); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("after all that the desk holds\n%v\nwant\n%v", after, before)
	}
	if now, _ := os.ReadFile(filepath.Join(root, tree.ConfigFile)); strings.Replace(string(now), "shard: 0\n", "", 1) != string(config) {
		t.Errorf("desk.yaml is\n%s", now)
	}
	for _, dir := range []string{"records/incidents/2026-11/K", "records/incidents/2026-10/5", "records/changes/2026-11/A"} {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(dir))); err == nil {
			t.Errorf("%s is left behind", dir)
		}
	}
}

func TestAReshardThatWasKilledIsFinishedByRunningItAgain(t *testing.T) {
	whole := newWriter(t, reshardFiles()).Tree.Root
	reshard(t, whole, 1)
	want := fmt.Sprint(filesOf(t, whole))
	kills := map[string]func(t *testing.T, root string){
		"before the first record": func(t *testing.T, root string) { stopAfter(t, root, 0) },
		"after two records":       func(t *testing.T, root string) { stopAfter(t, root, 2) },
		"between attachments and record": func(t *testing.T, root string) {
			dir := filepath.Join(root, "records", "incidents", "2026-11")
			if err := errors.Join(os.Mkdir(filepath.Join(dir, "K"), 0o755), os.Rename(filepath.Join(dir, "INC-2611-K7Q4"), filepath.Join(dir, "K", "INC-2611-K7Q4"))); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, kill := range kills {
		t.Run(name, func(t *testing.T) {
			root := newWriter(t, reshardFiles()).Tree.Root
			kill(t, root)
			reshard(t, root, 1)
			if got := fmt.Sprint(filesOf(t, root)); got != want {
				t.Errorf("the desk holds\n%s\nwant\n%s", got, want)
			}
			if plan := reshard(t, root, 1); !plan.IsEmpty() {
				t.Errorf("a third run moves %v", plan.Moves)
			}
		})
	}
}

// stopAfter interrupts a reshard after some records.
func stopAfter(t *testing.T, root string, n int) {
	t.Helper()
	tr, err := tree.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	plan, err := PlanReshard(tr, 1)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if n == 0 {
		cancel()
	}
	moved := 0
	err = plan.Apply(ctx, tr, func(Relocation) {
		if moved++; moved == n {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || moved != n {
		t.Fatalf("stopped after %d with %v", moved, err)
	}
}

func TestAReshardThatIsBlockedMovesNothing(t *testing.T) {
	const month = "records/incidents/2026-11/"
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"a file is in the way": {
			map[string]string{month + "K/INC-2611-K7Q4.md/x": "", month + "INC-2611-K7Q4.md": "a"},
			[]string{month + "K/INC-2611-K7Q4.md is there already; " + month + "INC-2611-K7Q4.md would be moved to it"},
		},
		"a copy is there already": {
			map[string]string{month + "K/INC-2611-K7Q4.md": "b", month + "INC-2611-K7Q4.md": "a"},
			[]string{month + "K/INC-2611-K7Q4.md is there already; " + month + "INC-2611-K7Q4.md would be moved to it"},
		},
		"two records want one place": {
			map[string]string{month + "INC-2611-K7Q4.md": "a", "records/incidents/2026-10/INC-2611-K7Q4.md": "b"},
			[]string{month + "K/INC-2611-K7Q4.md: two records would be moved there; one is " + month + "INC-2611-K7Q4.md"},
		},
		"attachments are in the way of others": {
			map[string]string{month + "K/INC-2611-K7Q4/other.txt": "b", month + "INC-2611-K7Q4.md": "a", month + "INC-2611-K7Q4/log.txt": "a"},
			[]string{month + "K/INC-2611-K7Q4 is there already; the attachments of " + month + "INC-2611-K7Q4.md would be moved to it"},
		},
		"an id is named as a shard": {
			map[string]string{month + "7.md": "a", month + "7/log.txt": "a"},
			[]string{month + "7.md is named as the folder of a shard may be: give the record a longer id"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWriter(t, c.files)
			before := filesOf(t, w.Tree.Root)
			_, err := PlanReshard(w.Tree, 1)
			blocked := (*BlockedError)(nil)
			if !errors.As(err, &blocked) || !slices.Equal(blocked.Blocks, c.want) {
				t.Errorf("got %v", err)
			}
			if fmt.Sprint(filesOf(t, w.Tree.Root)) != fmt.Sprint(before) {
				t.Error("something was moved")
			}
		})
	}
}

func TestNothingIsMovedThroughALink(t *testing.T) {
	w := newWriter(t, map[string]string{"records/incidents/2026-11/INC-2611-K7Q4.md": "a", "elsewhere/x": ""})
	if err := os.Symlink("../../../elsewhere", filepath.Join(w.Tree.Root, "records", "incidents", "2026-11", "K")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	plan, err := PlanReshard(w.Tree, 1)
	if err == nil {
		err = plan.Apply(t.Context(), w.Tree, func(Relocation) {})
	}
	if err == nil || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("got %v", err)
	}
	if data, _ := os.ReadFile(filepath.Join(w.Tree.Root, "records/incidents/2026-11/INC-2611-K7Q4.md")); string(data) != "a" {
		t.Error("the record is gone")
	}
}

func TestTheShardIsWrittenToAnyDeskFile(t *testing.T) {
	for in, want := range map[string]string{
		"version: 1":                               "version: 1\nshard: 2\n",
		"---\nversion: 1\n":                        "---\nversion: 1\nshard: 2\n",
		"# mine\nname: x\nversion: 1\n# end\n":     "# mine\nname: x\nversion: 1\nshard: 2\n# end\n",
		"version: 1\nshard: 0   # why\nname: x\n":  "version: 1\nshard: 2   # why\nname: x\n",
		"version: 1\nroles:\n  a: [b]\nlimits: {}": "version: 1\nshard: 2\nroles:\n  a: [b]\nlimits: {}\n",
		"version: 1\nshard:\n":                     "version: 1\nshard: 2\n",
		"version: 1\nversion: 1\n":                 "",
		"[a]\n":                                    "",
		"version: 3\n":                             "",
	} {
		got, err := WithShard([]byte(in), 2)
		if string(got) != want || (err == nil) != (want != "") {
			t.Errorf("%q becomes %q, %v, want %q", in, got, err, want)
		}
	}
}
