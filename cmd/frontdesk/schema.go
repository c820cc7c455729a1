package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/plain"
	"frontdesk/records/query"
	"frontdesk/schema"
)

func newSchemaCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Show the types of records, and export them as JSON Schema",
		Long: "Schema shows which types of records there are, what fields and states they have,\n" +
			"and writes them as JSON Schema for editors and other programs. Outside of a desk\n" +
			"it speaks of the built-in types.",
		GroupID: groupDesk,
		Example: "  frontdesk schema list\n  frontdesk schema show incident\n  frontdesk schema export --out schemas",
		Args:    knownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newSchemaListCmd(e), newSchemaShowCmd(e), newSchemaExportCmd(e))
	return cmd
}

// typesJSON is the JSON of schema list and schema show.
type typesJSON struct {
	Version int        `json:"version"`
	Types   []typeJSON `json:"types"`
}

// typeJSON is one type in short; fields in full are what schema export prints.
type typeJSON struct {
	Name        records.Type                      `json:"name"`
	Title       string                            `json:"title"`
	Plural      string                            `json:"plural"`
	Description string                            `json:"description"`
	Folder      string                            `json:"folder"`
	Prefix      string                            `json:"prefix"`
	BuiltIn     bool                              `json:"built_in"`
	Path        string                            `json:"path"`
	Fields      []fieldJSON                       `json:"fields"`
	States      []stateJSON                       `json:"states"`
	Transitions map[records.State][]records.State `json:"transitions"`
	Policy      any                               `json:"policy"` // as it is written, after extends; null where there is none
	Clocks      []clockKindJSON                   `json:"clocks"`
}

// fieldJSON is one field of a type.
type fieldJSON struct {
	Name        string       `json:"name"`
	Title       string       `json:"title"`
	Description string       `json:"description"`
	Required    bool         `json:"required"`
	Tracked     bool         `json:"tracked"`
	List        bool         `json:"list"`
	Ref         records.Type `json:"ref"`
	Choices     []string     `json:"choices"`
}

// stateJSON is one state of a type.
type stateJSON struct {
	Name     records.State    `json:"name"`
	Title    string           `json:"title"`
	Category records.Category `json:"category"`
	Require  []string         `json:"require"`
	Sections []string         `json:"sections"`
}

func newTypeJSON(t *schema.Type) typeJSON {
	out := typeJSON{
		Name: t.Name, Title: t.Title, Plural: t.Plural, Description: t.Description, Folder: t.Folder, Prefix: t.Prefix,
		BuiltIn: t.BuiltIn, Path: t.Path, Fields: []fieldJSON{}, States: []stateJSON{}, Transitions: t.Transitions, Clocks: clocksJSON(t),
	}
	required, tracked := set(t.Required), set(t.Tracked)
	for _, f := range t.Fields {
		out.Fields = append(out.Fields, fieldJSON{f.Name, f.Title, f.Description, required[f.Name], tracked[f.Name], f.List, f.Ref, f.Choices()})
	}
	for _, s := range t.States {
		out.States = append(out.States, stateJSON{s.Name, s.Title, s.Category, listOf(s.Require), listOf(s.Sections)})
	}
	if t.Policy != nil {
		out.Policy = t.Policy.Raw.Any()
	}
	return out
}

// listOf returns a list that JSON has as one, even where it is empty.
func listOf(words []string) []string { return append([]string{}, words...) }

func set(words []string) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, w := range words {
		out[w] = true
	}
	return out
}

func newSchemaListCmd(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the types of records",
		Long:    "List prints the types that the desk at hand has, and which file declares them.",
		Example: "  frontdesk schema list\n  frontdesk schema list --format json",
		Args:    between(0, 0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("format", format, formatText, formatJSON); err != nil {
				return err
			}
			types, err := typesHere(e)
			if err != nil {
				return err
			}
			return listTypes(e, format, types.All())
		},
	}
	return addFormat(cmd, &format)
}

func listTypes(e *env, format string, types []*schema.Type) error {
	out := typesJSON{Version: envelopeVersion}
	t := table{header: []string{"TYPE", "FOLDER", "IDS", "FROM", "DESCRIPTION"}, width: e.columns(), color: e.color()}
	for _, typ := range types {
		out.Types = append(out.Types, newTypeJSON(typ))
		from := "built in"
		if !typ.BuiltIn {
			from = typ.Path
		}
		t.rows = append(t.rows, []string{string(typ.Name), schema.RecordsFolder + "/" + typ.Folder, idForm(typ), from, typ.Description})
	}
	if format == formatJSON {
		return writeJSON(e.stdout, out)
	}
	return t.write(e.stdout)
}

