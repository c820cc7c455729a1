package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"frontdesk/records/audit"
	"frontdesk/records/git"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
)

const auditHelp = `Audit accounts for a protected branch. Every commit on it, along first parents, is
mapped to the records whose files it touches; where it touches none, to those that its
message names, which proves nothing and is counted as claimed; or it is an exception.
Each landing of a record that needs approval, and of files that a policy guards, is
judged as it was then: by the policy, the people and the signers of the commit before
it, and by the statements that the branch had or that came with it. Emergencies may be
approved later, as long as their policy says.

Exceptions are commits that no record accounts for; what landed without approval, or
together with the policy, people or signers by which it is judged; guarded files
without a record; emergencies that were approved late or never; votes of persons on
their own work; statements that prove nothing, that were changed or removed, or that
rest on a key revoked since; records that were removed; log lines that were altered,
dated back or dated later than their commit; commits whose time goes backwards; and
what could not be judged. Worth knowing, and no exception: persons who approved each
other's changes, changes to policy and people, and approvals that are due.

--from and --to choose a period by the times that commits claim, from the first that
lies in it to the last; those between are in it whatever they claim. A date means its
beginning for --from, and its end for --to. --sample N draws changes by the SHA-256 of
the seed and the record's name; --sample-first emergency draws those first.

What was judged is kept in git's own folder, by commit, so that another audit costs
what is new. Nothing that was forced away from the branch before this clone fetched it
can be seen. The status is 0 where there is no exception, and 1 where there is one.`

// auditOptions are the flags of audit and of evidence export.
type auditOptions struct {
	from, to, branch, asOf string
	sample                 int
	seed, first            string
	format                 string
}

func newAuditCmd(e *env) *cobra.Command {
	var o auditOptions
	cmd := &cobra.Command{
		Use:     "audit",
		Short:   "Account for every commit on the protected branch",
		Long:    auditHelp,
		GroupID: groupRead,
		Example: "  frontdesk audit\n  frontdesk audit --from 2026-07-01 --to 2026-09-30 --sample 25 --seed 4711\n  frontdesk audit --format csv > population.csv",
		Args:    between(0, 0, "no argument; --branch names the branch"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runAudit(cmd.Context(), e, &o)
		},
	}
	o.addTo(cmd.Flags())
	cmd.Flags().StringVar(&o.format, "format", formatText, "print as `text`, json, or csv with a row for each commit")
	return completeFlag(cmd, "format", formatText, formatJSON, formatCSV)
}

func (o *auditOptions) addTo(f *pflag.FlagSet) {
	f.StringVar(&o.from, "from", "", "begin the period at this `time`, or date")
	f.StringVar(&o.to, "to", "", "end the period before this `time`, or with this date")
	f.StringVar(&o.branch, "branch", "", "the `branch` instead of the first that desk.yaml protects")
	f.StringVar(&o.asOf, "as-of", "", "judge as of this `time` instead of now")
	f.IntVar(&o.sample, "sample", 0, "draw this `number` of changes for a closer look")
	f.StringVar(&o.seed, "seed", "", "draw by this `text`: the same one draws the same changes")
	f.StringVar(&o.first, "sample-first", "", "draw changes of this `kind` before all others")
}

// check refuses flags that make no sense.
func (o *auditOptions) check() error {
	switch {
	case o.sample < 0:
		return usagef("leave --sample out to draw none", "--sample %d makes no sense", o.sample)
	case o.sample == 0 && (o.seed != "" || o.first != ""):
		return usagef("say with --sample how many", "--seed and --sample-first go with --sample")
	case o.sample > 0 && o.seed == "":
		return usagef("--seed 4711, or any text that nobody could choose: note it down, as whoever has it draws the same", "--sample needs a --seed")
	}
	return nil
}

// options reads the flags.
func (o *auditOptions) options(e *env) (audit.Options, error) {
	opts := audit.Options{Branch: o.branch}
	if err := o.check(); err != nil {
		return opts, err
	}
	var err error
	if opts.AsOf, err = parseAsOf(o.asOf, e.now()); err != nil {
		return opts, err
	}
	opts.AsOf = opts.AsOf.UTC().Truncate(time.Second)
	if opts.From, err = parseBound("from", o.from, 0); err != nil {
		return opts, err
	}
	if opts.To, err = parseBound("to", o.to, 1); err != nil {
		return opts, err
	}
	if !opts.From.IsZero() && !opts.To.IsZero() && !opts.From.Before(opts.To) {
		return opts, usagef("give --from the earlier one", "--from %s is not before --to %s", o.from, o.to)
	}
	return opts, nil
}

