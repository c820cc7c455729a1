package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The exit codes.
const (
	exitDone    = 0 // measured; what was missed is in the table
	exitWrong   = 1 // an answer is wrong or a program failed; with --strict also what is missed, missing or not measured
	exitUsage   = 2
	exitFailure = 3 // not measured
)

// options are the flags.
type options struct {
	rows   string
	write  string
	work   string
	tools  string
	bin    string
	strict bool
	list   bool
	runs   int
}

// bench is one run of the program.
type bench struct {
	env   *env
	o     *options
	rows  *regexp.Regexp
	bin   string // folder of frontdesk and frontdesk-site
	work  string // temporary folder
	home  string
	path  string // PATH of the programs that are measured
	data  string // folder of the real data
	made  map[string]string
	facts *facts
	busy  string // the load before anything was measured
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, e *env, args []string) int {
	if len(args) == 2 && args[0] == yardstickArg {
		return e.report(readDecode(e.stdout, args[1]), exitFailure)
	}
	o, err := parse(e, args)
	if errors.Is(err, flag.ErrHelp) {
		return exitDone
	}
	if err != nil {
		return exitUsage
	}
	b, err := newBench(e, o)
	if err != nil {
		return e.report(err, exitUsage)
	}
	if o.list {
		for _, r := range rows() {
			fmt.Fprintf(e.stdout, "%-16s %s\n", r.name, r.what)
		}
		return exitDone
	}
	defer b.close()
	if err := b.prepare(ctx); err != nil {
		return e.report(err, exitFailure)
	}
	return b.print(ctx, b.all(ctx))
}

func (e *env) report(err error, code int) int {
	if err == nil {
		return exitDone
	}
	fmt.Fprintf(e.stderr, "frontdesk-bench: %s\n", err)
	return code
}

func parse(e *env, args []string) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("frontdesk-bench", flag.ContinueOnError)
	f.SetOutput(e.stderr)
	f.StringVar(&o.rows, "rows", "", "measure only rows whose names match the `pattern`, as 'list|check'")
	f.StringVar(&o.write, "write", "", "write the table as Markdown to the `file`; needs all rows")
	f.StringVar(&o.work, "work", "", "work in this `folder` and keep it, instead of a temporary one")
	f.StringVar(&o.tools, "tools", filepath.Join(".tools", "bench"), "`folder` with the programs to compare with")
	f.StringVar(&o.bin, "bin", "bin", "`folder` with frontdesk and frontdesk-site")
	f.BoolVar(&o.strict, "strict", false, "exit with 1 if a ratio is missed, or anything could not be measured")
	f.BoolVar(&o.list, "list", false, "print the names of the rows and measure nothing")
	f.IntVar(&o.runs, "runs", 7, "take the median of `N` runs; what takes long is run less often")
	f.Usage = func() {
		fmt.Fprint(e.stderr, "frontdesk-bench measures the budgets of Frontdesk. It runs in the root of the\nrepository, after make build; make bench does both.\n\n")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	var err error
	switch {
	case f.NArg() > 0:
		err = fmt.Errorf("nothing but flags is taken, not %q", f.Arg(0))
	case o.write != "" && o.rows != "":
		err = errors.New("--write keeps a table of all rows; leave --rows out")
	case o.runs < 1:
		err = errors.New("--runs is at least 1")
	}
	e.report(err, exitUsage)
	return o, err
}

func newBench(e *env, o *options) (*bench, error) {
	pattern, err := regexp.Compile("^(?:" + o.rows + ")")
	if err != nil {
		return nil, fmt.Errorf("--rows: %w", err)
	}
	root, err := filepath.Abs(e.dir)
	if err != nil {
		return nil, err
	}
	b := &bench{env: e, o: o, rows: pattern, bin: o.bin, made: map[string]string{}, path: e.getenv("PATH")}
	if b.data = e.getenv("FRONTDESK_DATA"); b.data == "" {
		b.data = filepath.Join(root, "..", "shared", "data")
	}
	for _, dir := range []*string{&b.bin, &o.tools, &b.data} {
		if !filepath.IsAbs(*dir) {
			*dir = filepath.Join(root, *dir)
		}
	}
	return b, nil
}

// prepare makes the folder to work in, with a home for git and other programs.
func (b *bench) prepare(ctx context.Context) error {
	if _, err := os.Stat(b.frontdesk()); err != nil {
		return fmt.Errorf("%w: make build makes it", err)
	}
	var err error
	if b.work = b.o.work; b.work == "" {
		b.work, err = os.MkdirTemp(b.env.tempDir, "frontdesk-bench-")
	} else if b.work, err = filepath.Abs(b.work); err == nil {
		err = os.MkdirAll(b.work, 0o755)
	}
	if err != nil {
		return err
	}
	b.home, b.busy = filepath.Join(b.work, "home"), load()
	if n, err := strconv.ParseFloat(b.busy, 64); err == nil && n > 1 {
		fmt.Fprintf(b.env.stderr, "frontdesk-bench: others are using this machine (load %s): the figures will be off\n", b.busy)
	}
	config := "[user]\n\tname = Lee\n\temail = lee@example.org\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[advice]\n\tdetachedHead = false\n"
	if err := os.MkdirAll(b.home, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.home, ".gitconfig"), []byte(config), 0o644)
}

