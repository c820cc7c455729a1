package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// factsName is the file of figures about the UCI log that another program computed.
const factsName = "uci-servicenow-incidents.facts.json"

// knownFigures needs the figures that another program computed.
func knownFigures(_ context.Context, b *bench) (verdict, string) {
	if _, err := os.Stat(filepath.Join(b.data, factsName)); err != nil {
		return notMeasured, "data absent: " + factsName + " is looked for in ../shared/data and in $FRONTDESK_DATA"
	}
	return "", ""
}

// reportRow computes the report of all incidents, beside their list; then again after
// one record has changed.
func reportRow(ctx context.Context, b *bench) ([]line, error) {
	dir, err := b.bigDesk(ctx)
	if err != nil {
		return nil, err
	}
	f, err := b.logFacts()
	if err != nil {
		return nil, err
	}
	report := subject{name: "frontdesk report", call: call{dir: dir, args: []string{b.frontdesk(), "report", "incident"}}, check: tells(len(f.cases))}
	list := subject{name: "frontdesk list", call: call{dir: dir, args: []string{b.frontdesk(), "list", "incident"}}, check: namesExactly(`^(INC\d+) `, f.cases)}
	all, err := b.measure(ctx, b.o.runs, report, list)
	if err != nil {
		return nil, err
	}
	n, err := b.countGit(ctx, report.call)
	if err != nil {
		return nil, err
	}
	lines := []line{against(fmt.Sprintf("report of %s incidents, index warm, and their list", thousands(len(f.cases))), all[0], all[1], 2).children(n, -1)}
	if err := b.figuresAreKnown(ctx, dir); err != nil {
		return lines, err
	}
	again, err := b.reportAgain(ctx, dir, report, all[0])
	return append(lines, again...), err
}

// reportAgain changes one record before each report. What is kept of clocks may grow by
// no more than those of one record.
func (b *bench) reportAgain(ctx context.Context, dir string, report subject, warm *series) ([]line, error) {
	some, err := someRecords(dir, 3)
	if err != nil {
		return nil, err
	}
	n, before := 0, int64(0)
	again := report
	again.vary = true
	again.ready = func(context.Context) error {
		if before, err = clockPacks(dir); err != nil {
			return err
		}
		n++
		return edit(dir, some[1], "\n## Description\n\n", "\n## Description\n\nSeen again, time "+strconv.Itoa(n)+".\n\n")
	}
	again.check = func(out output) error {
		after, err := clockPacks(dir)
		if err != nil {
			return err
		}
		if grown := after - before; grown <= 0 || grown > mostOfOne {
			return wrongf("after one changed record %d bytes of clocks were kept, not those of one record", grown)
		}
		return report.check(out)
	}
	all, err := b.measure(ctx, 3, again)
	if err != nil {
		return nil, err
	}
	l := against("report of the incidents after one changed record, and without", all[0], warm, 1.5)
	l.note = "clocks of one record were computed"
	return []line{l}, b.clean(ctx, dir)
}

// mostOfOne is the most that the clocks of one record take; those of all take some
// megabytes.
const mostOfOne = 2048

// clockPacks returns how many bytes of clocks are kept in the indexes of a desk.
func clockPacks(dir string) (n int64, err error) {
	packs, err := filepath.Glob(filepath.Join(dir, ".git", "frontdesk", "*", "facts-clocks"))
	if err != nil {
		return 0, err
	}
	for _, p := range packs {
		info, err := os.Stat(p)
		if err != nil {
			return 0, err
		}
		n += info.Size()
	}
	return n, nil
}

// tells makes a check that a report counts so many records.
func tells(n int) func(output) error {
	re := regexp.MustCompile(fmt.Sprintf(`(?m)\b(%d|%s)\b`, n, thousands(n)))
	return func(out output) error {
		if !re.MatchString(out.stdout) {
			return wrongf("it does not tell of %d records", n)
		}
		return nil
	}
}

// figuresAreKnown makes sure that the report's figures are those that another program
// computed.
func (b *bench) figuresAreKnown(ctx context.Context, dir string) error {
	data, err := os.ReadFile(filepath.Join(b.data, factsName))
	if err != nil {
		return err
	}
	want, err := knownFrom(data)
	if err != nil {
		return err
	}
	out, err := b.exec(ctx, call{dir: dir, args: []string{b.frontdesk(), "report", "incident", "--format", "json"}})
	if err != nil {
		return err
	}
	var got struct {
		Figures []struct {
			ID    string
			Value any
		}
	}
	if err := json.Unmarshal([]byte(out.stdout), &got); err != nil {
		return wrongf("the report's JSON cannot be read: %v", err)
	}
	values := map[string]any{}
	for _, f := range got.Figures {
		values[f.ID] = f.Value
	}
	for id, w := range want {
		if have, ok := values[id].(float64); !ok || math.Abs(have-w) > 0.00005001 {
			return wrongf("the figure %s is %v and not %v", id, values[id], w)
		}
	}
	return nil
}

// knownFrom reads the figures that have a counterpart in the report.
func knownFrom(data []byte) (map[string]float64, error) {
	var facts map[string]any
	if err := json.Unmarshal(data, &facts); err != nil {
		return nil, fmt.Errorf("%s: %w", factsName, err)
	}
	out := map[string]float64{}
	for id, place := range map[string]string{
		"opened": "cases", "resolved": "resolution_hours.n", "closed": "open_to_close_hours.n",
		"reopened.cases": "cases_reopened", "reopened.events": "sum_final_reopen_count",
		"reassigned.cases": "cases_reassignment_count_gt0", "sla.met": "final_made_sla.true",
		"time_to_resolve.mean": "resolution_hours.mean", "time_to_resolve.median": "resolution_hours.median", "time_to_resolve.p90": "resolution_hours.p90",
		"time_to_close.mean": "open_to_close_hours.mean", "time_to_close.median": "open_to_close_hours.median", "time_to_close.p90": "open_to_close_hours.p90",
	} {
		var at any = facts
		for _, key := range strings.Split(place, ".") {
			m, _ := at.(map[string]any)
			at = m[key]
		}
		n, ok := at.(float64)
		if !ok {
			return nil, fmt.Errorf("%s: has no number %s", factsName, place)
		}
		out[id] = n
	}
	return out, nil
}