// parseBound reads a bound of a period: a time, or a date, which means its
// beginning so many days later.
func parseBound(flag, value string, days int) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return t, usagef("write 2026-11-03 or 2026-11-03T09:12:00Z", "--%s %q is no time", flag, value)
	}
	return t.AddDate(0, 0, days), nil
}

// withAudit audits the desk and hands the report on while its repository is open.
func withAudit(ctx context.Context, e *env, o *auditOptions, use func(repo *git.Repo, rep *audit.Report, zone *time.Location) error) error {
	opts, err := o.options(e)
	if err != nil {
		return err
	}
	root, err := findDesk(e)
	if errors.Is(err, tree.ErrNoDesk) {
		return withHint(err, "frontdesk init makes one here; -C FOLDER works in another folder")
	}
	if err != nil {
		return err
	}
	repo, err := openRepo(root)
	if err != nil {
		return err
	}
	defer repo.Close()
	if opts.Place, err = auditPlace(repo); err != nil {
		return err
	}
	rep, err := audit.Run(ctx, repo, opts)
	var missing *audit.NoBranchError
	switch {
	case errors.As(err, &missing):
		return usageError{withHint(err, "--branch names another one; desk.yaml says with branches which are protected; git fetch brings what others have")}
	case err != nil:
		return explainRevision(repo, err)
	}
	return use(repo, rep, zoneOf(root))
}

// auditPlace says where what an audit found is kept.
func auditPlace(repo *git.Repo) (audit.Place, error) {
	common, err := repo.CommonDir()
	if err != nil {
		return audit.Place{}, err
	}
	prefix, err := repo.Prefix()
	return audit.Place{Common: common, Build: programBuild(), Desk: prefix}, err
}

// zoneOf returns the time zone of a desk.
func zoneOf(root string) *time.Location {
	t, err := tree.Open(root)
	if err != nil {
		return time.UTC
	}
	defer t.Close()
	return t.Desk.TimeZone
}

func runAudit(ctx context.Context, e *env, o *auditOptions) error {
	if err := oneOf("format", o.format, formatText, formatJSON, formatCSV); err != nil {
		return err
	}
	return withAudit(ctx, e, o, func(_ *git.Repo, rep *audit.Report, zone *time.Location) error {
		sample := rep.Sample(o.sample, o.seed, o.first)
		if err := writeAudit(e, o.format, rep, sample, zone); err != nil {
			return err
		}
		tellRewritten(e, rep)
		if rep.Exceptional() > 0 {
			return errProblems
		}
		return nil
	})
}

func writeAudit(e *env, format string, rep *audit.Report, sample []audit.Sampled, zone *time.Location) error {
	switch format {
	case formatJSON:
		return writeJSON(e.stdout, rep.JSON(sample))
	case formatCSV:
		return rep.WritePopulation(e.stdout)
	}
	p := &auditPage{page: page{width: e.columns(), color: e.color(), zone: zone}, rep: rep}
	p.write(sample)
	_, err := io.WriteString(e.stdout, p.String())
	return err
}

// tellRewritten says that the branch does not hold any more what was audited.
func tellRewritten(e *env, rep *audit.Report) {
	if rep.Rewritten != "" {
		complain(e.stderr, "%s was rewritten: when it was audited here last, it held %s, and does not any more", rep.Branch, rep.Rewritten)
		hint(e.stderr, "git reflog %s, and the server's log, show who did that and when", rep.Branch)
	}
}

// auditPage is an audit as people read it.
type auditPage struct {
	page
	rep *audit.Report
}

// mostTold is how many exceptions of a kind are told in text.
const mostTold = 100

func (p *auditPage) write(sample []audit.Sampled) {
	p.strong("Audit of " + p.rep.Branch + " at " + p.rep.Tip.Short())
	p.line("", "as of "+p.time(p.rep.AsOf)+p.period())
	p.line("", "")
	p.counts()
	p.kinds(false, "No exception.")
	p.kinds(true, "")
	p.sample(sample)
	p.line("", "")
	for _, n := range p.rep.Notes {
		p.wrapped("note: ", "      ", plain.Line(n))
	}
}

