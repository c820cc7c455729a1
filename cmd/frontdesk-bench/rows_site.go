package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// siteBuild is a build of a desk's site into a folder.
func (b *bench) siteBuild(desk, out string, flags ...string) call {
	return call{dir: desk, args: append([]string{frontdeskSite(b), "build", "--out", out}, flags...)}
}

// noReports leaves reports out of a site.
const noReports = "--no-reports"

func siteRow(ctx context.Context, b *bench) ([]line, error) {
	desk, err := b.bigDesk(ctx)
	if err != nil {
		return nil, err
	}
	f, err := b.logFacts()
	if err != nil {
		return nil, err
	}
	pages := 0
	stock, err := b.folder("stock", func(dir string) (err error) {
		pages, err = stockSite(dir, desk, os.DirFS(filepath.Join(b.env.dir, "site", "theme")))
		return err
	})
	if err != nil {
		return nil, err
	}
	out, bare, plain := filepath.Join(b.work, "public"), filepath.Join(b.work, "public-without"), filepath.Join(stock, "public")
	all, err := b.measureCold(ctx, 2,
		subject{name: "frontdesk-site build", call: b.siteBuild(desk, out), ready: b.noSite(desk, out), check: func(output) error { return drawn(out, f) }},
		subject{name: "stock Hugo", call: call{dir: stock, args: []string{hugo(b), "--quiet"}}, ready: remove(plain), check: func(output) error { return drawn(plain, f) }},
		subject{name: "frontdesk-site build without reports", call: b.siteBuild(desk, bare, noReports), ready: b.noSite(desk, bare), check: func(output) error { return drawn(bare, f) }})
	if err != nil {
		return nil, err
	}
	b.made["public"] = out
	if err := sameTimelines(out, plain, f); err != nil {
		return nil, err
	}
	n, err := countPages(out)
	if err != nil {
		return nil, err
	}
	lines := []line{perPage(all[0], n), faster(fmt.Sprintf("site, first build, big desk (%s pages, search, lists), and stock Hugo (%s record pages)", thousands(n), thousands(pages)), all[0], all[1])}
	lines[1].note = fmt.Sprintf("memory: frontdesk-site %d MB, stock Hugo %d MB", all[0].memory>>20, all[1].memory>>20)
	if err := remove(bare)(ctx); err != nil {
		return nil, err
	}
	return append(lines, reportsOf(all[0], all[2])), remove(plain)(ctx)
}

// reportsOf judges what part of a build the reports take.
func reportsOf(with, without *series) line {
	const most = 0.10
	l := against("site, first build, big desk, the part of the reports", with, without, 1/(1-most))
	l.budget, l.ratio = "≤ 10 %", fmt.Sprintf("%.1f %%", 100*(1-without.ratio(with)))
	return l
}

// noSite removes a site and whatever Frontdesk keeps to build it faster again.
func (b *bench) noSite(desk, out string) func(context.Context) error {
	return func(ctx context.Context) error {
		if v, _ := command("index", "drop")(ctx, b); v == "" {
			if err := b.drop(desk)(ctx); err != nil {
				return err
			}
		}
		return remove(out)(ctx)
	}
}

func remove(dir string) func(context.Context) error {
	return func(context.Context) error { return os.RemoveAll(dir) }
}

// perPage judges the time and the memory that a page takes.
func perPage(s *series, pages int) line {
	const most = 60_000
	wall, memory := s.median()/time.Duration(pages), s.memory/int64(pages)
	l := line{what: "site, first build, big desk, a page", measured: fmt.Sprintf("%s and %.0f kB", short(wall), float64(memory)/1000), budget: "≤ 1 ms and ≤ 60 kB", verdict: held, absolute: true}
	if wall > time.Millisecond || memory > most {
		l.verdict = missed
	}
	l.note = fmt.Sprintf("%s and %d MB for %s pages", s, s.memory>>20, thousands(pages))
	return l
}

// drawn makes sure that a site has a page for every case, and that pages taken
// from all over it hold what their records do.
func drawn(out string, f *facts) error {
	for i, id := range f.cases {
		name := filepath.Join(out, "incidents", id+".html")
		if i%500 != 0 {
			if _, err := os.Stat(name); err != nil {
				return wrongf("%s has no page", id)
			}
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return wrongf("%s has no page", id)
		}
		page := string(data)
		for _, want := range []string{id, "<h1>", "Description</h2>", `<ol class="timeline">`, "closed", "</html>"} {
			if !strings.Contains(strings.ToLower(page), strings.ToLower(want)) {
				return wrongf("the page of %s has no %s", id, want)
			}
		}
	}
	return nil
}

// sameTimelines makes sure that both sites tell the same of a record's history,
// in pages taken from all over them.
func sameTimelines(ours, theirs string, f *facts) error {
	for i := 0; i < len(f.cases); i += 250 {
		name := filepath.Join("incidents", f.cases[i]+".html")
		a, err := os.ReadFile(filepath.Join(ours, name))
		if err != nil {
			return err
		}
		b, err := os.ReadFile(filepath.Join(theirs, name))
		if err != nil {
			return err
		}
		const event = `<p class="meta">`
		if n, m := strings.Count(string(a), event), strings.Count(string(b), event); n != m || n == 0 {
			return wrongf("the pages of %s tell %d events, and with stock Hugo %d", f.cases[i], n, m)
		}
	}
	return nil
}

func countPages(out string) (int, error) {
	n := 0
	err := filepath.WalkDir(out, func(name string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".html") {
			n++
		}
		return err
	})
	return n, err
}

// rebuildRow changes one record before each build of a site that is there, without its
// reports.
func rebuildRow(ctx context.Context, b *bench) ([]line, error) {
	desk, err := b.bigDesk(ctx)
	if err != nil {
		return nil, err
	}
	out := filepath.Join(b.work, "public")
	first := subject{name: "first build", vary: true, call: b.siteBuild(desk, out, noReports), ready: b.noSite(desk, out), check: func(output) error { return nil }}
	before, err := b.measureCold(ctx, 1, first)
	if err != nil {
		return nil, err
	}
	some, err := someRecords(desk, 3)
	if err != nil {
		return nil, err
	}
	n := 0
	again := subject{name: "build again", vary: true, call: b.siteBuild(desk, out, noReports),
		ready: func(context.Context) error {
			n++
			return edit(desk, some[1], "\n## Description\n\n", "\n## Description\n\nSeen again, time "+strconv.Itoa(n)+".\n\n")
		},
		check: func(output) error {
			return pageSays(filepath.Join(out, "incidents", strings.TrimSuffix(filepath.Base(some[1]), ".md")+".html"), "Seen again, time "+strconv.Itoa(n)+".")
		}}
	after, err := b.measure(ctx, 2, again)
	if err != nil {
		return nil, err
	}
	l := against("site, rebuild after one changed record, big desk", after[0], before[0], 0.01)
	l.budget, l.ratio = "≤ 1 %", fmt.Sprintf("%.1f %%", 100*after[0].ratio(before[0]))
	return []line{l}, b.clean(ctx, desk)
}

func pageSays(name, text string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return wrongf("the page is gone: %s", err)
	}
	if !strings.Contains(string(data), text) {
		return wrongf("the page lacks what was changed")
	}
	return nil
}
