package main

import (
	"context"
	"slices"
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
func onDesk(e *env, words func(ctx context.Context, t *tree.Tree, args []string, begun string) []word) completer {
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

// completeID completes the id of a record as the first argument.
func completeID(e *env) completer {
	return onDesk(e, func(_ context.Context, t *tree.Tree, args []string, begun string) []word {
		if len(args) > 0 {
			return nil
		}
		return ids(t, begun)
	})
}

// completePerson completes the id of a person, as for --as.
func completePerson(e *env) completer {
	return onDesk(e, func(_ context.Context, t *tree.Tree, _ []string, begun string) []word {
		return ids(t, begun, personType)
	})
}

// completeAssign completes an id, then the person to whom the record goes.
func completeAssign(e *env) completer {
	return onDesk(e, func(_ context.Context, t *tree.Tree, args []string, begun string) []word {
		switch len(args) {
		case 0:
			return ids(t, begun)
		case 1:
			return append(ids(t, begun, personType), word{text: "@me", about: "you"})
		}
		return nil
	})
}

// completeRef completes the id of a record of a type, as a flag's value.
func completeRef(e *env, typ records.Type) completer {
	return onDesk(e, func(_ context.Context, t *tree.Tree, _ []string, begun string) []word { return ids(t, begun, typ) })
}

// completeType completes the name of a type as the first argument.
func completeType(e *env) completer {
	return func(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		types, err := typesHere(quiet(e))
		if err != nil || len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return begunWith(begun, plainWords(types.Names()))
	}
}

// completeNew completes a type, then field=value words of it.
func completeNew(e *env) completer {
	return onDesk(e, func(_ context.Context, t *tree.Tree, args []string, begun string) []word {
		if len(args) == 0 {
			return plainWords(t.Types.Names())
		}
		typ, _ := query.FindType(t.Types, args[0])
		if typ == nil {
			return nil
		}
		return assignmentWords(t, typ, nil, args[1:], begun)
	})
}

// completeChange completes an id, then field=value words for that record: states
// that are legal from here, choices, people, teams.
func completeChange(e *env) completer {
	return onDesk(e, func(_ context.Context, t *tree.Tree, args []string, begun string) []word {
		if len(args) == 0 {
			return ids(t, begun)
		}
		r, err := findRecord(quiet(e), t, args[0])
		if err != nil {
			return nil
		}
		return assignmentWords(t, t.Types.Get(r.Type), r, args[1:], begun)
	})
}

// assignmentWords completes field=value, field+=value and field-=value. Fields that were
// given already, and those that nobody sets, are left out.
func assignmentWords(t *tree.Tree, typ *schema.Type, r *records.Record, given []string, begun string) []word {
	before, typed, ok := strings.Cut(begun, "=")
	if !ok {
		return settable(typ, given)
	}
	name := strings.TrimRight(before, "+-")
	if r != nil && name == records.FieldState {
		var states []word
		for _, s := range workflow.Legal(typ, workflow.Present(typ, r)) {
			states = append(states, word{text: string(s), about: string(typ.State(s).Category)})
		}
		return prefixed(before+"=", states)
	}
	return prefixed(before+"=", fieldValues(t, typ, name, typed))
}

func settable(typ *schema.Type, given []string) []word {
	had := map[string]bool{records.FieldID: true, records.FieldLog: true}
	for _, g := range given {
		name, _, _ := strings.Cut(g, "=")
		had[name] = true
	}
	var out []word
	for _, f := range typ.Fields {
		if !had[f.Name] {
			out = append(out, word{text: f.Name + "=", about: f.Title, open: true})
		}
	}
	return out
}

// completeQuery completes a type, then the terms of a query.
func completeQuery(e *env) completer {
	return onDesk(e, func(_ context.Context, t *tree.Tree, args []string, begun string) []word {
		types := func() []*schema.Type { // all of them only where no type narrows the query
			if asked, _ := splitType(t.Types, args); asked != "" {
				return []*schema.Type{t.Types.Get(asked)}
			}
			return t.Types.All()
		}
		key, typed, ok := strings.Cut(begun, ":")
		if ok {
			last := strings.LastIndex(typed, ",") + 1 // values before the last comma stay
			values := queryValues(t, types(), strings.TrimPrefix(key, "-"), typed[last:])
			return prefixed(key+":"+typed[:last], without(values, strings.Split(typed[:last], ",")))
		}
		var out []word
		if len(args) == 0 {
			out = plainWords(t.Types.Names())
		}
		return append(out, queryKeys(types(), begun)...)
	})
}

// without leaves out words that were given already.
func without(words []word, given []string) []word {
	return slices.DeleteFunc(words, func(w word) bool { return slices.Contains(given, w.text) })
}

// queryKeys lists what a term may begin with; where it begins with a dash, so do they.
// Single clocks are listed once somebody begins to name one.
func queryKeys(types []*schema.Type, begun string) []word {
	keys := []string{"is", "has", "no", "sort", "type"}
	if len(clockNames(types)) > 0 {
		keys = append(keys, columnSLA, columnDue)
	}
	begun, excluding := strings.CutPrefix(begun, "-")
	if strings.HasPrefix(begun, columnSLA+".") {
		for _, name := range clockNames(types) {
			keys = append(keys, columnSLA+"."+name)
		}
	}
	for _, typ := range types {
		keys = append(keys, typ.FieldNames()...)
	}
	var out []word
	for _, key := range unique(keys) {
		w := word{text: key + ":", open: true}
		if excluding {
			w.text = "-" + w.text
		}
		out = append(out, w)
	}
	return out
}

// clockNames returns the names of the clocks that records of the types have.
func clockNames(types []*schema.Type) []string {
	var out []string
	for _, typ := range types {
		for _, c := range typ.Clocks {
			out = append(out, c.Name)
		}
	}
	return unique(out)
}

// clockValues lists what may follow sla:, sla.CLOCK: and due:.
func clockValues(types []*schema.Type, key string) []word {
	name, isNamed := strings.CutPrefix(key, columnSLA+".")
	switch clocks := clockNames(types); {
	case key == columnSLA && len(clocks) > 0, isNamed && slices.Contains(clocks, name):
		return plainWords(query.Outcomes())
	case key == columnDue && len(clocks) > 0:
		return plainWords([]string{"overdue", "today", "tomorrow"})
	}
	return nil
}

// queryValues lists what may follow a key of a query.
func queryValues(t *tree.Tree, types []*schema.Type, key, typed string) []word {
	var names []string
	switch key {
	case "is":
		return plainWords(query.Categories())
	case "type":
		return plainWords(t.Types.Names())
	case "has", "no", "sort":
		for _, typ := range types {
			names = append(names, typ.FieldNames()...)
		}
		if len(clockNames(types)) > 0 {
			names = append(names, columnDue)
		}
		if strings.HasPrefix(typed, "-") {
			return prefixed("-", plainWords(unique(names)))
		}
		return plainWords(unique(names))
	}
	out := clockValues(types, key)
	seen := map[string]bool{}
	for _, typ := range types {
		for _, w := range fieldValues(t, typ, key, typed) {
			if !seen[w.text] {
				seen[w.text] = true
				out = append(out, w)
			}
		}
	}
	return out
}

// fieldValues lists what a field may hold, as far as that is a list: choices,
// states, ids of records that begin as typed.
func fieldValues(t *tree.Tree, typ *schema.Type, name, typed string) []word {
	f := typ.Field(name)
	switch {
	case f == nil:
		return nil
	case name == records.FieldState:
		return plainWords(typ.StateNames())
	case f.Ref == schema.AnyType:
		return ids(t, typed)
	case f.Ref == personType:
		return append(ids(t, typed, f.Ref), word{text: "@me", about: "you"})
	case f.Ref != "":
		return ids(t, typed, f.Ref)
	case f.Schema != nil && f.Schema.Type == "boolean":
		return plainWords([]string{"true", "false"})
	}
	return plainWords(f.Choices())
}

// completeCommand completes the words of a command.
func completeCommand(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	found, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var words []word
	for _, sub := range found.Commands() {
		if sub.IsAvailableCommand() {
			words = append(words, word{text: sub.Name(), about: sub.Short})
		}
	}
	return begunWith(begun, words)
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
