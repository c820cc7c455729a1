package main

import (
	"archive/zip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// logName is the file of the UCI log.
const logName = "uci-servicenow-incidents.csv.zip"

func (b *bench) log() string { return filepath.Join(b.data, logName) }

// facts are what the UCI log says, read here without any code of Frontdesk.
type facts struct {
	rows       int
	cases      []string // numbers, sorted
	urgent     []string // those of priority 1 in the end
	unresolved int      // cases without a time of resolution
	groups     int      // that ever had a case
	busiest    string   // the case with the most rows
	most       int
}

// lastRow is the row of a case that counts: the one with the highest number of
// changes, the later one of two.
type lastRow struct {
	changes, rows      int
	priority, resolved string
}

// logFacts reads the log once and keeps what it found.
func (b *bench) logFacts() (*facts, error) {
	if b.facts != nil {
		return b.facts, nil
	}
	archive, err := zip.OpenReader(b.log())
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	for _, member := range archive.File {
		if !strings.HasSuffix(member.Name, ".csv") || strings.HasPrefix(member.Name, "_") {
			continue
		}
		f, err := member.Open()
		if err != nil {
			return nil, err
		}
		defer f.Close()
		b.facts, err = readFacts(f)
		return b.facts, err
	}
	return nil, errors.New(logName + ": holds no table")
}

func readFacts(r io.Reader) (*facts, error) {
	in := csv.NewReader(r)
	header, err := in.Read()
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, name := range header {
		column[name] = i
	}
	for _, name := range []string{"number", "sys_mod_count", "priority", "resolved_at", "assignment_group"} {
		if _, ok := column[name]; !ok {
			return nil, fmt.Errorf("%s: has no column %s", logName, name)
		}
	}
	f := &facts{}
	last, groups := map[string]lastRow{}, map[string]bool{}
	for {
		row, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		f.rows++
		changes, err := strconv.Atoi(row[column["sys_mod_count"]])
		if err != nil {
			return nil, err
		}
		number := row[column["number"]]
		c, seen := last[number]
		c.rows++
		if !seen || changes >= c.changes {
			c.changes, c.priority, c.resolved = changes, row[column["priority"]], row[column["resolved_at"]]
		}
		last[number] = c
		if g := row[column["assignment_group"]]; g != "?" {
			groups[g] = true
		}
	}
	f.groups = len(groups)
	f.sum(last)
	return f, nil
}

func (f *facts) sum(last map[string]lastRow) {
	for number, c := range last {
		f.cases = append(f.cases, number)
		if strings.HasPrefix(c.priority, "1") {
			f.urgent = append(f.urgent, number)
		}
		if c.resolved == "?" {
			f.unresolved++
		}
		if c.rows > f.most || c.rows == f.most && number < f.busiest {
			f.busiest, f.most = number, c.rows
		}
	}
	slices.Sort(f.cases)
	slices.Sort(f.urgent)
}

// beginning returns the cases whose number begins with a prefix.
func (f *facts) beginning(prefix string) []string {
	var out []string
	for _, c := range f.cases {
		if strings.HasPrefix(c, prefix) {
			out = append(out, c)
		}
	}
	return out
}