// period says which commits the audit is about.
func (p *auditPage) period() string {
	var parts []string
	if !p.rep.From.IsZero() {
		parts = append(parts, "from "+p.time(p.rep.From))
	}
	if !p.rep.To.IsZero() {
		parts = append(parts, "before "+p.time(p.rep.To))
	}
	if len(parts) == 0 {
		return ", all of its history"
	}
	return ", commits " + strings.Join(parts, ", ")
}

func (p *auditPage) counts() {
	c := p.rep.Counts()
	row := func(n int, always bool, format string, args ...any) {
		if n > 0 || always {
			p.wrapped(fmt.Sprintf("%8d  ", n), "          ", fmt.Sprintf(format, args...))
		}
	}
	if n := len(p.rep.Entries); n > 0 {
		first, last := p.rep.Entries[0], p.rep.Entries[n-1]
		row(c.Commits, true, "commits, from %s of %s to %s of %s", first.Short(), p.time(first.When), last.Short(), p.time(last.When))
	} else {
		row(0, true, "commits")
	}
	row(c.Before, false, "brought the desk, or came before it")
	row(c.Cut, false, "where the shallow clone ends")
	row(c.Touched, true, "touch records")
	row(c.Claimed, false, "touch none, and name one in their message (claimed, not proven)")
	row(c.Together, false, "touch none, and are covered by those of commits that came with them")
	row(c.Unmapped, true, "that no record accounts for")
	p.line("", "")
	row(c.Changes, true, "records that needed approval, with %s", count(c.Landings, "landing"))
	row(c.Approved, c.Changes > 0, "landings were approved")
	row(c.Ahead, false, "went ahead as emergencies")
	row(c.NotApproved, c.Changes > 0, "landings were not approved")
}

// kinds writes the exceptions by kind, or what is worth knowing.
func (p *auditPage) kinds(information bool, none string) {
	by := map[audit.Rule][]*audit.Exception{}
	n := 0
	for _, x := range p.rep.Exceptions {
		if x.Information == information {
			by[x.Rule] = append(by[x.Rule], x)
			n++
		}
	}
	switch {
	case n > 0 && information:
		p.line("", "")
		p.strong("Worth knowing")
	case n > 0:
		p.line("", "")
		p.strong(count(n, "exception"))
	case none != "":
		p.line("", "")
		p.strong(none)
	}
	for _, k := range audit.Kinds() {
		if xs := by[k.Rule]; len(xs) > 0 {
			p.kind(k, xs)
		}
	}
}

func (p *auditPage) kind(k audit.Kind, xs []*audit.Exception) {
	p.line("", "")
	p.wrapped("", "  ", fmt.Sprintf("%s (%d) [%s]", k.Title, len(xs), k.Rule))
	for i, x := range xs {
		if i == mostTold {
			p.line("  ", fmt.Sprintf("and %d more, which --format json has", len(xs)-i))
			break
		}
		p.exception(x, i > 0 && xs[i-1].Entry == x.Entry)
	}
	p.wrapped("  what to do: ", "              ", k.Hint)
}

// exception writes one; its commit unless it was written just before.
func (p *auditPage) exception(x *audit.Exception, same bool) {
	if x.Entry == nil {
		p.wrapped("  ", "    ", plain.Line(x.Words))
		return
	}
	if !same {
		p.wrapped("  ", "    ", plain.Line(fmt.Sprintf("%s  %s  %s  %s", x.Entry.Short(), p.time(x.Entry.When), who(x.Entry.Committer), x.Entry.Subject)))
	}
	words := x.Words
	if x.Record != "" && !strings.Contains(words, x.Record) {
		words = x.Record + ": " + words
	}
	if x.Rule != audit.UnmappedCommit {
		p.wrapped("      ", "        ", plain.Line(words))
	}
}

func (p *auditPage) sample(sample []audit.Sampled) {
	if len(sample) == 0 {
		return
	}
	p.line("", "")
	p.strong(fmt.Sprintf("Sample of %d", len(sample)))
	for _, s := range sample {
		p.wrapped("  ", "    ", plain.Line(strings.TrimSpace(s.Record+"  "+s.Kind)+"  "+s.Title))
	}
}
