package main

import (
	"cmp"
	"context"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
)

// showOptions are the flags of show.
type showOptions struct {
	format string
	links  bool
	asOf   string
	at     revision
}

func newShowCmd(e *env) *cobra.Command {
	o := &showOptions{}
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show one record",
		Long: "Show prints a record's fields and text. ID is any unambiguous part of an id, or\n" +
			"TYPE/ID where two types share it. Times are in the desk's time zone. Text from\n" +
			"records is printed without control characters.\n\n" +
			"It prints how the record's clocks stand: for each that has a target the outcome, how\n" +
			"much of the target is left or how far it is over, when it is due, and by which target\n" +
			"and calendar. Lengths of time are those of the calendar; a due time counts on from\n" +
			"now as if nothing pauses it. With --as-of the clocks are as of that time, and know\n" +
			"nothing of what happened later.\n\n" +
			"With --format json it prints the same envelope as list, with the record's body, log\n" +
			"and clocks. Lengths of time are in seconds there.\n\n" +
			"With --at it shows the record as it was.\n" + atHelp,
		GroupID:           groupRead,
		Example:           "  frontdesk show INC-2611-K7Q4\n  frontdesk show k7q4\n  frontdesk show service/vpn --links\n  frontdesk show k7q4 --format json\n  frontdesk show k7q4 --as-of 2026-11-03T12:00:00Z\n  frontdesk show k7q4 --at HEAD~3",
		Args:              between(1, 1, "an ID"),
		RunE:              func(cmd *cobra.Command, args []string) error { return show(cmd.Context(), e, o, args[0]) },
		ValidArgsFunction: completeID(e),
	}
	cmd.Flags().BoolVar(&o.links, "links", false, "add the records that it refers to and that refer to it")
	cmd.Flags().StringVar(&o.asOf, "as-of", "", "show the clocks as of this `time` instead of now: 2026-11-03 or 2026-11-03T09:12:00Z")
	cmd.Flags().Var(&o.at, "at", atUsage)
	return addFormat(cmd, &o.format)
}

func show(ctx context.Context, e *env, o *showOptions, part string) error {
	if err := oneOf("format", o.format, formatText, formatJSON); err != nil {
		return err
	}
	v, err := openView(ctx, e, o.at)
	if err != nil {
		return err
	}
	defer v.Close()
	t := v.Tree
	r, err := v.find(e, part)
	if err != nil {
		return err
	}
	book, err := o.clocks(ctx, e, v, r)
	if err != nil {
		return err
	}
	events, faults := r.Log()
	var links []link
	var lost error
	if o.links {
		if err := v.readAhead(ctx); err != nil {
			return err
		}
		if links, lost, err = linksOf(ctx, e, t, r); err != nil {
			return err
		}
	}
	if o.format == formatJSON {
		out := newEnvelope(1, []*records.Record{r}, t.Types)
		out.Records[0] = out.Records[0].whole(r, events)
		if o.links {
			out.Records[0].Links = &links
		}
		if book.timer != nil {
			out.timed(book, []*records.Record{r}, t.Types)
		}
		err = writeJSON(e.stdout, out)
	} else {
		p := &page{width: e.columns(), color: e.color(), zone: t.Desk.TimeZone}
		p.record(t.Types.Get(r.Type), r, book)
		p.links(links)
		_, err = io.WriteString(e.stdout, p.String())
	}
	if err != nil {
		return err
	}
	told := &tree.Loaded{Set: records.NewSet(nil)}
	book.reportLost(told)
	return cmp.Or(problemsOf(e, t, faults), lost, reportLost(e, t, told, r.Type, "service", personType, "team"))
}

// clocks computes the clocks of the record that is shown.
func (o *showOptions) clocks(ctx context.Context, e *env, v *view, r *records.Record) (*clockBook, error) {
	book := &clockBook{asked: o.asOf != ""}
	now := e.now().Truncate(time.Second)
	if v.isPast() {
		now = v.commit.When
	}
	var err error
	if book.asOf, err = parseAsOf(o.asOf, now); err != nil {
		return nil, err
	}
	if typ := v.Types.Get(r.Type); typ == nil || len(typ.Clocks) == 0 {
		return book, nil
	}
	book.timer = figure.NewTimerOfOne(ctx, v.Tree)
	return book, book.take(ctx, []*records.Record{r})
}

// link is a reference between the shown record and another one.
type link struct {
	Field     string `json:"field"`     // that holds the reference
	Direction string `json:"direction"` // "out": of the shown record; "in": of the other one
	Ref       string `json:"ref"`       // the other record, type/id
	Title     string `json:"title"`     // of the other record, "" where there is none
}

// linksOf returns the references of a record to others and of others to it, in
// the order of its fields and then of the records. lost is errProblems where
// records could not be read and may hide more.
func linksOf(ctx context.Context, e *env, t *tree.Tree, r *records.Record) (links []link, lost, err error) {
	l, err := t.Load(ctx)
	if err != nil {
		return nil, nil, err
	}
	links = []link{}
	eachRef(t, r, func(field string, target *records.Record, ref string) {
		title := ""
		if target != nil {
			ref, title = target.Ref(), target.Title()
		}
		links = append(links, link{field, "out", ref, title})
	}, l.Set)
	for _, other := range l.Set.All() {
		eachRef(t, other, func(field string, target *records.Record, _ string) {
			if target != nil && target.Path == r.Path && other.Path != r.Path {
				links = append(links, link{field, "in", other.Ref(), other.Title()})
			}
		}, l.Set)
	}
	return links, reportLost(e, t, l), nil
}

// eachRef calls visit for each reference in a record's fields, with the record
// that it names, nil where there is none or more than one.
func eachRef(t *tree.Tree, r *records.Record, visit func(field string, target *records.Record, ref string), set *records.Set) {
	typ := t.Types.Get(r.Type)
	if typ == nil {
		return
	}
	for _, f := range typ.Fields {
		if f.Ref == "" {
			continue
		}
		for _, ref := range r.Get(f.Name).Strings() {
			var target *records.Record
			full := ref
			if !strings.Contains(ref, "/") && f.Ref != "any" {
				full = string(f.Ref) + "/" + ref
			}
			if found := set.Find(full); len(found) == 1 {
				target = found[0]
			}
			visit(f.Name, target, plain.Line(ref))
		}
	}
}
