package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// createRow makes records in the big desk and the first one in an empty desk.
func createRow(ctx context.Context, b *bench) ([]line, error) {
	big, err := b.bigDesk(ctx)
	if err != nil {
		return nil, err
	}
	empty, err := b.folder("empty", func(dir string) error { return b.emptyDesk(ctx, dir) })
	if err != nil {
		return nil, err
	}
	create := func(name, dir string, ready func(context.Context) error) subject {
		return subject{name: name, vary: true, ready: ready, call: call{dir: dir, args: []string{b.frontdesk(), "new", "incident", "Printer on fire", "impact=high", "urgency=high", "--as", "lee"}},
			check: func(out output) error { return created(dir, out) }}
	}
	first := create("the first", empty, func(ctx context.Context) error { return b.clean(ctx, empty) })
	all, err := b.measure(ctx, 2*b.o.runs+1, create("new", big, nil), first)
	if err != nil {
		return nil, err
	}
	n, err := b.countGit(ctx, create("", big, nil).call)
	if err != nil {
		return nil, err
	}
	return []line{against("create the 25,000th record", all[0], all[1], 1.2).children(n, -1)}, b.clean(ctx, big)
}

// created makes sure that the record is there which a command says it made.
func created(dir string, out output) error {
	data, err := os.ReadFile(filepath.Join(dir, strings.TrimSpace(out.stdout)))
	if err != nil {
		return wrongf("the record is not there: %s", err)
	}
	if !strings.Contains(string(data), "\ntitle: Printer on fire\n") || !strings.Contains(string(data), "\npriority: P1\n") {
		return wrongf("the record lacks what it was given")
	}
	return nil
}

// replayed is where a history was replayed to.
const replayed = "replay"

// replayDesk makes an empty desk whose first commit is always the same, so that
// a stream made for one fits another.
func (b *bench) replayDesk(ctx context.Context, dir string) error {
	seed, err := b.folder("seed", func(dir string) error { return b.emptyDesk(ctx, dir) })
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return b.each(ctx, b.work, []string{"cp", "-a", seed, dir})
}

// history returns a repository with the replayed log on the branch replay.
func (b *bench) history(ctx context.Context) (string, error) {
	return b.folder("history", func(dir string) error {
		if err := b.replayDesk(ctx, dir); err != nil {
			return err
		}
		_, err := b.exec(ctx, b.replay(dir))
		return err
	})
}

// replay returns the call that replays the log; its exit status is 1 where
// rows of the log cannot be read, as five of the real one.
func (b *bench) replay(dir string, more ...string) call {
	return call{dir: dir, args: append([]string{b.frontdesk(), "import", "servicenow", b.log(), "--replay"}, more...), codes: []int{0, 1}}
}

func replayRow(ctx context.Context, b *bench) ([]line, error) {
	f, err := b.logFacts()
	if err != nil {
		return nil, err
	}
	big, err := b.bigDesk(ctx)
	if err != nil {
		return nil, err
	}
	want, err := b.git(ctx, big, "rev-parse", "HEAD^{tree}")
	if err != nil {
		return nil, err
	}
	dir, fed, stream := filepath.Join(b.work, "history"), filepath.Join(b.work, "fed"), filepath.Join(b.work, "stream")
	if err := b.replayDesk(ctx, fed); err != nil {
		return nil, err
	}
	if _, err := b.exec(ctx, b.replay(fed, "--stream", stream)); err != nil {
		return nil, err
	}
	check := func(dir string) func(output) error {
		return func(output) error { return b.sameHistory(ctx, dir, f.rows, strings.TrimSpace(want.stdout)) }
	}
	ready := func(dir string) func(context.Context) error {
		return func(ctx context.Context) error { return b.replayDesk(ctx, dir) }
	}
	all, err := b.measureCold(ctx, 2,
		subject{name: "frontdesk import --replay", call: b.replay(dir), ready: ready(dir), check: check(dir)},
		subject{name: "git fast-import", call: call{dir: fed, args: []string{"git", "fast-import", "--quiet"}, stdin: stream}, ready: ready(fed), check: check(fed)})
	if err != nil {
		return nil, err
	}
	b.made["history"] = dir
	l := against(fmt.Sprintf("import --replay of the UCI log (%s rows)", thousands(f.rows)), all[0], all[1], 2)
	return []line{l}, b.sameHead(ctx, dir, fed, stream)
}

// sameHistory makes sure that a history has a commit a row, and ends in the
// tree that the plain import makes.
func (b *bench) sameHistory(ctx context.Context, dir string, rows int, tree string) error {
	commits, err := b.git(ctx, dir, "rev-list", "--count", "main.."+replayed)
	if err != nil {
		return err
	}
	end, err := b.git(ctx, dir, "rev-parse", replayed+"^{tree}")
	if err != nil {
		return err
	}
	// One commit more than rows brings what the records need.
	if got, want := strings.TrimSpace(commits.stdout), fmt.Sprint(rows+1); got != want {
		return wrongf("there are %s commits, not %s", got, want)
	}
	if got := strings.TrimSpace(end.stdout); got != tree {
		return wrongf("the last commit's tree is not that of the plain import")
	}
	return nil
}

// sameHead makes sure that both histories are the same, and removes what is no
// longer needed.
func (b *bench) sameHead(ctx context.Context, dir, fed, stream string) error {
	ours, err := b.git(ctx, dir, "rev-parse", replayed)
	if err != nil {
		return err
	}
	theirs, err := b.git(ctx, fed, "rev-parse", replayed)
	if err == nil && ours.stdout != theirs.stdout {
		err = wrongf("git fast-import makes another history of the stream")
	}
	os.Remove(stream)
	os.RemoveAll(fed)
	return err
}

// logRow asks for the commits behind the record with the most events.
func logRow(ctx context.Context, b *bench) ([]line, error) {
	f, err := b.logFacts()
	if err != nil {
		return nil, err
	}
	dir, err := b.history(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := b.git(ctx, dir, "checkout", "-q", replayed); err != nil {
		return nil, err
	}
	path, err := b.git(ctx, dir, "ls-files", "*/"+f.busiest+".md")
	if err != nil {
		return nil, err
	}
	name := strings.TrimSpace(path.stdout)
	log := subject{name: "frontdesk log --git", call: call{dir: dir, args: []string{b.frontdesk(), "log", f.busiest, "--git"}}, check: says("updated-by-")}
	git := subject{name: "git log -- path", call: call{dir: dir, args: []string{"git", "log", "--format=%H", "--", name}}, check: countsAtMost(f.most)}
	all, err := b.measure(ctx, 2, log, git)
	if err != nil {
		return nil, err
	}
	if err := sameCommits(all[0].last, all[1].last); err != nil {
		return nil, err
	}
	n, err := b.countGit(ctx, log.call)
	what := fmt.Sprintf("log --git of a record with %d events, replayed history", f.most)
	return []line{aside(what, all[0], all[1]).children(n, -1)}, err
}

// countsAtMost makes a check that there are some lines, and no more than events:
// rows that change nothing in their record have commits that do not touch it.
func countsAtMost(events int) func(output) error {
	return func(out output) error {
		if n := len(out.lines()); n == 0 || n > events {
			return wrongf("there are %d commits for %d events", n, events)
		}
		return nil
	}
}

// sameCommits makes sure that a log names each commit that git names.
func sameCommits(log, git output) error {
	for _, id := range git.lines() {
		if !strings.Contains(log.stdout, id[:7]) {
			return wrongf("the log does not name commit %s", id[:12])
		}
	}
	return nil
}
