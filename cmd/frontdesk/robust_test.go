package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/index"
	"frontdesk/records/tree"
)

// counter is the record whose x_n the tests below set to ever higher numbers.
const counter = "INC-2611-K7Q4"

// robustDesk is a desk in a repository of its own.
func robustDesk(t *testing.T) string {
	t.Helper()
	dir := threatDesk(t)
	for i := range 40 {
		id := fmt.Sprintf("INC-2611-00%02d", i)
		putFile(t, dir, "records/incidents/2026-11/"+id+".md", "---\nid: "+id+"\ntitle: Number "+strconv.Itoa(i)+
			"\nstate: new\nrequester: dana\nimpact: low\nurgency: low\npriority: P5\nopened_at: 2026-11-03T09:12:00Z\nlog:\n"+
			"  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, priority: P5}\n---\n\n## Description\n\nText.\n")
	}
	committed(t, dir)
	return dir
}

// answers compares what the index says of a desk with its files, and returns the
// number of records and the counter.
func answers(t *testing.T, dir string) (n, count int) {
	t.Helper()
	desk, err := tree.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	truth, err := desk.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []index.Want{{Fields: []string{"title", "x_n"}}, {Text: true}} {
		have, err := openIndex(desk).Load(t.Context(), want)
		if err != nil {
			t.Fatal(err)
		}
		if have.Set.Len() != truth.Set.Len() || len(have.Unreadable) != len(truth.Unreadable) {
			t.Fatalf("the index knows %d records, the files are %d", have.Set.Len(), truth.Set.Len())
		}
		for i, r := range have.Set.All() {
			w := truth.Set.All()[i]
			if r.Path != w.Path || r.Title() != w.Title() || r.Text("x_n") != w.Text("x_n") || want.Text && !strings.EqualFold(r.Body, w.Body) {
				t.Fatalf("%s: the index says %q %q, the file %q %q", r.Path, r.Title(), r.Text("x_n"), w.Title(), w.Text("x_n"))
			}
		}
	}
	if len(truth.Unreadable) > 0 || len(truth.Problems) > 0 {
		t.Fatalf("unreadable: %v %v", truth.Unreadable, truth.Problems)
	}
	if found := truth.Set.Find(counter); len(found) == 1 {
		count, _ = strconv.Atoi(found[0].Text("x_n"))
	}
	return truth.Set.Len(), count
}

// TestKilledCommandsLeaveRecordsOldOrNew guards against half-written records and
// indexes: commands are killed at random moments.
func TestKilledCommandsLeaveRecordsOldOrNew(t *testing.T) {
	dir := robustDesk(t)
	random := rand.New(rand.NewPCG(26, 11))
	start := time.Now()
	if out, err := program(t.Context(), t, dir, "set", counter, "x_n=0").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	usual := time.Since(start)
	n, count := answers(t, dir)
	killed := 0
	for i := 1; i <= 200; i++ {
		lines := [][]string{
			{"set", counter, "x_n=" + strconv.Itoa(i)},
			{"new", "incident", "Made in time", "impact=low", "urgency=low"},
			{"comment", counter, "Comment " + strconv.Itoa(i)},
			{"list", "number", "--count"},
			{"check"},
			{"index", "rebuild"},
		}
		cmd := program(t.Context(), t, dir, lines[random.IntN(len(lines))]...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(random.Int64N(int64(usual)*3/2)), func() { _ = cmd.Process.Kill() })
		if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() < 0 {
			killed++
		}
		timer.Stop()
		nowN, nowCount := answers(t, dir)
		if nowN != n && nowN != n+1 || nowCount != count && nowCount != i {
			t.Fatalf("after command %d (%v): %d records, were %d; counter %d, was %d", i, cmd.Args[3:], nowN, n, nowCount, count)
		}
		n, count = nowN, nowCount
	}
	if killed < 50 {
		t.Errorf("only %d of 200 commands were killed", killed)
	}
	if out, err := program(t.Context(), t, dir, "set", counter, "x_n=1000").CombinedOutput(); err != nil {
		t.Errorf("after all that: %v\n%s", err, out)
	}
}

