package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/records/gate"
)

// counting counts what is judged. Where it is out of order it judges nothing.
type counting struct {
	Judge
	judged     atomic.Int64
	outOfOrder bool
}

func (c *counting) Landing(ctx context.Context, commit, parent string, at time.Time) (*gate.Report, error) {
	c.judged.Add(1)
	if c.outOfOrder {
		return nil, errors.New("out of order")
	}
	return c.Judge.Landing(ctx, commit, parent, at)
}

// desk audits with what was kept, and compares that with an audit without.
type desk struct {
	*scene
	place Place
	judge *counting
	fresh *Report // of an audit without what was kept
}

func newDesk(t *testing.T) *desk {
	s := newScene(t, "")
	return &desk{scene: s, place: Place{Common: t.TempDir(), Build: "test"}, judge: &counting{Judge: gateJudge{repo: s.repo(), branch: "main"}}}
}

func (d *desk) check(judged, kept int) *Report {
	d.t.Helper()
	d.judge.judged.Store(0)
	rep := d.audit(Options{Place: d.place, Judge: d.judge})
	if int(d.judge.judged.Load()) != judged || rep.Kept != kept {
		d.t.Errorf("%d judged, %d kept, want %d, %d", d.judge.judged.Load(), rep.Kept, judged, kept)
	}
	tip := d.git("rev-parse", "HEAD")
	if d.fresh == nil || d.fresh.Tip.ID != tip {
		d.fresh = d.audit(Options{AsOf: rep.AsOf})
	}
	var have, want bytes.Buffer
	if err := errors.Join(rep.WritePopulation(&have), d.fresh.WritePopulation(&want)); err != nil {
		d.t.Fatal(err)
	}
	if have.String() != want.String() || told(rep) != told(d.fresh) || jsonOf(rep) != jsonOf(d.fresh) {
		d.t.Errorf("with what was kept:\n%s\nwithout:\n%s\n%s\n%s", &have, &want, jsonOf(rep), jsonOf(d.fresh))
	}
	return rep
}

func jsonOf(rep *Report) string {
	j := rep.JSON(nil)
	j.AsOf = ""
	data, err := json.Marshal(j)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func TestAnotherAuditCostsWhatIsNew(t *testing.T) {
	d := newDesk(t)
	play(d.scene)
	d.check(4, 0)
	d.check(0, 6)
	d.as("lee").edit(incident, "Down", "Down again")
	d.check(0, 6)
	d.as("eve").edit(pathOf(changeID), "Put the new certificate", "Put my own certificate")
	rep := d.check(1, 7)
	if rules(rep) != "not-approved" {
		t.Error(told(rep))
	}
	d.commit("Another policy", map[string]string{"schema/change.yaml": strings.Replace(policy, "need: 2", "need: 1", 1)})
	d.as("lee").edit(incident, "Down again", "Down")
	d.check(1, 8)
	d.check(0, 10)
}

func TestWhatWasKeptAndIsDamagedIsMadeAnew(t *testing.T) {
	d := newDesk(t)
	play(d.scene)
	d.check(4, 0)
	files, err := filepath.Glob(filepath.Join(d.place.Common, "frontdesk", "*", "audit-*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	good, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"a byte that differs": flip(good, len(good)/2),
		"half of it":          good[:len(good)/2],
		"another form":        append([]byte("frontdesk audit 0\n"), good[len(keptMagic):]...),
	} {
		if err := os.WriteFile(files[0], data, 0o666); err != nil {
			t.Fatal(err)
		}
		d.check(4, 0)
		if now, err := os.ReadFile(files[0]); err != nil || len(now) != len(good) {
			t.Errorf("%s: %d bytes, want %d", name, len(now), len(good))
		}
	}
	d.check(0, 6)
	if err := os.RemoveAll(d.place.Common); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.place.Common, nil, 0o666); err != nil { // nothing can be kept there
		t.Fatal(err)
	}
	d.check(4, 0)
}

func flip(data []byte, at int) []byte {
	out := bytes.Clone(data)
	out[at] ^= 1
	return out
}

func TestARewrittenBranchIsSeenAndAuditedAnew(t *testing.T) {
	d := newDesk(t)
	play(d.scene)
	d.check(4, 0)
	tip := d.git("rev-parse", "HEAD")
	d.git("reset", "--quiet", "--hard", "HEAD~1")
	d.as("lee").edit(incident, "Down", "Down again")
	rep := d.check(0, 0)
	if !strings.HasPrefix(tip, rep.Rewritten) || rep.Rewritten == "" {
		t.Errorf("%q was rewritten, want %s", rep.Rewritten, tip)
	}
	if rep := d.check(0, 6); rep.Rewritten != "" {
		t.Error("it is told again")
	}
}

func TestWhatCouldNotBeJudgedIsJudgedAgain(t *testing.T) {
	d := newDesk(t)
	d.land(changeID, "normal", "eve", "ivan")
	d.judge.outOfOrder = true
	rep := d.audit(Options{Place: d.place, Judge: d.judge})
	if rules(rep) != "not-judged" || !strings.Contains(told(rep), "out of order") {
		t.Error(told(rep))
	}
	d.judge.outOfOrder = false
	if rep := d.check(1, 3); rules(rep) != "not-approved" {
		t.Error(told(rep))
	}
	d.check(0, 3)
}

func TestWhatIsKeptIsReadAsItWasWritten(t *testing.T) {
	s := newScene(t, "")
	play(s)
	s.commit("Not a record", nil)
	repo := s.repo()
	b, err := findBranch(t.Context(), repo, "")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Judge: gateJudge{repo: repo, branch: "main"}}
	w, err := newWalk(t.Context(), repo, repo, b.tip, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := newWalk(t.Context(), repo, repo, b.tip, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.decode(w.encode()); err != nil {
		t.Fatal(err)
	}
	if len(again.entries) != len(w.entries) || !again.clock.Equal(w.clock) || again.begun != w.begun {
		t.Errorf("%d entries, want %d", len(again.entries), len(w.entries))
	}
	if !reflect.DeepEqual(again.live, w.live) {
		t.Errorf("%+v, want %+v", again.live, w.live)
	}
}

func FuzzWhatWasKept(f *testing.F) {
	k := &keeper{table: map[string]uint64{}}
	e := &Entry{Basis: Touched, Records: []string{"change/A", "change/A"}, Landings: []*Landing{{Record: "change/A"}}}
	e.find(LogChanged, "change/A", "x")
	k.entry(e)
	f.Add(k.out)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := &reader{in: data}
		for range 3 {
			r.entry()
		}
	})
}
