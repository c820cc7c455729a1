package main

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

func checkColdRow(ctx context.Context, b *bench) ([]line, error) {
	const size = 10000
	dir, err := b.ticketDesk(ctx, size)
	if err != nil {
		return nil, err
	}
	n := size + companions()
	check := subject{name: "frontdesk check", call: call{dir: dir, args: []string{b.frontdesk(), "check"}}, ready: b.drop(dir), check: says(fmt.Sprintf("no problems in %d records", n))}
	all, err := b.measure(ctx, b.o.runs, check, b.readDecode(dir, "records", n))
	if err != nil {
		return nil, err
	}
	return []line{against("check of 10,000 records, nothing cached", all[0], all[1], 2)}, b.controlSome(ctx, dir)
}

// controlSome breaks a record, now that everything is cached.
func (b *bench) controlSome(ctx context.Context, dir string) error {
	some, err := someRecords(dir, 3)
	if err != nil {
		return err
	}
	return b.control(ctx, dir, some[1])
}

func checkWarmRow(ctx context.Context, b *bench) ([]line, error) {
	dir, err := b.bigDesk(ctx)
	if err != nil {
		return nil, err
	}
	f, err := b.logFacts()
	if err != nil {
		return nil, err
	}
	records := len(f.cases) + f.groups
	check := subject{name: "frontdesk check", call: call{dir: dir, args: []string{b.frontdesk(), "check"}}, check: warns(f.unresolved, records)}
	all, err := b.measure(ctx, b.o.runs, check, gitStatus(dir))
	if err != nil {
		return nil, err
	}
	n, err := b.countGit(ctx, check.call)
	if err != nil {
		return nil, err
	}
	l := against(fmt.Sprintf("check of everything, warm, big desk (%d warnings)", f.unresolved), all[0], all[1], 2).children(n, -1)
	return []line{l}, b.controlSome(ctx, dir)
}

// warns makes a check that so many cases lack the time of their resolution, which
// is all that is wrong with the log: what else is told of it are notes.
func warns(unresolved, records int) func(output) error {
	named := countsLines(`\[workflow/resolved-at-missing\]$`, unresolved)
	sum := regexp.MustCompile(fmt.Sprintf(`^frontdesk: %d warnings(, \d+ notes)? in %d records\n$`, unresolved, records))
	return func(out output) error {
		if !sum.MatchString(out.stderr) {
			return wrongf("it does not tell of %d warnings in %d records but %q", unresolved, records, out.stderr[:min(len(out.stderr), 200)])
		}
		return named(out)
	}
}

// checkRemarkRow judges 1,000 records, and 10,000 once. Only Frontdesk judges
// more than the schema.
func checkRemarkRow(ctx context.Context, b *bench) ([]line, error) {
	small, err := b.remarkLine(ctx, 1000)
	if err != nil {
		return nil, err
	}
	big, err := b.remarkLine(ctx, 10000)
	return []line{small, big}, err
}

func (b *bench) remarkLine(ctx context.Context, size int) (line, error) {
	ts := tickets(size)
	desk, err := b.ticketDesk(ctx, size)
	if err != nil {
		return line{}, err
	}
	dir, err := b.remarkFolder(ctx, ts)
	if err != nil {
		return line{}, err
	}
	check := subject{name: "frontdesk check", call: call{dir: desk, args: []string{b.frontdesk(), "check"}}, check: says(fmt.Sprintf("no problems in %d records", size+companions()))}
	if v, _ := command("index", "drop")(ctx, b); v == "" {
		check.ready = b.drop(desk)
	}
	lint := subject{name: "remark", call: call{dir: dir, args: []string{remark(b), "records", "--quiet", "--frail", "--no-stdout", "--no-color"}}, check: printsNothing}
	what := fmt.Sprintf("check of %s records, nothing cached, and remark-lint-frontmatter-schema", thousands(size))
	all, err := b.measureCold(ctx, 1, lint)
	if err != nil {
		return line{}, err
	}
	ours, err := b.measure(ctx, 3, check)
	if err != nil {
		return line{}, err
	}
	l := aside(what, ours[0], all[0])
	l.note = fmt.Sprintf("remark needs %d MB of memory, frontdesk %d MB", all[0].memory>>20, ours[0].memory>>20)
	if size > 1000 {
		return l, nil
	}
	return l, b.controlRemark(ctx, dir, ts[1].path(), lint.call)
}

