package main

import (
	"errors"
	"fmt"
	"strings"

	"frontdesk/records"
	"frontdesk/records/tree"
	"frontdesk/records/write"
	"frontdesk/schema"
)

// findName returns the file of the record that a person names by any
// unambiguous part of its id. Files are named by ids, so that none is read.
func findName(t *tree.Tree, part string) (tree.Name, error) {
	name, err := write.Find(t, part)
	return name, explainFind(t, err)
}

// explainFind turns the error of a search for a record into words with hints.
// Other errors, and none, stay as they are.
func explainFind(t *tree.Tree, err error) error {
	var many *write.AmbiguousError
	var missing *write.NotFoundError
	switch {
	case errors.As(err, &many):
		return ambiguous(many.Part, many.Names)
	case errors.As(err, &missing):
		return unknownID(missing.Part, t.Names())
	}
	return err
}

// findRecord reads the record that a person names.
func findRecord(e *env, t *tree.Tree, part string) (*records.Record, error) {
	name, err := findName(t, part)
	if err != nil {
		return nil, err
	}
	return readRecord(e, t, name)
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
