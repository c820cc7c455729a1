package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/records/lazy"
	"frontdesk/schema"
)

// oneOf refuses a flag's value that is not one of those known.
func oneOf(flag, value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	hint := "it is one of " + strings.Join(known, ", ")
	if near := schema.Nearest(value, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return usagef(hint, "--%s %q is unknown", flag, value)
}

// addFormat gives a reading command its --format text|json.
func addFormat(cmd *cobra.Command, format *string) *cobra.Command {
	cmd.Flags().StringVar(format, "format", formatText, "print as `text` or json")
	return completeFlag(cmd, "format", formatText, formatJSON)
}

// completeFlag makes a flag complete to the values.
func completeFlag(cmd *cobra.Command, flag string, values ...string) *cobra.Command {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // fails only for a flag that is not there
	return cmd
}

// parseAsOf reads the value of --as-of: a time, or a date, which means its
// beginning in UTC. "" is now.
func parseAsOf(value string, now time.Time) (time.Time, error) {
	if value == "" {
		return now, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("write 2026-11-03 or 2026-11-03T09:12:00Z", "--as-of %q is no time", value)
}

// takesQuery marks commands whose arguments may be query terms.
const takesQuery = "frontdesk/query"

// excluded matches a query term that begins with a dash, which pflag would take
// for a flag.
var excluded = lazy.Regexp(`^-[a-z_][A-Za-z0-9_.-]*:`)

// keepTerms hides the dash of excluding query terms, as in list -is:closed, from
// the flag parser by a space in front, which queries ignore.
func keepTerms(root *cobra.Command, args []string) []string {
	if cmd, _, err := root.Find(args); err != nil || cmd.Annotations[takesQuery] == "" {
		return args
	}
	out := slices.Clone(args)
	for i, a := range out {
		if excluded().MatchString(a) {
			out[i] = " " + a
		}
	}
	return out
}