// idForm says what the ids of a type look like.
func idForm(t *schema.Type) string {
	switch t.Scheme {
	case schema.Month:
		return t.Prefix + "-YYMM-XXXX"
	case schema.Slug:
		return "a-name"
	}
	return "given"
}

func newSchemaShowCmd(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "show TYPE",
		Short: "Show the fields, states, sections, approval rules and clocks of a type",
		Long: "Show prints what records of a type may hold: fields with their values, states with\n" +
			"what they need and the steps between them, and the sections of the text; where the\n" +
			"type has a policy, who has to approve what; and where it has service levels, what\n" +
			"they measure and promise.",
		Example: "  frontdesk schema show incident\n  frontdesk schema show change --format json",
		Args:    between(1, 1, "a TYPE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("format", format, formatText, formatJSON); err != nil {
				return err
			}
			types, err := typesHere(e)
			if err != nil {
				return err
			}
			t, err := findType(types, args[0])
			if err != nil {
				return err
			}
			if format == formatJSON {
				return writeJSON(e.stdout, typesJSON{envelopeVersion, []typeJSON{newTypeJSON(t)}})
			}
			return printType(e, t)
		},
		ValidArgsFunction: completeType(e),
	}
	return addFormat(cmd, &format)
}

// findType returns the type that a person names; none is a mistake in the
// command line.
func findType(types *schema.Types, word string) (*schema.Type, error) {
	t, hint := query.FindType(types, word)
	if t == nil {
		return nil, usagef(hint, "there is no type %q", word)
	}
	return t, nil
}

func printType(e *env, t *schema.Type) error {
	p := &page{width: e.columns(), color: e.color()}
	p.strong(fmt.Sprintf("%s: %s", t.Name, t.Title))
	p.wrapped("", "", t.Description)
	p.line("", fmt.Sprintf("Files: %s/%s. Ids: %s. Declared in: %s.", schema.RecordsFolder, t.Folder, idForm(t), t.Path))
	p.line("", "")
	fields := table{header: []string{"FIELD", "MUST", "VALUE", "MEANING"}, width: e.columns(), color: e.color()}
	required, tracked := set(t.Required), set(t.Tracked)
	for _, f := range t.Fields {
		must := strings.TrimSpace(mark(required[f.Name], "required") + " " + mark(tracked[f.Name], "logged"))
		fields.rows = append(fields.rows, []string{f.Name, must, valueForm(t, f), f.Description})
	}
	_ = fields.write(p) // a strings.Builder takes everything
	printStates(e, p, t)
	if len(t.Body.Sections) > 0 {
		p.line("", "")
		p.strong("Sections")
		for _, s := range t.Body.Sections {
			p.line("  ", strings.TrimSpace(s.Heading+" "+mark(s.Required, "(required)")))
		}
	}
	printPolicy(p, t.Policy)
	printClocks(p, t)
	_, err := io.WriteString(e.stdout, p.String())
	return err
}

// printPolicy tells which states need approval, and by which rules.
func printPolicy(p *page, policy *schema.Policy) {
	if policy == nil {
		return
	}
	var states []string
	for _, s := range policy.States {
		states = append(states, string(s))
	}
	p.line("", "")
	p.strong("Approval")
	if policy.Broken {
		p.wrapped("  ", "  ", "The policy cannot be read, so that nothing is approved: see frontdesk check.")
	}
	p.wrapped("  ", "  ", "Needed in: "+strings.Join(states, ", "))
	p.wrapped("  ", "  ", "Covers: "+strings.Join(slices.Concat(policy.Cover.Fields, policy.Cover.Sections, policy.Cover.Paths), ", "))
	for _, rl := range policy.Rules {
		p.wrapped("  ", "    ", fmt.Sprintf("%s: %s", rl.Name, ruleForm(rl)))
	}
}

// ruleForm says what an approval rule asks for.
func ruleForm(rl *schema.ApprovalRule) string {
	form := fmt.Sprintf("%d of %s", rl.Need, approversForm(rl.From))
	switch {
	case rl.Template:
		form = "kept to an approved template"
	case rl.Need == 0:
		form = "nobody"
	}
	if rl.Within > 0 {
		form += fmt.Sprintf(", afterwards, within %g hours", rl.Within.Hours())
	}
	if rl.When != nil {
		form += ", where " + rl.When.Source()
	}
	return form
}