// busy is one work tree in which processes read and write at once.
type busy struct {
	*testing.T
	dir            string
	begun, done    atomic.Int64 // records made
	counted, ready atomic.Int64 // what the counter was set to
	runs           atomic.Int64
}

func (b *busy) run(ctx context.Context, args ...string) (string, bool) {
	var stderr bytes.Buffer
	cmd := program(ctx, b.T, b.dir, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && ctx.Err() == nil && !errors.As(err, new(*exec.ExitError)) || err != nil && ctx.Err() == nil && cmd.ProcessState.ExitCode() != 0 {
		b.Errorf("%v: %v\n%s", args, err, stderr.String())
	}
	b.runs.Add(1)
	return strings.TrimSpace(string(out)), err == nil
}

// write makes records and counts up.
func (b *busy) write(ctx context.Context) {
	for i := int64(1); ctx.Err() == nil; i++ {
		b.begun.Add(1)
		if _, ok := b.run(ctx, "new", "incident", "Made", "impact=low", "urgency=low"); ok {
			b.done.Add(1)
		}
		b.counted.Store(i)
		if _, ok := b.run(ctx, "set", counter, "x_n="+strconv.FormatInt(i, 10)); ok {
			b.ready.Store(i)
		}
	}
}

// read asks for what is certain: what was written before a question is in its
// answer, and nothing is that nobody has begun to write.
func (b *busy) read(ctx context.Context, first int64) {
	for ctx.Err() == nil {
		least, lowest := b.done.Load(), b.ready.Load()
		text, ok := b.run(ctx, "list", "incident", "--count")
		if n, _ := strconv.ParseInt(text, 10, 64); ok && (n < first+least || n > first+b.begun.Load()) {
			b.Errorf("%d records; at least %d and at most %d are there", n, first+least, first+b.begun.Load())
		}
		text, ok = b.run(ctx, "list", "id:"+counter, "--columns", "x_n", "--format", "csv")
		if x, _ := strconv.ParseInt(text[strings.LastIndexByte(text, '\n')+1:], 10, 64); ok && (x < lowest || x > b.counted.Load()) {
			b.Errorf("the counter is %d; it is at least %d and at most %d", x, lowest, b.counted.Load())
		}
		b.run(ctx, "check")
	}
}

// TestProcessesInTwoWorkTreesAtOnce guards the index, which both share, and the
// records against processes that read and write at the same time.
func TestProcessesInTwoWorkTreesAtOnce(t *testing.T) {
	span := 5 * time.Second
	if os.Getenv("CI") == "true" {
		span = time.Minute
	}
	dir := robustDesk(t)
	linked := filepath.Join(filepath.Dir(dir), "linked")
	runGit(t, dir, "worktree", "add", "-q", linked)
	ctx, cancel := context.WithTimeout(t.Context(), span)
	defer cancel()
	var wg sync.WaitGroup
	trees := []*busy{{T: t, dir: dir}, {T: t, dir: linked}}
	for _, b := range trees {
		n := int64(incidents(t, b.dir))
		wg.Go(func() { b.write(ctx) })
		wg.Go(func() { b.read(ctx, n) })
	}
	wg.Wait()
	for _, b := range trees {
		if b.runs.Load() < 4 {
			t.Errorf("only %d commands ran", b.runs.Load())
		}
		answers(t, b.dir)
		if out, err := program(t.Context(), t, b.dir, "set", counter, "x_n=0").CombinedOutput(); err != nil {
			t.Errorf("a lock was left behind: %v\n%s", err, out)
		}
	}
}

func incidents(t *testing.T, dir string) int {
	t.Helper()
	desk, err := tree.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	return len(desk.Names(records.Type("incident")))
}
