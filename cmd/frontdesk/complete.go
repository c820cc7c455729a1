package main

import (
	"context"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/query"
	"frontdesk/records/tree"
	"frontdesk/schema"
	"frontdesk/schema/workflow"
)

// completer is what cobra asks for the words that may stand next.
type completer = func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective)

// onDesk makes a completer of what a desk knows. Where there is no desk, nothing
// completes: nobody wants to read an error while typing.
func onDesk(e *env, words func(ctx context.Context, t *tree.Tree, args []string, begun string) []string) completer {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		root, err := tree.Find(e.dir)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		t, err := tree.Open(root)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		defer t.Close()
		return begunWith(begun, words(cmd.Context(), t, args, begun))
	}
}

// shellSafe matches words that no shell expands. Others are never offered: bash
// would evaluate a file named $(…).md as soon as somebody pressed the tab key.
var shellSafe = regexp.MustCompile(`^[A-Za-z0-9._:=,/@-]+$`)

// begunWith keeps the words that begin as typed, whatever the case. Words that
// end in a colon or an equals sign get no space, as their value comes next.
func begunWith(begun string, words []string) ([]string, cobra.ShellCompDirective) {
	var out []string
	open := 0
	for _, w := range words {
		if len(w) >= len(begun) && strings.EqualFold(w[:len(begun)], begun) && shellSafe.MatchString(w) {
			out = append(out, w)
			if strings.HasSuffix(w, ":") || strings.HasSuffix(w, "=") {
				open++
			}
		}
	}
	if open > 0 && open == len(out) {
		return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeID completes the id of a record as the first argument. It reads file
// names alone, so that it is fast in a large desk.
func completeID(e *env) completer {
	return onDesk(e, func(_ context.Context, t *tree.Tree, args []string, _ string) []string {
		if len(args) > 0 {
			return nil
		}
		return ids(t)
	})
}

// ids lists the ids of the records of the types, of all where none is given.
func ids(t *tree.Tree, types ...records.Type) []string {
	names := t.Names(types...)
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = string(n.ID)
	}
	return out
}

// completePerson completes the id of a person, as for --as.
func completePerson(e *env) completer {
	return onDesk(e, func(_ context.Context, t *tree.Tree, _ []string, _ string) []string { return ids(t, personType) })
}

// completeAssign completes an id, then the person to whom the record goes.
func completeAssign(e *env) completer {
	return onDesk(e, func(_ context.Context, t *tree.Tree, args []string, _ string) []string {
		switch len(args) {
		case 0:
			return ids(t)
		case 1:
			return append(ids(t, personType), "@me")
		}
		return nil
	})
}

// completeType completes the name of a type as the first argument.
func completeType(e *env) completer {
	return func(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		types, err := typesHere(quiet(e))
		if err != nil || len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return begunWith(begun, types.Names())
	}
}

// completeQuery completes a type, then the terms of a query.
func completeQuery(e *env) completer {
	return onDesk(e, func(_ context.Context, t *tree.Tree, args []string, begun string) []string {
		asked, _ := splitType(t.Types, args)
		types := t.Types.All()
		if asked != "" {
			types = []*schema.Type{t.Types.Get(asked)}
		}
		key, typed, ok := strings.Cut(begun, ":")
		if ok {
			return terms(key, typed, queryValues(t, types, strings.TrimPrefix(key, "-")))
		}
		words := []string{"is:", "has:", "no:", "sort:", "type:"}
		for _, typ := range types {
			words = append(words, terms("", "", typ.FieldNames())...)
		}
		for i, w := range words {
			words[i] = strings.TrimSuffix(w, ":") + ":"
		}
		if len(args) == 0 {
			words = append(words, t.Types.Names()...)
		}
		return unique(words)
	})
}

// terms writes key:value words; values before the last comma stay.
func terms(key, typed string, values []string) []string {
	if key == "" {
		return values
	}
	kept := typed[:strings.LastIndex(typed, ",")+1]
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = key + ":" + kept + v
	}
	return out
}

// queryValues lists what may follow a key of a query.
func queryValues(t *tree.Tree, types []*schema.Type, key string) []string {
	var out []string
	switch key {
	case "is":
		return query.Categories()
	case "type":
		return t.Types.Names()
	case "has", "no", "sort":
		for _, typ := range types {
			out = append(out, typ.FieldNames()...)
		}
		return unique(out)
	}
	for _, typ := range types {
		out = append(out, fieldValues(t, typ, key)...)
	}
	return unique(out)
}

// fieldValues lists what a field may hold, as far as that is a list: choices,
// states, ids of records.
func fieldValues(t *tree.Tree, typ *schema.Type, name string) []string {
	f := typ.Field(name)
	switch {
	case f == nil:
		return nil
	case name == records.FieldState:
		return typ.StateNames()
	case f.Ref == schema.AnyType:
		return ids(t)
	case f.Ref == personType:
		return append(ids(t, f.Ref), "@me")
	case f.Ref != "":
		return ids(t, f.Ref)
	case f.Schema != nil && f.Schema.Type == "boolean":
		return []string{"true", "false"}
	}
	return f.Choices()
}

// completeChange completes an id, then key=value words for that record: states
// that are legal from here, choices, people, teams.
func completeChange(e *env) completer {
	return onDesk(e, func(ctx context.Context, t *tree.Tree, args []string, begun string) []string {
		if len(args) == 0 {
			return ids(t)
		}
		r, err := findRecord(quiet(e), t, args[0])
		if err != nil {
			return nil
		}
		typ := t.Types.Get(r.Type)
		key, _, ok := strings.Cut(begun, "=")
		if !ok {
			return suffixed(typ.FieldNames(), "=")
		}
		values := fieldValues(t, typ, key)
		if key == records.FieldState {
			values = nil
			for _, s := range workflow.Legal(typ, workflow.Present(typ, r)) {
				values = append(values, string(s))
			}
		}
		out := make([]string, len(values))
		for i, v := range values {
			out[i] = key + "=" + v
		}
		return out
	})
}

func suffixed(words []string, suffix string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w + suffix
	}
	return out
}

// unique returns the words in their order, each once.
func unique(words []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}
