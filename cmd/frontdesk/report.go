package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/git"
	"frontdesk/records/report"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// lazyGC collects seldom: nearly all that a report allocates is needed until its end.
// Of the figures of 25,000 records it takes a seventh of the time, for 7 % more memory.
const lazyGC = 400

// reportOptions are the flags of report.
type reportOptions struct {
	format   string
	from, to string
	asOf     string
	zone     string
	by       string
	figures  []string
	at       revision
}

func newReportCmd(e *env) *cobra.Command {
	o := &reportOptions{}
	cmd := &cobra.Command{
		Use:   "report [NAME]",
		Short: "Print figures: volumes, times, service levels, what was detected and predicted",
		Long: "Report prints the figures of a report, of the overview where no NAME is given. There\n" +
			"is a report for each of incident, request, problem, change, release, service, asset,\n" +
			"license and knowledge, and for each type of the desk's own that has states.\n\n" +
			"The same commit gives the same figures: the time of the report is that of HEAD's\n" +
			"commit, unless --as-of says another; --as-of now is now. What happened later, as logs and\n" +
			"stated times tell it, is left out, and a line on stderr says so. Fields that the log\n" +
			"does not keep, such as a requester's score, are as they are now: --at gives the desk as\n" +
			"it was. In a folder without commits it is now.\n\n" +
			"--from and --to name the period, each a date in the report's zone or a time: figures\n" +
			"of what was opened, resolved or closed take what lies in it; those of a stock, such\n" +
			"as the backlog, are as of the report's time. --by groups by a field, such as service,\n" +
			"team, priority or category, or by month. A record that names several, as a change may\n" +
			"services, counts for each. Days and months are those of the desk's time zone, or of\n" +
			"--zone.\n\n" +
			"--format json holds for each figure the id, value, unit, n (of how many records it is),\n" +
			"the definition and the records behind it: of a share those that it finds, so that\n" +
			"sla.compliance names what was met, sla.breached what was not. csv has a line a value, and\n" +
			"so lists all ids; md has the definitions below. --figure prints only those with the\n" +
			"given ids, with their definitions. Times are hours, with a fraction; shares are percent;\n" +
			"p90 is by linear interpolation.\n\n" +
			"Records that cannot be read are named on stderr, the rest is still counted, and the\n" +
			"exit status is 1.\n\nWith --at it reports on the desk as it was.\n" + atHelp,
		GroupID: groupRead,
		Example: "  frontdesk report\n  frontdesk report incident --from 2026-10-01 --to 2026-10-31 --by team\n" +
			"  frontdesk report incident --figure sla.compliance --by month\n" +
			"  frontdesk report incident --figure sla.met,sla.total --from 2026-10-01 --to 2026-10-31 --by team\n" +
			"  frontdesk report license --format md > licences.md\n  frontdesk report change --as-of now --format json",
		Args:              between(0, 1, "the name of a report"),
		RunE:              func(cmd *cobra.Command, args []string) error { return showReport(cmd.Context(), e, o, args) },
		ValidArgsFunction: completeReport(e),
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", formatText, "print as `text`, json, csv or md")
	f.StringVar(&o.from, "from", "", "begin the period with this `day` or time")
	f.StringVar(&o.to, "to", "", "end the period with this `day`, or at this time")
	f.StringVar(&o.asOf, "as-of", "", "take this `time` for now: now, 2026-11-03 or 2026-11-03T09:12:00Z")
	f.StringVar(&o.zone, "zone", "", "let days and months be those of this time `zone`, such as Europe/Berlin")
	f.StringVar(&o.by, "by", "", "group by this `field`, or by month")
	f.StringSliceVar(&o.figures, "figure", nil, "print only the figures with these `ids`, separated by commas")
	f.Var(&o.at, "at", atUsage)
	return completeFlag(cmd, "format", formatText, formatJSON, formatCSV, formatMarkdown)
}

func showReport(ctx context.Context, e *env, o *reportOptions, args []string) error {
	if err := oneOf("format", o.format, formatText, formatJSON, formatCSV, formatMarkdown); err != nil {
		return err
	}
	v, err := openView(ctx, e, o.at)
	if err != nil {
		return err
	}
	defer v.Close()
	all, faults := report.All(v.Desk, v.Types)
	printErrors(e.stderr, faults)
	r, err := o.report(all, args)
	if err != nil {
		return err
	}
	asked, err := o.asked(v, r)
	if err != nil {
		return err
	}
	zone, err := o.inZone(v)
	if err != nil {
		return err
	}
	asOf, err := reportTime(ctx, e, v, o.asOf)
	if err != nil {
		return err
	}
	if asked.From, asked.To, err = o.period(zone); err != nil {
		return err
	}
	debug.SetGCPercent(lazyGC)
	x := openIndex(v.Tree)
	l, err := figure.Load(ctx, v.Tree, x, figure.Options{AsOf: asOf, Zone: zone, Types: o.types(r, v.Types), Fields: o.fields(r)})
	if err != nil {
		return err
	}
	defer x.Save(ctx) // what is not kept is computed again
	if n := report.Parts(r, l.Data, asked); n > report.MaxParts {
		return usagef("ask for some figures, such as --figure opened, or group by a field with fewer values", "--by %s makes %d values, more than %d", o.by, n, report.MaxParts)
	}
	done, err := report.Run(ctx, r, l.Data, asked)
	if err != nil {
		return err
	}
	if err := o.print(e, done); err != nil {
		return err
	}
	if l.Later > 0 || l.Missing > 0 {
		hint(e.stderr, "of %s something happened after %s, which is left out; --as-of now counts it",
			counted(l.Later+l.Missing, "record"), asOf.In(zone).Format("2006-01-02 15:04 MST"))
	}
	return errors.Join(reportLost(e, v.Tree, l.Tree, o.types(r, v.Types)...), problemsIf(len(faults) > 0))
}

// problemsIf is errProblems where something was wrong.
func problemsIf(wrong bool) error {
	if wrong {
		return errProblems
	}
	return nil
}

// counted writes a number of things.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// report returns the report that is asked for.
func (o *reportOptions) report(all []figure.Report, args []string) (figure.Report, error) {
	name := report.Overview
	if len(args) > 0 {
		name = args[0]
	}
	if r, ok := report.Find(all, name); ok {
		return r, nil
	}
	var names []string
	for _, r := range all {
		names = append(names, r.Name)
	}
	text := "the reports are " + strings.Join(names, ", ")
	if near := schema.Nearest(name, names); near != "" {
		text = fmt.Sprintf("did you mean %q? ", near) + text
	}
	return figure.Report{}, usagef(text, "there is no report %q", name)
}

// asked checks what is asked of a report.
func (o *reportOptions) asked(v *view, r figure.Report) (report.Asked, error) {
	a := report.Asked{By: o.by, Figures: o.figures}
	for _, id := range o.figures {
		if slices.ContainsFunc(r.Figures, func(d figure.Definition) bool { return d.ID == id }) {
			continue
		}
		var ids []string
		for _, d := range r.Figures {
			ids = append(ids, d.ID)
		}
		text := "frontdesk report " + r.Name + " --format csv lists them all"
		if near := schema.Nearest(id, ids); near != "" {
			text = fmt.Sprintf("did you mean %q?", near)
		}
		return a, usagef(text, "report %s has no figure %q", r.Name, id)
	}
	if o.by == "" || o.by == report.Month {
		return a, nil
	}
	t := v.Types.Get(r.Subject)
	if t == nil {
		return a, usagef("name the report of a type, such as incident", "--by does not go with the %s", r.Name)
	}
	if t.Field(o.by) == nil {
		text := "such as " + strings.Join(append([]string{report.Month}, r.By...), ", ")
		if near := schema.Nearest(o.by, append(t.FieldNames(), report.Month)); near != "" {
			text = fmt.Sprintf("did you mean %q?", near)
		}
		return a, usagef(text, "%s has no field %q to group by", t.Name, o.by)
	}
	if !t.Field(o.by).Groups() {
		return a, usagef("such as "+strings.Join(append([]string{report.Month}, r.By...), ", "), "field %q holds nothing by which %ss can be grouped", o.by, t.Name)
	}
	return a, nil
}

// types returns the types to read: those of the report, and what it is grouped by.
func (o *reportOptions) types(r figure.Report, types *schema.Types) []records.Type {
	out := report.Types(r)
	if t := types.Get(r.Subject); t != nil && t.Field(o.by) != nil {
		if ref := t.Field(o.by).Ref; ref != "" && ref != schema.AnyType && !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	return out
}

// fields returns the fields to read, nil for all.
func (o *reportOptions) fields(r figure.Report) []string {
	fields := report.Fields(r)
	if fields != nil && o.by != "" {
		fields = append(slices.Clone(fields), o.by)
	}
	return fields
}

// inZone returns the zone in which days and months begin.
func (o *reportOptions) inZone(v *view) (*time.Location, error) {
	if o.zone == "" {
		return v.Desk.TimeZone, nil
	}
	zone, err := time.LoadLocation(o.zone)
	if err != nil || o.zone == "Local" {
		return nil, usagef("use a name such as UTC or Europe/Berlin", "--zone %q is no time zone of the IANA database", o.zone)
	}
	return zone, nil
}

// period returns the beginning and the end of what is asked about.
func (o *reportOptions) period(zone *time.Location) (from, to time.Time, err error) {
	if o.from != "" {
		if from, _, err = parseDay("from", o.from, zone); err != nil {
			return from, to, err
		}
	}
	if o.to != "" {
		if _, to, err = parseDay("to", o.to, zone); err != nil {
			return from, to, err
		}
	}
	if o.from != "" && o.to != "" && !from.Before(to) {
		return from, to, usagef("--from is its first day, --to the last one that is counted", "the period ends before it begins: --from %s --to %s", o.from, o.to)
	}
	return from, to, nil
}

func (o *reportOptions) print(e *env, done *report.Done) error {
	switch o.format {
	case formatJSON:
		return done.WriteJSON(e.stdout)
	case formatCSV:
		return done.WriteCSV(e.stdout)
	case formatMarkdown:
		return done.WriteMarkdown(e.stdout)
	}
	return done.WriteText(e.stdout, e.columns())
}

// reportTime returns the time that a report is of: what the flag says, else that of the
// commit, so that the same commit gives the same bytes.
func reportTime(ctx context.Context, e *env, v *view, flag string) (time.Time, error) {
	switch {
	case flag == "now":
		return e.now(), nil
	case flag != "":
		return parseAsOf(flag, e.now())
	case v.isPast():
		return v.commit.When, nil
	}
	repo, err := git.Open(v.Root)
	if errors.Is(err, git.ErrNoRepository) {
		return e.now(), nil
	}
	if err != nil {
		return time.Time{}, err
	}
	defer repo.Close()
	head, err := repo.Resolve(ctx, "HEAD")
	if err != nil {
		return e.now(), nil // there is no commit yet
	}
	return head.When, nil
}

// completeReport completes the names of reports.
func completeReport(e *env) completer {
	return onDesk(e, func(_ context.Context, t *tree.Tree, args []string, _ string) []word {
		if len(args) > 0 {
			return nil
		}
		all, _ := report.All(t.Desk, t.Types)
		var out []word
		for _, r := range all {
			out = append(out, word{text: r.Name, about: r.Title})
		}
		return out
	})
}