func approversForm(from []schema.Approver) string {
	var words []string
	for _, a := range from {
		words = append(words, strings.TrimSpace(string(a.Kind)+" "+a.Name))
	}
	return strings.Join(words, ", ")
}

func printStates(e *env, p *page, t *schema.Type) {
	if len(t.States) == 0 {
		return
	}
	p.line("", "")
	states := table{header: []string{"STATE", "CATEGORY", "NEEDS", "THEN"}, width: e.columns(), color: e.color()}
	for _, s := range t.States {
		var next []string
		for _, to := range t.Transitions[s.Name] {
			next = append(next, string(to))
		}
		states.rows = append(states.rows, []string{string(s.Name), string(s.Category), strings.Join(slices.Concat(s.Require, s.Sections), ", "), strings.Join(next, ", ")})
	}
	_ = states.write(p)
}

// valueForm says what a field may hold.
func valueForm(t *schema.Type, f *schema.Field) string {
	form := "text"
	switch s := f.Schema; {
	case f.Name == records.FieldState:
		form = "a state"
	case f.Ref == schema.AnyType:
		form = "id of any record"
	case f.Ref != "":
		form = string(f.Ref) + " id"
	case len(f.Choices()) > 0:
		form = strings.Join(f.Choices(), "|")
	case s == nil:
		form = "anything"
	case s.Items != nil && s.Items.Type != "":
		form = s.Items.Type
	case s.Format != "":
		form = s.Format
	case s.Type != "" && s.Type != "string":
		form = s.Type
	}
	if f.List {
		form = "list of " + form
	}
	if f.Derive != "" {
		form += ", derived"
	}
	return form
}

func newSchemaExportCmd(e *env) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "export [TYPE]",
		Short: "Write types as JSON Schema",
		Long: "Export writes the front matter of records as JSON Schema (draft 2020-12): that of a\n" +
			"TYPE to stdout; without one, a schema that holds those of all types, each under its\n" +
			"name in $defs. With --out it writes files named TYPE.schema.json into that folder.",
		Example: "  frontdesk schema export incident > incident.schema.json\n  frontdesk schema export > frontdesk.schema.json\n  frontdesk schema export --out schemas",
		Args:    between(0, 1, "one TYPE"),
		RunE: func(_ *cobra.Command, args []string) error {
			types, err := typesHere(e)
			if err != nil {
				return err
			}
			if len(args) == 0 && out == "" {
				return exportAll(e, types.All())
			}
			chosen := types.All()
			if len(args) == 1 {
				t, err := findType(types, args[0])
				if err != nil {
					return err
				}
				chosen = []*schema.Type{t}
			}
			return export(e, out, chosen)
		},
		ValidArgsFunction: completeType(e),
	}
	cmd.Flags().StringVar(&out, "out", "", "write files into this `folder`, which is made if need be")
	_ = cmd.MarkFlagDirname("out") // fails only for a flag that is not there
	return cmd
}

// exportAll writes one JSON Schema that holds those of all types to stdout.
func exportAll(e *env, types []*schema.Type) error {
	all := struct {
		Schema string                           `json:"$schema"`
		Defs   map[records.Type]json.RawMessage `json:"$defs"`
	}{schema.Draft, map[records.Type]json.RawMessage{}}
	for _, t := range types {
		data, err := t.Export(".") // with its id, as a schema within another has to
		if err != nil {
			return err
		}
		all.Defs[t.Name] = data
	}
	return writeJSON(e.stdout, all)
}

// export writes the JSON Schema of a type to stdout, or of types into a folder.
func export(e *env, out string, types []*schema.Type) error {
	for _, t := range types {
		data, err := t.Export("")
		if err != nil {
			return err
		}
		data = escapeFormat(data)
		if out == "" {
			_, err := e.stdout.Write(data)
			return err
		}
		if err := exportFile(e, out, t, data); err != nil {
			return err
		}
	}
	return nil
}

func exportFile(e *env, out string, t *schema.Type, data []byte) error {
	dir := out
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(e.dir, out)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	name := string(t.Name) + ".schema.json"
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
		return fmt.Errorf("write schema: %w", err)
	}
	_, err := fmt.Fprintln(e.stdout, plain.Line(filepath.ToSlash(filepath.Join(out, name))))
	return err
}
