package main

import (
	"context"
	"fmt"
	"strings"

	"frontdesk/records"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// findRecord reads the record that a person names by any unambiguous part of
// its id. Files are named by ids, so that usually only one file is read.
func findRecord(ctx context.Context, e *env, t *tree.Tree, part string) (*records.Record, error) {
	switch found := t.Resolve(part); len(found) {
	case 0:
		return findByContent(ctx, e, t, part)
	case 1:
		return readRecord(e, t, found[0])
	default:
		return nil, ambiguous(part, found)
	}
}

// findByContent looks for a record whose file has another name than its id.
func findByContent(ctx context.Context, e *env, t *tree.Tree, part string) (*records.Record, error) {
	l, err := t.Load(ctx)
	if err != nil {
		return nil, err
	}
	switch found := l.Set.Match(part); len(found) {
	case 0:
		_ = reportLost(e, t, l) // what was asked for may be among it
		return nil, unknownID(part, t.Names())
	case 1:
		return found[0], nil
	default:
		names := make([]tree.Name, len(found))
		for i, r := range found {
			names[i] = tree.Name{Type: r.Type, ID: r.ID, Path: r.Path}
		}
		return nil, ambiguous(part, names)
	}
}

// readRecord reads a record. One that cannot be read is reported.
func readRecord(e *env, t *tree.Tree, n tree.Name) (*records.Record, error) {
	r, ds := t.LoadOne(n)
	if r == nil {
		printErrors(e.stderr, ds)
		hint(e.stderr, "mend the file in an editor; frontdesk check %s says more", n.Path)
		return nil, errProblems
	}
	return r, nil
}

// ambiguous lists the records that a part of an id may mean. All are there,
// however many.
func ambiguous(part string, found []tree.Name) error {
	err := usagef("give more of the id, or TYPE/ID", "%q could be any of %d records:", part, len(found))
	lines := make([]string, len(found))
	for i, n := range found {
		lines[i] = string(n.Type) + "/" + string(n.ID)
	}
	return detailedError{err, lines}
}

// unknownID names the record whose id is nearest, as a whole or by its last part.
func unknownID(part string, names []tree.Name) error {
	typ, id := records.SplitRef(part)
	var known []string
	whole := map[string]records.ID{}
	for _, n := range names {
		if typ != "" && n.Type != typ {
			continue
		}
		tail := string(n.ID)[strings.LastIndex(string(n.ID), "-")+1:]
		known = append(known, string(n.ID), tail)
		whole[string(n.ID)], whole[tail] = n.ID, n.ID
	}
	hint := "frontdesk list shows the records"
	if near := schema.Nearest(string(id), known); near != "" {
		hint = fmt.Sprintf("did you mean %s?", whole[near])
	} else if strings.ContainsAny(part, " :") {
		hint = "this command takes one id; frontdesk list takes a query"
	}
	return usagef(hint, "no record has the id %q", part)
}
