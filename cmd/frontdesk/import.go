package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/records/intake"
	"frontdesk/records/tree"
)

// importOptions are the flags of import.
type importOptions struct {
	writeFlags
	mapping   string
	explain   bool
	delimiter string
	encoding  string
	member    string
	replay    bool
	branch    string
	stream    string
}

func newImportCmd(e *env) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import [PRESET] FILE",
		Short: "Import records from a CSV file of another system",
		Long: `Import reads a CSV file, or a zip archive that holds one, and writes a record for
each row or each case of an event log. What columns mean says a mapping file:
one that ships inside, called a preset, or your own with --map.

Presets: ` + strings.Join(intake.Presets(), ", ") + `. "frontdesk import --help-mapping" documents mapping
files; with the name of a preset it prints that one, to start from.

Each row that cannot be read is reported with its line and case. Run again, an
import goes on where it was stopped; records that were changed since are kept
as they are and reported. The exit status is 1 where anything was reported.

` + replayHelp,
		Example: "  frontdesk import servicenow incidents.csv.zip\n  frontdesk import --map my.yaml tickets.csv -n\n  frontdesk import servicenow incidents.csv.zip --replay --branch history",
		GroupID: groupDesk,
		Args: func(cmd *cobra.Command, args []string) error {
			if o.explain {
				return nil
			}
			return between(1, 2, "a FILE")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.explain {
				return helpMapping(e, args)
			}
			return runImport(cmd.Context(), e, &o, args)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 && o.mapping == "" {
				return intake.Presets(), cobra.ShellCompDirectiveDefault
			}
			return nil, cobra.ShellCompDirectiveDefault
		},
	}
	o.add(cmd)
	cmd.Flags().Lookup("format").Usage = "`format`: text prints a summary, json the counts and every problem"
	cmd.Flags().StringVar(&o.mapping, "map", "", "the mapping `file`, instead of a preset")
	cmd.Flags().BoolVar(&o.explain, "help-mapping", false, "show how mapping files are written, or the mapping file of a PRESET")
	cmd.Flags().StringVar(&o.delimiter, "delimiter", "", "what separates cells, where it is not what the mapping says: comma, semicolon, tab, pipe or a `character`")
	cmd.Flags().StringVar(&o.encoding, "encoding", "", "`encoding` of the file, where it is not what the mapping says: utf-8 or windows-1252")
	cmd.Flags().BoolVar(&o.replay, "replay", false, "make a commit of each row, with the row's author and time, on a new branch")
	cmd.Flags().StringVar(&o.branch, "branch", "", "with --replay: the `name` of the branch, which must be new; otherwise "+intake.DefaultBranch)
	cmd.Flags().StringVar(&o.stream, "stream", "", "with --replay: write what git fast-import would read to a `file`, and no commits")
	cmd.Flags().StringVar(&o.member, "member", "", "which `file` of a zip archive to read; otherwise the only .csv")
	return cmd
}

// helpMapping prints how mapping files are written, or that of a preset.
func helpMapping(e *env, args []string) error {
	text := intake.MappingHelp()
	if len(args) > 0 {
		src, err := intake.PresetSource(args[0])
		if err != nil {
			return usageError{err}
		}
		text = string(src)
	}
	_, err := io.WriteString(e.stdout, text)
	return err
}

func runImport(ctx context.Context, e *env, o *importOptions, args []string) error {
	if err := oneOf("format", o.format, formatText, formatJSON); err != nil {
		return err
	}
	if err := o.checkReplay(); err != nil {
		return err
	}
	m, file, err := o.choose(e, args)
	if err != nil {
		return err
	}
	if m, err = m.WithFile(o.delimiter, o.encoding, o.member); err != nil {
		return usageError{err}
	}
	t, err := openDesk(e)
	if err != nil {
		return err
	}
	defer t.Close()
	if err := writable(t); err != nil {
		return err
	}
	f, size, err := openFile(e.path(file))
	if err != nil {
		return usageError{fmt.Errorf("open the file to import: %w", err)}
	}
	defer f.Close()
	progress, done := importProgress(e)
	src := intake.Source{Name: file, Data: f, Size: size}
	if o.replay {
		res, err := o.replayInto(ctx, e, t, m, src, progress)
		done()
		if err != nil {
			return explainReplay(e, err)
		}
		return o.finishReplay(e, res)
	}
	res, err := intake.Run(ctx, t, m, src, intake.Options{DryRun: o.dry, Progress: progress})
	done()
	if err != nil {
		return explainImport(e, err)
	}
	return o.finish(ctx, e, t, res, file)
}

