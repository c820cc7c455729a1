package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// record parses a record that a test made.
func record(t testing.TB, typ records.Type, path, src string) *records.Record {
	t.Helper()
	r, ds := frontmatter.Parse(path, typ, []byte(src))
	if r == nil {
		t.Fatalf("%s: %s", path, lines(ds))
	}
	return r
}

func team(t testing.TB, id, more string) *records.Record {
	return record(t, "team", "records/teams/"+id+".md", "---\nid: "+id+"\ntitle: Team\n"+more+"---\n")
}

func input(rs ...*records.Record) *Input {
	return &Input{Desk: desk.Default(), Types: schema.BuiltIn(), Set: records.NewSet(rs), AsOf: asOf}
}

func rules(ds []diag.Diagnostic) []string {
	var out []string
	for _, d := range ds {
		out = append(out, string(d.Rule))
	}
	slices.Sort(out)
	return out
}

func TestAChainAsLongAsADeskIsFollowedInAMoment(t *testing.T) {
	const n = 25_000
	var rs []*records.Record
	for i := range n {
		rs = append(rs, team(t, fmt.Sprintf("t%05d", i), fmt.Sprintf("parent: t%05d\n", (i+1)%n)))
	}
	start := time.Now()
	ds := Graph(input(rs...))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if len(ds) != n || ds[0].Rule != ruleCircle || !strings.Contains(ds[0].Message, "circle of 25000 records") || len(ds[0].Message) > 200 {
		t.Errorf("got %d findings, the first\n%s", len(ds), lines(ds[:min(1, len(ds))]))
	}
	rs[n-1] = team(t, fmt.Sprintf("t%05d", n-1), "")
	if ds := Graph(input(rs...)); len(ds) != 0 {
		t.Errorf("an open chain gives\n%s", lines(ds))
	}
}

func TestManyRecordsOfOneIDCostNoMoreThanTheirNumber(t *testing.T) {
	var rs []*records.Record
	for i := range 10_000 {
		rs = append(rs, record(t, "team", fmt.Sprintf("records/teams/%d/same.md", i), "---\nid: same\ntitle: T\n---\n"))
	}
	ds := Graph(input(rs...))
	if len(ds) != len(rs) || ds[0].Rule != ruleDuplicateID || len(ds[9_999].Notes) != 1 {
		t.Errorf("%d findings for %d records", len(ds), len(rs))
	}
}

// TestCirclesAreFoundWhereFollowingEveryEdgeFindsThem compares with a search
// from every node.
func TestCirclesAreFoundWhereFollowingEveryEdgeFindsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "nodes")
		edges := make([][]int, n)
		for i := range n {
			edges[i] = rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 0, 3, rapid.ID).Draw(t, "edges")
			edges[i] = slices.DeleteFunc(edges[i], func(j int) bool { return i == j })
		}
		onCircle := map[int]bool{}
		for v := range n {
			seen := map[int]bool{}
			todo := slices.Clone(edges[v])
			for len(todo) > 0 {
				w := todo[0]
				todo = todo[1:]
				if !seen[w] {
					seen[w] = true
					todo = append(todo, edges[w]...)
				}
			}
			onCircle[v] = seen[v]
		}
		for _, ring := range circles(edges) {
			for i, v := range ring {
				if !onCircle[v] || !slices.Contains(edges[v], ring[(i+1)%len(ring)]) {
					t.Fatalf("edges %v: %v is no circle", edges, ring)
				}
			}
			// what hangs together with the circle is one knot with it
			for v := range n {
				if onCircle[v] && reaches(edges, v, ring[0]) && reaches(edges, ring[0], v) {
					delete(onCircle, v)
				}
			}
		}
		for v, on := range onCircle {
			if on {
				t.Fatalf("edges %v: the circle through %d was not found", edges, v)
			}
		}
	})
}

func reaches(edges [][]int, from, to int) bool {
	seen := map[int]bool{}
	todo := []int{from}
	for len(todo) > 0 {
		v := todo[0]
		todo = todo[1:]
		if v == to {
			return true
		}
		if !seen[v] {
			seen[v] = true
			todo = append(todo, edges[v]...)
		}
	}
	return false
}

func TestReferencesAreJudged(t *testing.T) {
	network := team(t, "network", "")
	for _, c := range []struct {
		name, field string
		want        []string
	}{
		{"an existing record", "parent: network", nil},
		{"an existing record with its type", "parent: team/network", nil},
		{"a person without a record", "lead: dana", nil},
		{"persons without a record in a list", "members: [dana, lee]", nil},
		{"a team that is missing", "parent: nobody", []string{"ref/dangling"}},
		{"a team that is missing, with its type", "parent: team/nobody", []string{"ref/dangling"}},
		{"a type that is wrong", "parent: service/network", []string{"ref/wrong-type"}},
		{"a person of a type that is wrong", "lead: team/network", []string{"ref/wrong-type"}},
		{"a person whose id a team has", "lead: network", nil},
		{"an id in another case", "parent: Network", []string{"ref/dangling"}},
		{"nothing", "parent:", nil},
		{"an empty text", `parent: ""`, nil},
		{"a map", "parent: {a: network}", nil},
		{"a list where one is meant", "parent: [nobody]", []string{"ref/dangling"}},
		{"a number read as text", "parent: 0042", []string{"ref/dangling"}},
		{"a team as audience", "audience: team:network", nil},
		{"a missing team as audience", "audience: team:nobody", []string{"audience/unknown-team"}},
		{"a slash alone", "parent: /", []string{"ref/dangling"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ds := Graph(input(network, team(t, "it", c.field+"\n")))
			if got := rules(ds); !slices.Equal(got, c.want) {
				t.Errorf("got\n%swant %v", lines(ds), c.want)
			}
		})
	}
}

func TestAWrongReferenceNamesTheNearest(t *testing.T) {
	ds := Graph(input(team(t, "network", ""), team(t, "it", "parent: netwrok\n")))
	if len(ds) != 1 || ds[0].Hint != `did you mean "network"?` {
		t.Errorf("got\n%s", lines(ds))
	}
}

func TestDanglingReferencesOfDoneRecordsAreInformation(t *testing.T) {
	for state, want := range map[string]diag.Severity{"new": diag.Error, "resolved": diag.Error, "closed": diag.Info, "cancelled": diag.Info} {
		r := record(t, "incident", incident, "---\nid: INC-2611-K7Q4\nstate: "+state+"\nservice: gone\n---\n")
		ds := Graph(input(r))
		if len(ds) != 1 || ds[0].Rule != ruleDangling || ds[0].Severity != want {
			t.Errorf("%s: got\n%s", state, lines(ds))
		}
	}
}