func (b *bench) close() {
	if b.o.work == "" && b.work != "" {
		os.RemoveAll(b.work)
	}
}

func (b *bench) frontdesk() string { return filepath.Join(b.bin, "frontdesk") }

// row is something to measure. It gives at least one line of the table.
type row struct {
	name  string
	what  string
	needs []need
	run   func(ctx context.Context, b *bench) ([]line, error)
}

// need is what a row cannot be measured without. It returns the verdict for
// where it is absent and what is absent, "" where it is there.
type need func(ctx context.Context, b *bench) (verdict, string)

// all measures the rows that were asked for.
func (b *bench) all(ctx context.Context) []line {
	var out []line
	for _, r := range rows() {
		if !b.rows.MatchString(r.name) || ctx.Err() != nil {
			continue
		}
		fmt.Fprintf(b.env.stderr, "%s %s … ", b.env.now().Format(time.TimeOnly), r.name)
		begin := b.env.now()
		lines := b.one(ctx, r)
		if ctx.Err() != nil {
			break // what it says is only that it was interrupted
		}
		for i := range lines {
			lines[i].row = r.name
		}
		fmt.Fprintf(b.env.stderr, "%s, load %s\n", b.env.now().Sub(begin).Round(100*time.Millisecond), load())
		out = append(out, lines...)
	}
	return out
}

// one measures a row. A row that cannot be measured still has its line.
func (b *bench) one(ctx context.Context, r row) []line {
	for _, needed := range r.needs {
		if v, absent := needed(ctx, b); absent != "" {
			return []line{{what: r.what, verdict: v, note: absent}}
		}
	}
	lines, err := r.run(ctx, b)
	switch {
	case errors.As(err, new(wrongError)):
		lines = append(lines, line{what: r.what, verdict: wrong, note: err.Error()})
	case err != nil:
		lines = append(lines, line{what: r.what, verdict: failed, note: strings.Join(strings.Fields(err.Error()), " ")})
	}
	return lines
}

// command needs a command of frontdesk, with flags: "import --replay".
func command(words ...string) need {
	return func(ctx context.Context, b *bench) (verdict, string) {
		args := append([]string{b.frontdesk()}, words...)
		flags := slices.IndexFunc(args, func(a string) bool { return strings.HasPrefix(a, "--") })
		if flags < 0 {
			flags = len(args)
		}
		out, err := b.exec(ctx, call{args: append(slices.Clone(args[:flags]), "--help"), codes: []int{0, 2, 3}})
		there := err == nil && out.code == 0 && strings.Contains(out.stdout, "frontdesk "+strings.Join(words[:flags-1], " "))
		for _, f := range args[flags:] {
			there = there && strings.Contains(out.stdout, f)
		}
		if there {
			return "", ""
		}
		return missing, fmt.Sprintf("there is no %q", "frontdesk "+strings.Join(words, " "))
	}
}

// program needs a program in PATH or at a place.
func program(what string, place func(b *bench) string) need {
	return func(_ context.Context, b *bench) (verdict, string) {
		if _, err := exec.LookPath(place(b)); err != nil {
			return notMeasured, what + " is not installed; make bench installs it"
		}
		return "", ""
	}
}

// realData needs the UCI log.
func realData(_ context.Context, b *bench) (verdict, string) {
	if _, err := os.Stat(b.log()); err != nil {
		return notMeasured, "data absent: " + logName + " is looked for in ../shared/data and in $FRONTDESK_DATA"
	}
	return "", ""
}

// print prints the table, keeps it where that was asked for, and returns the
// exit code. A table that was interrupted is printed and not kept.
func (b *bench) print(ctx context.Context, lines []line) int {
	if len(lines) == 0 && ctx.Err() == nil {
		return b.env.report(errors.New("no row matches; --list names them"), exitUsage)
	}
	if err := printText(b.env.stdout, lines); err != nil {
		return b.env.report(err, exitFailure)
	}
	if err := ctx.Err(); err != nil {
		return b.env.report(fmt.Errorf("stopped before all rows were measured: %w", err), exitFailure)
	}
	if b.o.write != "" {
		if err := os.WriteFile(b.o.write, []byte(b.document(ctx, lines)), 0o644); err != nil {
			return b.env.report(err, exitFailure)
		}
		fmt.Fprintln(b.env.stdout, b.o.write)
	}
	return exitCode(lines, b.o.strict)
}

func exitCode(lines []line, strict bool) int {
	for _, l := range lines {
		switch l.verdict {
		case wrong, failed:
			return exitWrong
		case missed:
			if strict && !l.absolute {
				return exitWrong
			}
		case missing, notMeasured:
			if strict {
				return exitWrong
			}
		}
	}
	return exitDone
}