// choose returns the mapping that flags and arguments name, and the file.
func (o *importOptions) choose(e *env, args []string) (*intake.Mapping, string, error) {
	switch {
	case o.mapping != "" && len(args) == 1:
		src, err := readMapping(e.path(o.mapping))
		if err != nil {
			return nil, "", usageError{fmt.Errorf("read mapping: %w", err)}
		}
		m, ds := intake.Parse(o.mapping, src)
		showFindings(e, ds, src)
		if m == nil || diag.Count(ds, diag.Error) > 0 {
			return nil, "", usagef("frontdesk import --help-mapping documents mapping files", "the mapping %s has errors", o.mapping)
		}
		return m, args[0], nil
	case o.mapping == "" && len(args) == 2:
		m, err := intake.Preset(args[0])
		if err != nil {
			return nil, "", usageError{withHint(err, "or write a mapping of your own and give it with --map")}
		}
		return m, args[1], nil
	}
	return nil, "", usagef("frontdesk import PRESET FILE, or frontdesk import --map MAPPING FILE", "import needs a preset or a mapping, and a file")
}

// openFile opens a file and tells its size. To open a pipe would wait for ever,
// and a folder is no table.
func openFile(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a file", path)
	}
	f, err := os.Open(path)
	return f, info.Size(), err
}

// readMapping reads no more of a file than a mapping may hold; the parser says
// so of what is longer.
func readMapping(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, frontmatter.MaxFile))
}

// importProgress returns a progress bar on stderr where a person watches.
func importProgress(e *env) (progress func(done, total int), finish func()) {
	if !e.isTerminal(e.stderr) {
		return nil, func() {}
	}
	var bar *progressbar.ProgressBar
	progress = func(done, total int) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(e.stderr), progressbar.OptionSetDescription("importing"),
				progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100e6))
		}
		_ = bar.Set(done)
	}
	return progress, func() {
		if bar != nil {
			_ = bar.Finish()
		}
	}
}

func explainImport(e *env, err error) error {
	var wrong *intake.MappingError
	if errors.As(err, &wrong) {
		showMapping(e, wrong.Diagnostics)
		return withHint(err, "is it the right file? frontdesk import --help-mapping documents mapping files")
	}
	if errors.Is(err, intake.ErrUnfinished) {
		return withHint(err, "what was written stays; run the same command again to go on")
	}
	return err
}

// shownColumns is how many columns that a file lacks are shown: where it is the
// wrong file, the others say the same.
const shownColumns = 3

// showMapping prints what is wrong with a mapping, in view of the file.
func showMapping(e *env, ds []diag.Diagnostic) {
	columns := 0
	shown := slices.DeleteFunc(slices.Clone(ds), func(d diag.Diagnostic) bool {
		if d.Rule == intake.RuleColumn {
			columns++
		}
		return d.Rule == intake.RuleColumn && columns > shownColumns
	})
	showFindings(e, shown, nil)
	if columns > shownColumns {
		complain(e.stderr, "and %d more columns that the file does not have", columns-shownColumns)
	}
}

// finish prints what an import did and commits it where that was asked for.
func (o *importOptions) finish(ctx context.Context, e *env, t *tree.Tree, res *intake.Result, file string) error {
	if o.format == formatJSON {
		if err := writeJSON(e.stdout, res); err != nil {
			return err
		}
	} else {
		o.printResult(e, res)
	}
	if o.commit && !o.dry && len(res.Written) > 0 {
		if err := commitLocked(ctx, t, messageLine("Import "+file), res.Written...); err != nil {
			return err
		}
	}
	if len(res.Problems) > 0 {
		return errProblems
	}
	return nil
}

func (o *importOptions) printResult(e *env, res *intake.Result) {
	showProblems(e, res)
	verb := "wrote"
	if o.dry {
		verb = "would write"
	}
	fmt.Fprintf(e.stdout, "%s read, %s %s%s\n", count(res.Events, "row"), verb, made(res), reported(res))
	printKept(e, res)
	if res.Left > 0 {
		fmt.Fprintf(e.stdout, "%s left out, as the mapping says\n", count(res.Left, "row"))
	}
	if res.Sharded {
		fmt.Fprintf(e.stdout, "desk.yaml: shard set to %d, for months with many records\n", res.Shard)
	}
}

// showProblems prints what an import could not take, on stderr.
func showProblems(e *env, res *intake.Result) {
	for _, p := range res.Problems {
		complain(e.stderr, "line %d, %s: %s", p.Line, p.Case, p.Message)
	}
	if len(res.Unused) > 0 {
		complain(e.stderr, "columns that the mapping leaves out: %s", strings.Join(res.Unused, ", "))
	}
}

// made says which records are new.
func made(res *intake.Result) string {
	var made []string
	for _, typ := range slices.Sorted(maps.Keys(res.Created)) {
		if n := res.Created[typ]; n > 0 {
			made = append(made, count(n, string(typ)))
		}
	}
	if len(made) == 0 {
		return "nothing new"
	}
	return strings.Join(made, ", ")
}

func reported(res *intake.Result) string {
	if n := len(res.Problems); n > 0 {
		return "; reported " + count(n, "row")
	}
	return ""
}

func printKept(e *env, res *intake.Result) {
	for _, typ := range slices.Sorted(maps.Keys(res.Kept)) {
		if n := res.Kept[typ]; n > 0 {
			fmt.Fprintf(e.stdout, "%s there already\n", count(n, string(typ)))
		}
	}
}
