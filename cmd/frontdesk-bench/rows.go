package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// rows returns what can be measured, in the order of the table.
func rows() []row {
	onDesk := []need{realData, command("index", "drop")}
	return []row{
		{"start", "version, and completion of an id, in the big desk", []need{realData}, startRow},
		{"list-warm", "list with a filter, index warm, big desk", onDesk, listWarmRow},
		{"list-cold", "first listing with no index, big desk", onDesk, listColdRow},
		{"list-1000", "list of 1,000 records, warm", nil, listPeersRow(1000)},
		{"list-10000", "list of 10,000 records, warm", nil, listPeersRow(10000)},
		{"text", "full text query, warm, 10,000 records", []need{command("index", "drop")}, textRow},
		{"check-cold", "check of 10,000 records, nothing cached", []need{command("index", "drop")}, checkColdRow},
		{"check-warm", "check of everything, warm, big desk", onDesk, checkWarmRow},
		{"check-remark", "check of 1,000 records and remark-lint-frontmatter-schema", []need{program("remark-lint-frontmatter-schema", remark)}, checkRemarkRow},
		{"pre-commit", "pre-commit with 5 staged records, big desk", []need{realData, command("hooks", "run"), command("hooks", "install")}, preCommitRow},
		{"create", "create the 25,000th record", []need{realData}, createRow},
		{"replay", "import --replay of the UCI log", []need{realData, command("import", "--replay")}, replayRow},
		{"log-git", "log of a record with its commits, in the replayed history", []need{realData, command("import", "--replay"), command("log", "--git")}, logRow},
		{"gate", "gate and review of one change, big desk", []need{realData, program("ssh-keygen", func(*bench) string { return "ssh-keygen" }), command("gate", "--base"), command("review", "--base")}, gateRow},
		{"receive", "pre-receive of a push, big desk", []need{realData, command("hooks", "run")}, receiveRow},
		{"audit", "audit of the replayed UCI log", []need{realData, command("import", "--replay"), command("audit", "--branch")}, auditRow},
		{"report", "report of the incidents, big desk", []need{realData, knownFigures, command("report")}, reportRow},
		{"site", "site, first build, big desk", []need{realData, program("frontdesk-site", frontdeskSite), program("stock Hugo", hugo)}, siteRow},
		{"site-again", "site, rebuild after one changed record, big desk", []need{realData, program("frontdesk-site", frontdeskSite)}, rebuildRow},
	}
}

func startRow(ctx context.Context, b *bench) ([]line, error) {
	dir, err := b.bigDesk(ctx)
	if err != nil {
		return nil, err
	}
	f, err := b.logFacts()
	if err != nil {
		return nil, err
	}
	begun := f.busiest[:len(f.busiest)-2]
	all, err := b.measure(ctx, 2*b.o.runs+1,
		subject{name: "git --version", call: call{dir: dir, args: []string{"git", "--version"}}, check: says("git version")},
		subject{name: "frontdesk version", call: call{dir: dir, args: []string{b.frontdesk(), "version"}}, check: says("frontdesk")},
		subject{name: "completion", call: call{dir: dir, args: []string{b.frontdesk(), "__complete", "show", begun}},
			check: namesExactly(`^(INC\d+)`, f.beginning(begun))})
	if err != nil {
		return nil, err
	}
	n, err := b.countGit(ctx, call{dir: dir, args: []string{b.frontdesk(), "__complete", "show", begun}})
	return []line{
		within("`frontdesk version`", all[1], 20*time.Millisecond).beside(all[1], all[0]),
		within(fmt.Sprintf("completion of an id, big desk (%d begin so)", len(f.beginning(begun))), all[2], 20*time.Millisecond).beside(all[2], all[0]).children(n, -1),
	}, err
}

// gitStatus is the yardstick for what looks at every file of a desk.
func gitStatus(dir string) subject {
	return subject{name: "git status", call: call{dir: dir, args: []string{"git", "status", "--short"}}, check: printsNothing}
}

// urgentList lists the incidents of the highest priority.
func (b *bench) urgentList(dir string, f *facts) subject {
	return subject{name: "frontdesk list", call: call{dir: dir, args: []string{b.frontdesk(), "list", "incident", "priority:P1"}}, check: namesExactly(`^(INC\d+) `, f.urgent)}
}

func listWarmRow(ctx context.Context, b *bench) ([]line, error) {
	dir, err := b.bigDesk(ctx)
	if err != nil {
		return nil, err
	}
	f, err := b.logFacts()
	if err != nil {
		return nil, err
	}
	list := b.urgentList(dir, f)
	all, err := b.measure(ctx, 2*b.o.runs+1, list, gitStatus(dir))
	if err != nil {
		return nil, err
	}
	n, err := b.countGit(ctx, list.call)
	what := fmt.Sprintf("list with a filter, index warm, big desk (%d of %d)", len(f.urgent), len(f.cases))
	return []line{against(what, all[0], all[1], 1.5).children(n, 0)}, err
}

func listColdRow(ctx context.Context, b *bench) ([]line, error) {
	dir, err := b.bigDesk(ctx)
	if err != nil {
		return nil, err
	}
	f, err := b.logFacts()
	if err != nil {
		return nil, err
	}
	list := b.urgentList(dir, f)
	list.ready = b.drop(dir)
	all, err := b.measure(ctx, b.o.runs, list, b.readDecode(dir, "records", len(f.cases)+f.groups))
	if err != nil {
		return nil, err
	}
	return []line{against("first listing with no index, big desk", all[0], all[1], 1.5)}, nil
}

