package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/frontmatter"
	"frontdesk/records/write"
	"frontdesk/schema"
)

func newNewCmd(e *env) *cobra.Command {
	var f writeFlags
	var id, text string
	cmd := &cobra.Command{
		Use:   "new TYPE TITLE [field=value …]",
		Short: "Make a record",
		Long: `New makes a record of a type with a title and fields, in the state in which
records of the type begin. The id is made by Frontdesk, from the title for
types that are called by name, or given with --id: "--id vpn/reset-token" puts
an article into the folder vpn. Fields that follow from others, such as the
priority, and times are filled in.

The text goes into the first section; "-m -" reads it from standard input.`,
		Example: `  frontdesk new incident "VPN drops every ten minutes" service=vpn impact=medium urgency=high
  frontdesk new change "Renew the mail certificate" kind=standard --commit
  frontdesk new knowledge "Reset a token" --id vpn/reset-token -m "Open the portal …"`,
		GroupID: groupWrite,
		Args:    between(1, -1, "a TYPE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := textOf(e, text)
			if err != nil {
				return err
			}
			return f.change(cmd.Context(), e, func(w *write.Writer) (*write.Change, error) {
				spec, err := newSpec(w, args, id, body)
				if err != nil {
					return nil, err
				}
				return w.New(cmd.Context(), spec)
			})
		},
		ValidArgsFunction: completeNew(e),
	}
	f.addWhen(cmd)
	cmd.Flags().StringVar(&id, "id", "", "the record's `id`, for types whose ids are names or come from outside")
	cmd.Flags().StringVarP(&text, "message", "m", "", "the `text`, or - to read it from standard input")
	return cmd
}

// newSpec reads the words after "new".
func newSpec(w *write.Writer, args []string, id, body string) (write.Spec, error) {
	t, err := findType(w.Tree.Types, args[0])
	if err != nil {
		return write.Spec{}, err
	}
	spec := write.Spec{Type: t.Name, Text: body}
	spec.Folder, spec.ID = write.SplitFolder(id)
	var title []string
	for _, arg := range args[1:] {
		a, err := write.ParseAssignment(arg)
		if err != nil || strings.ContainsAny(a.Field, " \t") {
			title = append(title, arg)
			continue
		}
		if err := checkWord(t, a.Field, arg); err != nil {
			return write.Spec{}, err
		}
		spec.Fields = append(spec.Fields, a)
	}
	if len(title) > 0 {
		spec.Fields = append(spec.Fields, write.Assignment{Field: records.FieldTitle, Op: write.Assign, Text: strings.Join(title, " ")})
	}
	return spec, nil
}

// checkWord refuses a word with blanks that begins as an assignment and whose field
// is unlike any: it is rather a title.
func checkWord(t *schema.Type, field, arg string) error {
	known := t.Field(field) != nil || strings.HasPrefix(field, "x_") || schema.Nearest(field, t.FieldNames()) != ""
	if known || !strings.ContainsAny(arg, " \t") {
		return nil
	}
	return usagef(fmt.Sprintf("if it is the title, write title=%q", arg), "%s has no field %q", t.Name, field)
}

// textOf returns the text of a flag; "-" means standard input.
func textOf(e *env, text string) (string, error) {
	if text != "-" {
		return text, nil
	}
	data, err := io.ReadAll(io.LimitReader(e.stdin, frontmatter.MaxBody+1))
	if err != nil {
		return "", fmt.Errorf("read standard input: %w", err)
	}
	if len(data) > frontmatter.MaxBody {
		return "", usagef("put it into a file beside the record", "the text is longer than %d bytes", frontmatter.MaxBody)
	}
	return string(data), nil
}
