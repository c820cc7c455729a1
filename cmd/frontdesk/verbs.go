package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/write"
	"frontdesk/schema"
)

// decision works out the assignments of a verb for a record.
type decision func(r *records.Record, t *schema.Type) ([]write.Assignment, error)

// setFrom runs a verb: a set whose assignments depend on the record.
func (f *writeFlags) setFrom(ctx context.Context, e *env, id string, decide decision) error {
	return f.change(ctx, e, func(w *write.Writer) (*write.Change, error) { return w.SetFrom(ctx, id, decide) })
}

func assign(field, text string) write.Assignment {
	return write.Assignment{Field: field, Op: write.Assign, Text: text}
}

// moveTo decides for the first state that fits and may follow, and the given
// assignments.
func moveTo(verb string, as []write.Assignment, fits func(*schema.State) bool) decision {
	return func(r *records.Record, t *schema.Type) ([]write.Assignment, error) {
		to, err := towards(r, t, verb, fits)
		if err != nil {
			return nil, err
		}
		return append([]write.Assignment{assign(records.FieldState, string(to))}, as...), nil
	}
}

// inCategory fits states of a category.
func inCategory(wanted records.Category) func(*schema.State) bool {
	return func(s *schema.State) bool { return s.Category == wanted }
}

// isWaiting fits held states that say what they wait for: not those in which
// an approval is awaited.
func isWaiting(s *schema.State) bool {
	return s.Category == records.Held && slices.Contains(s.Require, fieldHold)
}

// isSolved fits resolved states in which work has been done for somebody: an
// asset in stock is no such thing.
func isSolved(t *schema.Type) func(*schema.State) bool {
	return func(s *schema.State) bool {
		return s.Category == records.Resolved && t.Field(fieldResolution) != nil
	}
}

// The fields that the verbs set.
const (
	fieldHold           = "hold"
	fieldAssignee       = "assignee"
	fieldResolution     = "resolution"
	fieldResolutionCode = "resolution_code"
)

func newAssignCmd(e *env) *cobra.Command {
	var f writeFlags
	var team string
	cmd := &cobra.Command{
		Use:   "assign ID [PERSON]",
		Short: "Give a record to a person, to yourself without one",
		Long: `Assign sets the assignee of a record, and with --team the team. Without a
person it is assigned to you. It is short for "set ID assignee=PERSON".`,
		Example: "  frontdesk assign k7q4\n  frontdesk assign k7q4 lee --team network",
		GroupID: groupWrite,
		Args:    between(1, 2, "an ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			person := "@me"
			if len(args) == 2 {
				person = args[1]
			}
			as := []write.Assignment{assign(fieldAssignee, person)}
			if cmd.Flags().Changed("team") {
				as = append(as, assign("team", team))
			}
			return f.setFrom(cmd.Context(), e, args[0], func(*records.Record, *schema.Type) ([]write.Assignment, error) { return as, nil })
		},
		ValidArgsFunction: completeAssign(e),
	}
	f.addWhen(cmd)
	cmd.Flags().StringVar(&team, "team", "", "give it to this `team` too")
	_ = cmd.RegisterFlagCompletionFunc("team", completeRef(e, "team")) // fails only for a flag that is not there
	return cmd
}

func newResolveCmd(e *env) *cobra.Command {
	var f writeFlags
	var code, text string
	cmd := &cobra.Command{
		Use:   "resolve ID",
		Short: "Resolve a record",
		Long: `Resolve moves a record to the state of its type that means resolved, with a
resolution code and what was done. It is short for "set ID state=…
resolution_code=… resolution=…".`,
		Example: `  frontdesk resolve k7q4 --code fixed -m "Replaced the modem."`,
		GroupID: groupWrite,
		Args:    between(1, 1, "an ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var as []write.Assignment
			if code != "" {
				as = append(as, assign(fieldResolutionCode, code))
			}
			done, err := textOf(e, text)
			if err != nil {
				return err
			}
			if done != "" {
				as = append(as, assign(fieldResolution, done))
			}
			return f.setFrom(cmd.Context(), e, args[0], func(r *records.Record, t *schema.Type) ([]write.Assignment, error) {
				return moveTo("resolved", as, isSolved(t))(r, t)
			})
		},
		ValidArgsFunction: completeID(e),
	}
	f.addWhen(cmd)
	cmd.Flags().StringVar(&code, "code", "", "the resolution `code`")
	cmd.Flags().StringVarP(&text, "message", "m", "", "what was done: the `text`, or - to read it from standard input")
	return cmd
}