// controlRemark makes sure that remark does judge: it must find a record that
// is broken on purpose.
func (b *bench) controlRemark(ctx context.Context, dir, path string, c call) error {
	if err := edit(dir, path, "\nimpact: ", "\nimpact: very "); err != nil {
		return err
	}
	c.codes = []int{1}
	c.args = append(slices.Clone(c.args), "records")
	out, err := b.exec(ctx, c)
	if err == nil && !strings.Contains(out.stderr, filepath.Base(path)) {
		err = wrongf("remark does not find a record that was broken on purpose")
	}
	delete(b.made, filepath.Base(dir))
	return err
}

// staged stages an edit to five records of a desk and returns what puts the desk
// back.
func (b *bench) staged(ctx context.Context, dir string) error {
	some, err := someRecords(dir, 5)
	if err != nil {
		return err
	}
	for _, name := range some {
		if err := edit(dir, name, "\n## Description\n\n", "\n## Description\n\nSeen again today. "); err != nil {
			return err
		}
	}
	_, err = b.git(ctx, dir, "add", "-u")
	return err
}

func preCommitRow(ctx context.Context, b *bench) (lines []line, err error) {
	big, err := b.bigDesk(ctx)
	if err != nil {
		return nil, err
	}
	small, err := b.ticketDesk(ctx, 1000)
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{big, small} {
		if err := b.each(ctx, dir, []string{b.frontdesk(), "hooks", "install"}); err != nil {
			return nil, err
		}
		defer func() {
			undone := b.each(ctx, dir, []string{b.frontdesk(), "hooks", "uninstall"})
			if err == nil {
				err = undone
			}
			if cleaned := b.clean(ctx, dir); err == nil {
				err = cleaned
			}
		}()
		if err := b.staged(ctx, dir); err != nil {
			return nil, err
		}
	}
	return b.preCommitLines(ctx, big, small)
}

func (b *bench) preCommitLines(ctx context.Context, big, small string) ([]line, error) {
	hook := func(name, dir string) subject {
		return subject{name: name, call: call{dir: dir, args: []string{b.frontdesk(), "hooks", "run", "pre-commit"}}, check: func(output) error { return nil }}
	}
	all, err := b.measure(ctx, b.o.runs, hook("big desk", big), hook("desk of 1,000", small))
	if err != nil {
		return nil, err
	}
	commit := func(name, dir string, more ...string) subject {
		return subject{name: name, vary: true, check: func(o output) error { return committed(b, ctx, dir) }, ready: func(ctx context.Context) error { return b.uncommit(ctx, dir) },
			call: call{dir: dir, args: append([]string{"git", "commit", "-q", "-m", "Seen again"}, more...)}}
	}
	whole, err := b.measure(ctx, b.o.runs, commit("with hooks", big), commit("git commit --no-verify", big, "--no-verify"))
	if err != nil {
		return nil, err
	}
	if err := b.uncommit(ctx, big); err != nil {
		return nil, err
	}
	n, err := b.countGit(ctx, hook("", big).call)
	if err != nil {
		return nil, err
	}
	const what = "pre-commit with 5 staged records, big desk"
	return []line{
		within(what, all[0], 100*time.Millisecond).children(n, -1),
		against(what+", and in a desk of 1,000", all[0], all[1], 1.5),
		aside("git commit of them with all hooks, big desk", whole[0], whole[1]),
	}, b.refuses(ctx, big)
}

// uncommit takes back a commit of what is staged, if there is one.
func (b *bench) uncommit(ctx context.Context, dir string) error {
	out, err := b.git(ctx, dir, "log", "-1", "--format=%s")
	if err != nil || strings.TrimSpace(out.stdout) != "Seen again" {
		return err
	}
	_, err = b.git(ctx, dir, "reset", "-q", "--soft", "HEAD~1")
	return err
}

// committed makes sure that a commit holds the five records.
func committed(b *bench, ctx context.Context, dir string) error {
	out, err := b.git(ctx, dir, "show", "--format=", "--name-only", "HEAD")
	if err == nil && len(out.lines()) != 5 {
		err = wrongf("the commit holds %d files, not 5", len(out.lines()))
	}
	return err
}

// refuses makes sure that the hook judges what is staged: it must refuse one
// more record, broken on purpose.
func (b *bench) refuses(ctx context.Context, dir string) error {
	some, err := someRecords(dir, 7)
	if err != nil {
		return err
	}
	if err := edit(dir, some[3], "\nimpact: ", "\nimpact: very "); err != nil {
		return err
	}
	if _, err := b.git(ctx, dir, "add", "-u"); err != nil {
		return err
	}
	out, err := b.exec(ctx, call{dir: dir, args: []string{b.frontdesk(), "hooks", "run", "pre-commit"}, codes: []int{0, 1, 2, 3}})
	if err == nil && (out.code == 0 || !strings.Contains(out.stdout+out.stderr, filepath.Base(some[3]))) {
		err = wrongf("the hook lets a record pass that was broken on purpose")
	}
	return err
}
