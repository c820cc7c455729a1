//go:build !race

// Under the race detector the replay of the log takes many minutes and shows
// nothing that shorter tests do not.

package intake

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"frontdesk/records/tree"
)

// uciRow is a row of the log as the independent pass reads it.
type uciRow struct {
	id, state, by string
	count, line   int
	at            time.Time
}

// uciRows reads the log with nothing of this package.
func uciRows(t *testing.T, src Source) []uciRow {
	t.Helper()
	data, err := io.ReadAll(io.NewSectionReader(src.Data, 0, src.Size))
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var rows []uciRow
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(r).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		column := map[string]int{}
		for i, name := range lines[0] {
			column[name] = i
		}
		for n, cells := range lines[1:] {
			row := uciRow{id: cells[column["number"]], state: cells[column["incident_state"]], by: cells[column["sys_updated_by"]], line: n + 2}
			if row.count, err = strconv.Atoi(cells[column["sys_mod_count"]]); err != nil {
				t.Fatal(err)
			}
			if row.at, err = time.Parse("2/1/2006 15:04", cells[column["sys_updated_at"]]); err != nil {
				t.Fatal(err)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// statesAt returns the state of each case by the rows up to a time: of its last
// one by sys_mod_count, then by place in the file, that has a state at all.
func statesAt(rows []uciRow, at time.Time) map[string]string {
	words := map[string]string{"New": "new", "Active": "in-progress", "Awaiting User Info": "on-hold", "Awaiting Vendor": "on-hold",
		"Awaiting Problem": "on-hold", "Awaiting Evidence": "on-hold", "Resolved": "resolved", "Closed": "closed"}
	last := map[string]uciRow{}
	for _, r := range rows {
		if was, ok := last[r.id]; words[r.state] != "" && !r.at.After(at) && (!ok || r.count >= was.count) {
			last[r.id] = r
		}
	}
	states := map[string]string{}
	for id, r := range last {
		states[id] = words[r.state]
	}
	return states
}

func TestTheUCILogIsReplayed(t *testing.T) {
	src := realData(t, "uci-servicenow-incidents.csv.zip")
	if testing.Short() {
		t.Skip("makes 141,713 commits")
	}
	hermetic(t)
	m, err := Preset("servicenow")
	if err != nil {
		t.Fatal(err)
	}
	desk, repo := committed(t)
	res, err := Replay(t.Context(), desk, repo, m, src, ReplayOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if res.Commits != 141713 || res.Left != 0 || res.Created["incident"] != 24918 || len(res.Problems) != 5 {
		t.Errorf("%d commits, %d rows left, created %v, %d problems", res.Commits, res.Left, res.Created, len(res.Problems))
	}
	if n := gitIn(t, desk.Root, "rev-list", "--count", "main..replay"); n != "141713" {
		t.Errorf("the branch has %s commits", n)
	}
	rows := uciRows(t, src)
	t.Run("authors and times are those of the rows", func(t *testing.T) { checkAuthors(t, desk.Root, rows) })
	for _, at := range []string{"2016-04-01T00:00:00Z", "2016-04-15T12:34:00Z", "2016-04-30T23:59:59Z"} {
		t.Run("states at "+at, func(t *testing.T) {
			when, _ := time.Parse(time.RFC3339, at)
			files, err := repo.At(t.Context(), gitIn(t, desk.Root, "rev-list", "-1", "--before="+at, "replay"))
			if err != nil {
				t.Fatal(err)
			}
			then, err := tree.OpenFS("then", files)
			if err != nil {
				t.Fatal(err)
			}
			loaded, err := then.Load(t.Context())
			if err != nil || len(loaded.Problems) > 0 {
				t.Fatal(loaded.Problems, err)
			}
			got := map[string]string{}
			for _, r := range loaded.Set.All() {
				if r.Type == "incident" {
					got[string(r.ID)] = string(r.State())
				}
			}
			if want := statesAt(rows, when); !maps.Equal(got, want) || len(want) < 5000 {
				t.Errorf("%d cases, want %d; %s", len(got), len(want), firstDifference(got, want))
			}
		})
	}
	t.Run("the tree at the end is that of the plain import", func(t *testing.T) {
		if _, err := Run(t.Context(), desk, m, src, Options{}); err != nil {
			t.Fatal(err)
		}
		gitIn(t, desk.Root, "add", "--all")
		if got, want := gitIn(t, desk.Root, "rev-parse", "replay^{tree}"), gitIn(t, desk.Root, "write-tree"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// checkAuthors compares who wrote each commit and when with the rows.
func checkAuthors(t *testing.T, root string, rows []uciRow) {
	t.Helper()
	line := func(id, by string, at time.Time) string { return fmt.Sprintf("%s %s %d", id, by, at.Unix()) }
	want := map[string]int{}
	for _, r := range rows {
		want[line(r.id, clean(r.by, []Step{Slug}), r.at)]++
	}
	got := map[string]int{}
	for _, l := range bytes.Split([]byte(gitIn(t, root, "log", "--format=%s\x01%an\x01%at", "main..replay")), []byte("\n")) {
		parts := bytes.Split(l, []byte("\x01"))
		id, _, _ := bytes.Cut(parts[0], []byte(":"))
		got[string(id)+" "+string(parts[1])+" "+string(parts[2])]++
	}
	for l := range got {
		if l[:3] != "INC" {
			delete(got, l) // the opening commit
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("%d distinct, want %d", len(got), len(want))
	}
}

func firstDifference(got, want map[string]string) string {
	ids := slices.Collect(maps.Keys(want))
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(a, b) })
	for _, id := range ids {
		if got[id] != want[id] {
			return fmt.Sprintf("%s is %q, want %q", id, got[id], want[id])
		}
	}
	return "no case is missing"
}