func newCloseCmd(e *env) *cobra.Command {
	var f writeFlags
	cmd := &cobra.Command{
		Use:     "close ID",
		Short:   "Close a record",
		Long:    `Close moves a record to the state of its type that means closed.`,
		Example: "  frontdesk close k7q4 --commit",
		GroupID: groupWrite,
		Args:    between(1, 1, "an ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.setFrom(cmd.Context(), e, args[0], moveTo("closed", nil, inCategory(records.Closed)))
		},
		ValidArgsFunction: completeID(e),
	}
	f.addWhen(cmd)
	return cmd
}

// hold decides for the state that means on hold, or, where being held is no state of
// the type, for the field alone.
func hold(reason string) decision {
	as := []write.Assignment{assign(fieldHold, reason)}
	return func(r *records.Record, t *schema.Type) ([]write.Assignment, error) {
		if isFlag(t) {
			return as, nil
		}
		return moveTo("put on hold", as, isWaiting)(r, t)
	}
}

// isFlag reports whether records of the type are held in whatever state they are.
func isFlag(t *schema.Type) bool {
	return t.Field(fieldHold) != nil && !slices.ContainsFunc(t.States, isWaiting)
}

func newHoldCmd(e *env) *cobra.Command {
	var f writeFlags
	cmd := &cobra.Command{
		Use:   "hold ID REASON",
		Short: "Put a record on hold",
		Long: `Hold moves a record to the state of its type that means on hold, and says what
it waits for. A change stays in its state and is held there; its approvals are
suspended. The type lists the reasons: user, vendor, change, problem or evidence
for incidents.`,
		Example: "  frontdesk hold k7q4 vendor",
		GroupID: groupWrite,
		Args:    between(2, 2, "an ID and a REASON"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.setFrom(cmd.Context(), e, args[0], hold(args[1]))
		},
		ValidArgsFunction: completeID(e),
	}
	f.addWhen(cmd)
	return cmd
}

// reopen decides for the state in which work goes on. A record that nobody has
// begun to work on cannot be reopened.
func reopen(r *records.Record, t *schema.Type) ([]write.Assignment, error) {
	if isFlag(t) && !r.Get(fieldHold).IsNull() {
		return []write.Assignment{assign(fieldHold, "")}, nil
	}
	if t.Category(r) == records.New || t.Category(r) == records.Active {
		return nil, usagef("frontdesk assign and frontdesk set state=… begin work", "%s is %s: it is open as it is", r.ID, r.State())
	}
	return moveTo("reopened", nil, inCategory(records.Active))(r, t)
}

func newReopenCmd(e *env) *cobra.Command {
	var f writeFlags
	cmd := &cobra.Command{
		Use:   "reopen ID",
		Short: "Go on working on a record that is on hold or resolved",
		Long: `Reopen moves a record back to a state of its type in which work goes on. The
times of resolution are cleared; the log keeps them. A change on hold goes on from
where it is. A record that is closed for good stays closed: make a new one.`,
		Example: "  frontdesk reopen k7q4",
		GroupID: groupWrite,
		Args:    between(1, 1, "an ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.setFrom(cmd.Context(), e, args[0], reopen)
		},
		ValidArgsFunction: completeID(e),
	}
	f.addWhen(cmd)
	return cmd
}
