package write

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/records/diag"
	"frontdesk/records/tree"
	"frontdesk/schema"
	"frontdesk/schema/workflow"
)

var nine = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)

// newWriter makes a desk with the files and a writer for lee at nine o'clock.
func newWriter(t *testing.T, files map[string]string) *Writer {
	t.Helper()
	dir := t.TempDir()
	if _, err := tree.Create(dir, "Test"); err != nil {
		t.Fatal(err)
	}
	for p, text := range files {
		full := filepath.Join(dir, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tr, err := tree.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tr.Close() })
	return &Writer{Tree: tr, By: "lee", Now: nine, Random: rand.Reader, Durability: tree.Fast}
}

const incidentPath = "records/incidents/2026-11/INC-2611-K7Q4.md"

const incident = `---
id: INC-2611-K7Q4
title: VPN drops   # as dana put it
x_ours: {keep: "me"}
state: new
impact: medium
urgency: high
priority: P2
unknown_key: 1
opened_at: 2026-11-03T08:00:00Z
log:
  - {at: 2026-11-03T08:00:00Z, by: dana, state: new, priority: P2}
---

## Description

Since this morning.

## Comments

## Work notes
`

func as(t *testing.T, words ...string) []Assignment {
	t.Helper()
	var out []Assignment
	for _, w := range words {
		a, err := ParseAssignment(w)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	return out
}

func content(t *testing.T, w *Writer, p string) string {
	t.Helper()
	data, err := w.Tree.Read(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestSetChangesTheLinesItMeans(t *testing.T) {
	cases := []struct {
		name    string
		set     []string
		replace []string // pairs of old and new in the file
	}{
		{"an untracked field adds no log line", []string{"category=network"}, []string{
			"state: new\n", "state: new\ncategory: network\n"}},
		{"a tracked field adds a log line", []string{"assignee=@me"}, []string{
			"state: new\n", "assignee: lee\nstate: new\n",
			"priority: P2}\n", "priority: P2}\n  - {at: 2026-11-03T09:00:00Z, by: lee, assignee: lee}\n"}},
		{"impact changes the priority that follows from it", []string{"impact=high"}, []string{
			"impact: medium", "impact: high", "priority: P2\nunknown", "priority: P1\nunknown",
			"priority: P2}\n", "priority: P2}\n  - {at: 2026-11-03T09:00:00Z, by: lee, priority: P1}\n"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWriter(t, map[string]string{incidentPath: incident})
			ch, err := w.Set(context.Background(), "k7q4", as(t, c.set...)...)
			if err != nil {
				t.Fatal(err)
			}
			// New keys may stand in other places; every old line must be there, in order.
			got := strings.Split(content(t, w, incidentPath), "\n")
			want := incident
			for i := 0; i < len(c.replace); i += 2 {
				want = strings.Replace(want, c.replace[i], c.replace[i+1], 1)
			}
			wantLines := strings.Split(want, "\n")
			slices.Sort(got)
			slices.Sort(wantLines)
			if !slices.Equal(got, wantLines) {
				t.Errorf("got\n%s", ch.After.Source)
			}
		})
	}
}

func TestAWorkingDay(t *testing.T) {
	w := newWriter(t, map[string]string{incidentPath: incident})
	steps := [][]string{
		{"state=in-progress", "assignee=@me"},
		{"state=on-hold", "hold=user"},
		{"state=in-progress"},
		{"state=resolved", "resolution_code=fixed", "resolution=Replaced\nthe modem."},
		{"state=in-progress"},
		{"state=resolved"},
		{"state=closed"},
	}
	for i, s := range steps {
		w.Now = nine.Add(time.Duration(i) * time.Hour)
		if _, err := w.Set(context.Background(), "k7q4", as(t, s...)...); err != nil {
			t.Fatalf("step %d %v: %v", i, s, err)
		}
	}
	r, _ := w.Tree.LoadOne(tree.Name{Type: "incident", ID: "INC-2611-K7Q4", Path: incidentPath})
	events, _ := r.Log()
	if len(events) != 8 || events[2].Get("hold").String() != "user" || events[3].Get("hold") == nil || !events[3].Get("hold").IsNull() {
		t.Errorf("log is\n%s", r.Source)
	}
	if r.Text("resolved_at") != "2026-11-03T14:00:00Z" || r.Text("closed_at") != "2026-11-03T15:00:00Z" || r.Get("hold") != nil {
		t.Errorf("times are wrong in\n%s", r.Source)
	}
	for _, kept := range []string{"title: VPN drops   # as dana put it\n", "x_ours: {keep: \"me\"}\n", "unknown_key: 1\n", "\nSince this morning.\n"} {
		if !strings.Contains(string(r.Source), kept) {
			t.Errorf("%q is lost in\n%s", kept, r.Source)
		}
	}
}

func TestARefusedChangeLeavesTheFileAsItWas(t *testing.T) {
	cases := map[string]struct {
		set  []string
		want any
	}{
		"a step that the workflow lacks":  {[]string{"state=closed"}, new(*workflow.StepError)},
		"a state that is none":            {[]string{"state=done"}, new(*workflow.StepError)},
		"a field that is required there":  {[]string{"state=in-progress"}, new(*RefusedError)},
		"a value that is not listed":      {[]string{"impact=huge"}, new(*RefusedError)},
		"a field that is none":            {[]string{"impcat=high"}, new(*FieldError)},
		"a service that is not there":     {[]string{"service=vpn"}, new(*RefusedError)},
		"the log":                         {[]string{"log=x"}, new(*FieldError)},
		"the id":                          {[]string{"id=x"}, new(*FieldError)},
		"a list operation on a scalar":    {[]string{"title+=x"}, new(*FieldError)},
		"a priority against the matrix":   {[]string{"priority=P1"}, new(*RefusedError)},
		"a control character":             {[]string{"title=a\x1b[31m"}, new(*RefusedError)},
		"the removal of a required field": {[]string{"title="}, new(*RefusedError)},
		"the removal of the state":        {[]string{"state="}, new(*FieldError)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWriter(t, map[string]string{incidentPath: incident})
			_, err := w.Set(context.Background(), "k7q4", as(t, c.set...)...)
			if err == nil || !errors.As(err, c.want) {
				t.Errorf("got %T: %v", err, err)
			}
			if content(t, w, incidentPath) != incident {
				t.Error("the file changed")
			}
		})
	}
}

func TestRulesThatCompareWithTheOldRecordHold(t *testing.T) {
	w := newWriter(t, nil)
	ctx := context.Background()
	c, err := w.New(ctx, Spec{Type: "change", Fields: as(t, "title=Renew", "kind=normal")})
	if err != nil {
		t.Fatal(err)
	}
	id := string(c.After.ID)
	if _, err := w.Set(ctx, id, as(t, "kind=standard")...); err != nil {
		t.Errorf("the kind of a new change: %v", err)
	}
	if _, err := w.Set(ctx, id, as(t, "kind=normal", "state=assess", "assignee=lee")...); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Set(ctx, id, as(t, "kind=standard")...); !errors.As(err, new(*RefusedError)) {
		t.Errorf("the kind of a change that is being assessed: %v", err)
	}
}

func TestAWriteBringsNoCircleAndNoUnknownAudience(t *testing.T) {
	asset := func(id, more string) string {
		return "---\nid: " + id + "\ntitle: x\nstate: in-stock\nclass: computer\n" + more + "log:\n  - {at: 2026-11-03T08:00:00Z, by: dana, state: in-stock}\n---\n"
	}
	w := newWriter(t, map[string]string{
		incidentPath: incident, "records/assets/A.md": asset("A", ""), "records/assets/B.md": asset("B", "parent: A\n"), "records/assets/C.md": asset("C", "parent: B\n"),
	})
	ctx := context.Background()
	var refused *RefusedError
	if _, err := w.Set(ctx, "asset/A", as(t, "parent=C")...); !errors.As(err, &refused) || refused.Diagnostics[0].Rule != "ref/circle" {
		t.Errorf("a circle: %v", err)
	}
	if _, err := w.Set(ctx, "k7q4", as(t, "audience=team:nope")...); !errors.As(err, &refused) {
		t.Errorf("an audience that is not there: %v", err)
	}
}

func TestAClosedStateIsEnteredWithWhatItRequires(t *testing.T) {
	for _, typ := range schema.BuiltIn().All() {
		for _, s := range typ.States {
			if !s.Category.IsDone() || len(s.Require) == 0 {
				continue
			}
			w := newWriter(t, nil)
			spec := Spec{Type: typ.Name, ID: "x-1", Fields: as(t, "title=x", "state="+string(s.Name))}
			if typ.Scheme == schema.Month {
				spec.ID = ""
			}
			var refused *RefusedError
			if _, err := w.New(context.Background(), spec); !errors.As(err, &refused) {
				t.Errorf("%s in state %s without %v: %v", typ.Name, s.Name, s.Require, err)
			}
		}
	}
}

func TestAListThatGrowsOrShrinksKeepsItsLines(t *testing.T) {
	const list = "watchers:\n  - ann   # boss\n  # note\n  - bob\n"
	w := newWriter(t, map[string]string{incidentPath: strings.Replace(incident, "state: new\n", "state: new\n"+list, 1)})
	ctx := context.Background()
	for _, c := range []struct{ set, want string }{
		{"watchers+=ann", list}, {"watchers+=cyd,ann", list + "  - cyd\n"}, {"watchers-=bob", "watchers:\n  - ann   # boss\n  # note\n  - cyd\n"},
	} {
		if _, err := w.Set(ctx, "k7q4", as(t, c.set)...); err != nil {
			t.Fatal(err)
		}
		if got := content(t, w, incidentPath); !strings.Contains(got, c.want) {
			t.Errorf("%s:\n%s", c.set, got)
		}
	}
}

func TestAPriorityOverrideCanBeTakenBack(t *testing.T) {
	w := newWriter(t, map[string]string{incidentPath: incident})
	ctx := context.Background()
	if _, err := w.Set(ctx, "k7q4", as(t, "priority=P1", "priority_reason=the board")...); err != nil {
		t.Fatal(err)
	}
	c, err := w.Set(ctx, "k7q4", as(t, "priority_reason=")...)
	if err != nil || c.After.Text("priority") != "P2" || c.After.Get("priority_reason") != nil {
		t.Errorf("%v\n%s", err, c.After.Source)
	}
}

func TestClocksMayDifferALittle(t *testing.T) {
	ahead := strings.Replace(incident, "{at: 2026-11-03T08:00:00Z", "{at: 2026-11-03T09:03:00Z", 1)
	w := newWriter(t, map[string]string{incidentPath: ahead})
	c, err := w.Set(context.Background(), "k7q4", as(t, "assignee=lee")...)
	if err != nil || !strings.Contains(string(c.After.Source), "{at: 2026-11-03T09:03:00Z, by: lee, assignee: lee}") {
		t.Errorf("three minutes: %v", err)
	}
	far := strings.Replace(incident, "{at: 2026-11-03T08:00:00Z", "{at: 2026-11-03T10:00:00Z", 1)
	w = newWriter(t, map[string]string{incidentPath: far})
	if _, err := w.Set(context.Background(), "k7q4", as(t, "assignee=lee")...); !errors.As(err, new(*FieldError)) {
		t.Errorf("an hour: %v", err)
	}
}

func TestAChangeByHandIsLoggedBeforeTheNext(t *testing.T) {
	byHand := strings.Replace(incident, "state: new\n", "state: in-progress\nassignee: lee\n", 1)
	w := newWriter(t, map[string]string{incidentPath: byHand})
	c, err := w.Set(context.Background(), "k7q4", as(t, "state=resolved", "resolution=x", "resolution_code=fixed")...)
	if err != nil {
		t.Fatal(err)
	}
	want := "  - {at: 2026-11-03T09:00:00Z, by: lee, state: in-progress, assignee: lee}\n  - {at: 2026-11-03T09:00:00Z, by: lee, state: resolved}\n"
	if !strings.Contains(string(c.After.Source), want) {
		t.Errorf("got\n%s", c.After.Source)
	}
}

func TestOldMistakesDoNotStandInTheWay(t *testing.T) {
	broken := strings.Replace(incident, "impact: medium", "impact: huge", 1)
	w := newWriter(t, map[string]string{incidentPath: broken})
	if _, err := w.Set(context.Background(), "k7q4", as(t, "category=network")...); err != nil {
		t.Errorf("a record with an old mistake: %v", err)
	}
}

func TestNothingToDoWritesNothing(t *testing.T) {
	w := newWriter(t, map[string]string{incidentPath: incident})
	c, err := w.Set(context.Background(), "k7q4", as(t, "state=new", "impact=medium")...)
	if err != nil || !c.IsEmpty() || content(t, w, incidentPath) != incident {
		t.Errorf("change %+v, %v", c, err)
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	w := newWriter(t, map[string]string{incidentPath: incident})
	w.Dry = true
	c, err := w.Set(context.Background(), "k7q4", as(t, "impact=high")...)
	if err != nil || c.IsEmpty() || content(t, w, incidentPath) != incident {
		t.Errorf("change %+v, %v", c, err)
	}
	if c, err = w.New(context.Background(), Spec{Type: "team", Fields: as(t, "title=Network")}); err != nil || w.Tree.Exists(c.After.Path) {
		t.Errorf("new: %v", err)
	}
}

func TestLists(t *testing.T) {
	w := newWriter(t, map[string]string{incidentPath: incident})
	ctx := context.Background()
	for _, s := range []string{"watchers+=ann,bob", "watchers+=bob,@me", "watchers-=ann"} {
		if _, err := w.Set(ctx, "k7q4", as(t, s)...); err != nil {
			t.Fatal(err)
		}
	}
	if got := content(t, w, incidentPath); !strings.Contains(got, "watchers: [bob, lee]\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestNewMakesARecordThatChecks(t *testing.T) {
	w := newWriter(t, nil)
	ctx := context.Background()
	if _, err := w.New(ctx, Spec{Type: "team", Fields: as(t, "title=Network")}); err != nil {
		t.Fatal(err)
	}
	c, err := w.New(ctx, Spec{Type: "incident", Fields: as(t, "title=Mail: down", "impact=high", "urgency=high", "team=network"), Text: "No mail."})
	if err != nil {
		t.Fatal(err)
	}
	r := c.After
	if r.Text("priority") != "P1" || r.Text("opened_at") != "2026-11-03T09:00:00Z" || r.State() != "new" || r.Title() != "Mail: down" {
		t.Errorf("record is\n%s", r.Source)
	}
	if !strings.HasPrefix(string(r.ID), "INC-2611-") || r.Path != "records/incidents/2026-11/"+string(r.ID)+".md" {
		t.Errorf("id %s at %s", r.ID, r.Path)
	}
	if events, _ := r.Log(); len(events) != 1 || events[0].By != "lee" || events[0].Get("team").String() != "network" {
		t.Errorf("log of\n%s", r.Source)
	}
	if ds := append(w.judge(r), w.dangling(c)...); diag.Count(ds, diag.Error) > 0 {
		t.Errorf("findings: %v", ds)
	}
	if !strings.Contains(r.Body, "## Description\n\nNo mail.\n") {
		t.Errorf("body is %q", r.Body)
	}
}

func TestIdsOfNamedThings(t *testing.T) {
	w := newWriter(t, map[string]string{"records/knowledge/net/reset-token.md": "---\nid: reset-token\ntitle: x\n---\n"})
	ctx := context.Background()
	c, err := w.New(ctx, Spec{Type: "team", Fields: as(t, "title=Network & Voice")})
	if err != nil || c.After.ID != "network-voice" {
		t.Errorf("team: %v, %v", c, err)
	}
	for _, s := range []Spec{
		{Type: "team", Fields: as(t, "title=Network, voice")},
		{Type: "knowledge", ID: "reset-token", Fields: as(t, "title=x")},
		{Type: "asset", Fields: as(t, "title=Laptop")},
		{Type: "asset", ID: "CON", Fields: as(t, "title=Laptop")},
		{Type: "asset", ID: "../../x", Fields: as(t, "title=Laptop")},
		{Type: "knowledge", ID: "x", Folder: "../..", Fields: as(t, "title=x")},
		{Type: "knowledge", ID: "x", Folder: "a/.git", Fields: as(t, "title=x")},
	} {
		if _, err := w.New(ctx, s); !errors.As(err, new(*FieldError)) {
			t.Errorf("%s %q in %q: %v", s.Type, s.ID, s.Folder, err)
		}
	}
	c, err = w.New(ctx, Spec{Type: "knowledge", ID: "vpn-howto", Folder: "net/vpn", Fields: as(t, "title=VPN"), Text: "Do this."})
	if err != nil || c.After.Path != "records/knowledge/net/vpn/vpn-howto.md" {
		t.Errorf("knowledge: %v", err)
	}
}

func TestATakenIdIsNotReused(t *testing.T) {
	w := newWriter(t, nil)
	ctx := context.Background()
	w.Random = bytes.NewReader(make([]byte, 40))
	first, err := w.New(ctx, Spec{Type: "incident", Fields: as(t, "title=a")})
	if err != nil || first.After.ID != "INC-2611-0000" {
		t.Fatalf("first: %v", err)
	}
	w.Random = bytes.NewReader(make([]byte, 40))
	second, err := w.New(ctx, Spec{Type: "incident", Fields: as(t, "title=b")})
	if err != nil || second.After.ID != "INC-2611-00000" {
		t.Errorf("second: %v", err)
	}
}

func TestCommentsGoWhereTheyBelong(t *testing.T) {
	w := newWriter(t, map[string]string{incidentPath: incident})
	ctx := context.Background()
	if _, err := w.Comment(ctx, "k7q4", "Could you send\x1b[31m the log?\r\n", false); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Comment(ctx, "k7q4", "## Comments\n\nA trap.", true); err != nil {
		t.Fatal(err)
	}
	want := "## Comments\n\n### 2026-11-03T09:00:00Z lee\n\nCould you send[31m the log?\n\n## Work notes\n\n### 2026-11-03T09:00:00Z lee\n\n##### Comments\n\nA trap.\n"
	if got := content(t, w, incidentPath); !strings.HasSuffix(got, want) {
		t.Errorf("got\n%s", got)
	}
}

func TestACommentBringsItsSection(t *testing.T) {
	bare := incident[:strings.Index(incident, "## Comments")] + "## Work notes\n\nOld.\n"
	w := newWriter(t, map[string]string{incidentPath: bare})
	if _, err := w.Comment(context.Background(), "k7q4", "Hello.", false); err != nil {
		t.Fatal(err)
	}
	if got := content(t, w, incidentPath); !strings.HasSuffix(got, "morning.\n\n## Comments\n\n### 2026-11-03T09:00:00Z lee\n\nHello.\n\n## Work notes\n\nOld.\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestWritersAtOnceLoseNothing(t *testing.T) {
	w := newWriter(t, map[string]string{incidentPath: incident})
	people := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	var wg sync.WaitGroup
	for _, p := range people {
		wg.Go(func() {
			if _, err := w.Set(context.Background(), "k7q4", Assignment{Field: "watchers", Op: Add, Text: p}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	r, _ := w.Tree.LoadOne(tree.Name{Type: "incident", ID: "INC-2611-K7Q4", Path: incidentPath})
	if got := r.Get("watchers").Strings(); len(got) != len(people) {
		t.Errorf("watchers are %v", got)
	}
}

func TestUnreadableAmbiguousAndMissingRecordsAreNamed(t *testing.T) {
	w := newWriter(t, map[string]string{
		incidentPath: "---\nid: x\nid: y\n---\n", "records/services/vpn.md": "---\nid: vpn\n---\n", "records/teams/vpn.md": "---\nid: vpn\n---\n",
	})
	ctx, a := context.Background(), Assignment{Field: "title", Op: Assign, Text: "x"}
	if _, err := w.Set(ctx, "k7q4", a); !errors.As(err, new(*UnreadableError)) {
		t.Errorf("unreadable: %v", err)
	}
	if _, err := w.Set(ctx, "vpn", a); !errors.As(err, new(*AmbiguousError)) {
		t.Errorf("ambiguous: %v", err)
	}
	if _, err := w.Set(ctx, "none", a); !errors.As(err, new(*NotFoundError)) {
		t.Errorf("missing: %v", err)
	}
	w.By = ""
	if _, err := w.Set(ctx, "vpn", a); !errors.Is(err, ErrNoActor) {
		t.Errorf("nobody: %v", err)
	}
}

func TestSummaryTellsTheChangeInWords(t *testing.T) {
	w := newWriter(t, map[string]string{incidentPath: incident})
	c, err := w.Set(context.Background(), "k7q4", as(t, "state=in-progress", "assignee=lee", "category=")...)
	if err != nil || c.Summary() != "assignee lee, state new -> in-progress" && c.Summary() != "state new -> in-progress, assignee lee" {
		t.Errorf("summary is %q, %v", c.Summary(), err)
	}
	if c, _ := w.Set(context.Background(), "k7q4", as(t, "resolution=a\nb")...); c.Summary() != "resolution" {
		t.Errorf("summary is %q", c.Summary())
	}
}

func TestParseAssignment(t *testing.T) {
	for s, want := range map[string]Assignment{
		"a=b": {"a", Assign, "b"}, "a=": {"a", Assign, ""}, "a=b=c": {"a", Assign, "b=c"}, "a+=b": {"a", Add, "b"}, "a-=b": {"a", Remove, "b"},
	} {
		if got, err := ParseAssignment(s); err != nil || got != want {
			t.Errorf("%q is %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "a", "=b", " =b"} {
		if _, err := ParseAssignment(s); err == nil {
			t.Errorf("%q is accepted", s)
		}
	}
}

func FuzzSlug(f *testing.F) {
	f.Add("Reset a token")
	f.Fuzz(func(t *testing.T, s string) {
		if got := Slug(s); Slug(got) != got || len(got) > 48 || strings.Trim(got, "-") != got {
			t.Errorf("%q -> %q", s, got)
		}
	})
}