// readDecode is the yardstick for what reads every record.
func (b *bench) readDecode(dir, folder string, n int) subject {
	return subject{name: "read and decode", call: call{dir: dir, args: []string{b.env.self, yardstickArg, folder}}, check: says(fmt.Sprintf("%d records, ", n))}
}

// listPeersRow lists tickets with Frontdesk and the others.
func listPeersRow(size int) func(context.Context, *bench) ([]line, error) {
	return func(ctx context.Context, b *bench) ([]line, error) {
		ts := tickets(size)
		dir, err := b.ticketDesk(ctx, size)
		if err != nil {
			return nil, err
		}
		var ids []string
		for i := range ts {
			ids = append(ids, ts[i].id)
		}
		subjects := []subject{{name: "frontdesk list", call: call{dir: dir, args: []string{b.frontdesk(), "list", "incident"}}, check: namesExactly(`^(INC-\S+) `, ids)}}
		absent, err := b.addPeers(ctx, &subjects, ts)
		if err != nil {
			return nil, err
		}
		runs := b.o.runs
		if size > 1000 {
			runs = min(runs, 3)
		}
		all, err := b.measure(ctx, runs, append(subjects, gitStatus(dir))...)
		if err != nil {
			return absent, err
		}
		n, err := b.countGit(ctx, subjects[0].call)
		if err != nil {
			return absent, err
		}
		return append(listLines(size, all, n), absent...), nil
	}
}

// listLines judges Frontdesk by its peers: faster than Backlog.md is the
// budget, faster than fossil the aim.
func listLines(size int, all []*series, children int) []line {
	what := fmt.Sprintf("list of %s records, warm", thousands(size))
	var out []line
	if size == 1000 {
		l := within(what+", and tk, the fastest of those that cannot be installed", all[0], 45*time.Millisecond)
		l.yard, l.budget = "tk 45 ms *", "faster"
		out = append(out, l)
	}
	for _, peer := range all[1:] {
		l := aside(what+", and "+peer.name, all[0], peer)
		switch {
		case peer.name == "Backlog.md" && size == 1000:
			l = faster(what+", and "+peer.name, all[0], peer)
		case peer.name == "fossil" && size == 1000:
			l.budget = "aim: faster"
		}
		out = append(out, l)
	}
	allowed := -1
	if size == 1000 {
		allowed = 0
	}
	out[0] = out[0].children(children, allowed)
	return out
}

// addPeers adds the listing of each peer that is installed, and returns a line
// for each that is not.
func (b *bench) addPeers(ctx context.Context, subjects *[]subject, ts []ticket) ([]line, error) {
	var absent []line
	missing := func(name string, place func(*bench) string) bool {
		v, why := program(name, place)(ctx, b)
		if why != "" {
			absent = append(absent, line{what: fmt.Sprintf("list of %s records with %s", thousands(len(ts)), name), verdict: v, note: why})
		}
		return why != ""
	}
	if !missing("Backlog.md", backlog) {
		dir, err := b.backlogDesk(ctx, ts)
		if err != nil {
			return nil, err
		}
		*subjects = append(*subjects, subject{name: "Backlog.md", call: call{dir: dir, args: []string{backlog(b), "task", "list", "--plain"}}, check: countsLines(`TASK-\d+ - `, len(ts))})
	}
	if !missing("fossil", fossil) {
		file, err := b.fossilFile(ctx, ts)
		if err != nil {
			return nil, err
		}
		*subjects = append(*subjects, subject{name: "fossil", call: call{args: []string{"fossil", "ticket", "show", "1", "-R", file}}, check: countsLines(`, case \d+$`, len(ts))})
	}
	return absent, nil
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func textRow(ctx context.Context, b *bench) ([]line, error) {
	const size = 10000
	dir, err := b.ticketDesk(ctx, size)
	if err != nil {
		return nil, err
	}
	var ids []string
	for i, t := range tickets(size) {
		if i%rareEvery == 0 {
			ids = append(ids, t.id)
		}
	}
	query := subject{name: "frontdesk list", call: call{dir: dir, args: []string{b.frontdesk(), "list", "incident", rareWord}}, check: namesExactly(`^(INC-\S+) `, ids)}
	grep := subject{name: "git grep -i -l", call: call{dir: dir, args: []string{"git", "grep", "-i", "-l", rareWord, "--", "records"}}, check: namesExactly(`([^/]+)\.md$`, ids)}
	all, err := b.measure(ctx, b.o.runs, query, grep)
	if err != nil {
		return nil, err
	}
	n, err := b.countGit(ctx, query.call)
	return []line{aside(fmt.Sprintf("full text query, warm, 10,000 records (%d found)", len(ids)), all[0], all[1]).children(n, -1)}, err
}

func frontdeskSite(b *bench) string { return filepath.Join(b.bin, "frontdesk-site") }

// control makes sure that a check can fail: it breaks a record, and the check
// must name it. The record is put back.
func (b *bench) control(ctx context.Context, dir, path string) error {
	name := filepath.Join(dir, path)
	before, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	broken := strings.Replace(string(before), "\nimpact: ", "\nimpact: very ", 1)
	if broken == string(before) {
		return fmt.Errorf("%s: has no impact to break", path)
	}
	if err := os.WriteFile(name, []byte(broken), 0o644); err != nil {
		return err
	}
	out, err := b.exec(ctx, call{dir: dir, args: []string{b.frontdesk(), "check"}, codes: []int{0, 1}})
	if err == nil && (out.code != 1 || !strings.Contains(out.stdout+out.stderr, path)) {
		err = wrongf("a record that was broken on purpose is not found")
	}
	if back := os.WriteFile(name, before, 0o644); err == nil {
		err = back
	}
	return err
}
