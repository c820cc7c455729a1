package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/index"
	"frontdesk/records/plain"
	"frontdesk/records/query"
	"frontdesk/records/sla"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// The formats of lists.
const (
	formatTable = "table"
	formatText  = "text"
	formatJSON  = "json"
	formatCSV   = "csv"
	formatIDs   = "ids"
)

// listOptions are the flags of list.
type listOptions struct {
	format  string
	count   bool
	limit   int
	columns []string
	at      revision
}

func newListCmd(e *env) *cobra.Command {
	o := &listOptions{}
	cmd := &cobra.Command{
		Use:     "list [TYPE] [QUERY...]",
		Short:   "List records that meet a query",
		Long:    listHelp(),
		GroupID: groupRead,
		Example: "  frontdesk list incident is:open assignee:@me\n" +
			"  frontdesk list 'is:open priority:P1,P2 sort:priority'\n" +
			"  frontdesk list change 'planned_start:>=today' --format json\n" +
			"  frontdesk list incident -state:closed --count\n" +
			"  frontdesk list --at v1 incident is:open",
		RunE:              func(cmd *cobra.Command, args []string) error { return list(cmd.Context(), e, o, args) },
		ValidArgsFunction: completeQuery(e),
		Annotations:       map[string]string{takesQuery: "true"},
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", formatTable, "print as `table`, json, csv or ids")
	f.BoolVar(&o.count, "count", false, "print only how many records match")
	f.IntVar(&o.limit, "limit", 0, "print at most `N` records, and say so; 0 prints all")
	f.StringSliceVar(&o.columns, "columns", nil, "show these `fields`, separated by commas, in table and csv")
	f.Var(&o.at, "at", atUsage)
	return completeFlag(cmd, "format", formatTable, formatJSON, formatCSV, formatIDs)
}

func listHelp() string {
	return "List prints the records that meet a query, all of them unless --limit is given.\n" +
		"TYPE is a type's name, its plural or its beginning; without it all types are\n" +
		"asked. A first word that names no type belongs to the query.\n\n" + query.Help() + "\n\n" +
		"Clocks are computed where the query or a column asks for them: the columns due and\n" +
		"sla say how far off the next target or deadline is, and how the clocks stand. They\n" +
		"are shown where the query speaks of either, or by --columns. json then holds the\n" +
		"clocks of each record, with lengths of time in seconds, and csv exact times.\n\n" +
		"With --at it lists the desk as it was, with its types of then; times in the query,\n" +
		"such as today, are those of now, but sla and due are those of the commit.\n" + atHelp + "\n\n" +
		"Records that cannot be read are named on stderr, the rest is still printed, and\n" +
		"the exit status is 1. Text from records is printed without control characters;\n" +
		"csv cells that a spreadsheet could take for a formula begin with an apostrophe."
}

func list(ctx context.Context, e *env, o *listOptions, args []string) error {
	if err := o.check(); err != nil {
		return err
	}
	v, err := openView(ctx, e, o.at)
	if err != nil {
		return err
	}
	defer v.Close()
	t := v.Tree
	asked, text := splitType(t.Types, args)
	book := &clockBook{asOf: e.now().Truncate(time.Second)}
	if v.isPast() {
		book.asOf = v.commit.When
	}
	q, err := parseQuery(ctx, e, t, asked, text, book)
	if err != nil {
		return err
	}
	if err := checkColumns(o.columns, q.Types(), t.Types); err != nil {
		return err
	}
	scope := narrowed(q, t.Types)
	x := openIndex(t)
	if o.needsClocks(q) {
		if err := book.open(ctx, t, x, q.Types()); err != nil {
			return err
		}
	}
	l, err := x.Load(ctx, o.looked(q, t.Types, book), scope...)
	if err != nil {
		return err
	}
	defer x.Save(ctx) // what is not kept is read again
	found, err := matching(ctx, q, t.Types, l.Set, book)
	if err != nil {
		return err
	}
	if !o.count && o.format != formatIDs {
		x.Complete(found, o.shown(q, t.Types))
	}
	if err := o.print(e, t, l.Set, found, q, book); err != nil {
		return err
	}
	book.reportLost(l)
	if len(found) == 0 && asked == "" && len(args) > 0 {
		hintAtType(e, t.Types, args[0])
	}
	return reportLost(e, t, l, scope...)
}

// looked says what is looked at of all records: what tells whether one matches,
// and where it stands among the others.
func (o *listOptions) looked(q *query.Query, types *schema.Types, book *clockBook) index.Want {
	fields, body := q.Needs()
	w := index.Want{Fields: append([]string{}, fields...), Text: body}
	if book.timer != nil {
		w.Fields = append(w.Fields, book.timer.Needs(q.Types()...)...)
	}
	if o.format != formatIDs { // which tells ids from all others
		w.Match = func(r *records.Record) bool { return mayMatch(q, types, r) }
	}
	return w
}

// needsClocks reports whether the query, or a column that is shown, needs clocks.
func (o *listOptions) needsClocks(q *query.Query) bool {
	return q.NeedsClocks() || !o.count && (slices.Contains(o.columns, columnDue) || slices.Contains(o.columns, columnSLA))
}

// mayMatch reports whether a record meets what the query says beside clocks.
func mayMatch(q *query.Query, types *schema.Types, r *records.Record) bool {
	t := types.Get(r.Type)
	return t != nil && q.MayMatch(t, r)
}

// shown says what is printed of records that match.
func (o *listOptions) shown(q *query.Query, types *schema.Types) index.Want {
	w := index.Want{Fields: []string{records.FieldID, records.FieldTitle, records.FieldState, columnType}}
	switch {
	case o.format == formatJSON:
		w.Fields = nil
	case len(o.columns) > 0:
		for _, c := range o.columns {
			first, _, _ := strings.Cut(c, ".")
			w.Fields = append(w.Fields, first)
		}
	default:
		for _, name := range q.Types() {
			w.Fields = append(w.Fields, types.Get(name).Columns...)
		}
	}
	if o.needsClocks(q) && w.Fields != nil {
		w.Fields = append(w.Fields, sla.FieldDue)
	}
	return w
}

func (o *listOptions) check() error {
	if err := oneOf("format", o.format, formatTable, formatText, formatJSON, formatCSV, formatIDs); err != nil {
		return err
	}
	if o.limit < 0 {
		return usagef("leave --limit out to print all", "--limit %d makes no sense", o.limit)
	}
	if len(o.columns) > 0 && (o.format == formatJSON || o.format == formatIDs) {
		return usagef("json always holds all fields; leave --columns out", "--columns does not go with --format %s", o.format)
	}
	return nil
}

// splitType takes a type's name off the arguments; the rest is the query.
func splitType(types *schema.Types, args []string) (asked records.Type, text string) {
	if len(args) > 0 {
		if t, _ := query.FindType(types, args[0]); t != nil {
			asked, args = t.Name, args[1:]
		}
	}
	return asked, strings.Join(args, " ")
}

func parseQuery(ctx context.Context, e *env, t *tree.Tree, asked records.Type, text string, book *clockBook) (*query.Query, error) {
	opts := query.Options{Now: e.now(), Types: t.Types, Type: asked, Location: t.Desk.TimeZone, Clocks: book.clocks, AsOf: book.asOf}
	if strings.Contains(text, "@me") {
		me, err := actor(ctx, e, t)
		if err != nil {
			return nil, err
		}
		opts.Me = me
	}
	q, err := query.Parse(text, opts)
	var wrong *query.SyntaxError
	if errors.As(err, &wrong) {
		return nil, queryError(text, wrong)
	}
	return q, err
}

// queryError shows a query with a mark below the place that is wrong.
func queryError(text string, wrong *query.SyntaxError) error {
	shown := strings.Map(func(r rune) rune { // a character each, so that the mark stands right
		if plain.Line(string(r)) == "" {
			return '?'
		}
		return r
	}, text)
	mark := strings.Repeat(" ", max(wrong.Column-1, 0)) + "^"
	return detailedError{usagef(wrong.Hint, "query: %s", wrong.Message), []string{shown, mark}}
}

// narrowed returns the types to read, none where that is all: then what lies in
// folders of no type is reported, too.
func narrowed(q *query.Query, types *schema.Types) []records.Type {
	if asked := q.Types(); len(asked) < len(types.Names()) {
		return asked
	}
	return nil
}

// matching returns the records that match, in their order. Clocks are computed of those
// that match without.
func matching(ctx context.Context, q *query.Query, types *schema.Types, set *records.Set, book *clockBook) ([]*records.Record, error) {
	var found []*records.Record
	for _, r := range set.All() {
		if mayMatch(q, types, r) {
			found = append(found, r)
		}
	}
	if book.timer != nil {
		if err := book.take(ctx, found); err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(r *records.Record) bool { return !q.Match(types.Get(r.Type), r) })
	}
	q.Sort(found)
	return found, nil
}

// print writes the records that matched.
func (o *listOptions) print(e *env, t *tree.Tree, set *records.Set, found []*records.Record, q *query.Query, book *clockBook) error {
	types := t.Types
	if o.count {
		_, err := fmt.Fprintln(e.stdout, len(found))
		return err
	}
	shown := found
	if o.limit > 0 && len(found) > o.limit {
		shown = found[:o.limit]
		complain(e.stderr, "showing %d of %d; leave --limit out to see all", o.limit, len(found))
	}
	switch o.format {
	case formatJSON:
		out := newEnvelope(len(found), shown, types)
		if book.timer != nil {
			out.timed(book, shown, types)
		}
		return writeJSON(e.stdout, out)
	case formatIDs:
		return printIDs(e.stdout, set, shown)
	}
	columns := o.columns
	if len(columns) == 0 {
		columns = columnsFor(found, types)
		if q.NeedsClocks() {
			columns = timedColumns(found, types)
		}
	}
	if o.format == formatCSV {
		return printCSV(e.stdout, types, shown, columns, book)
	}
	return printTable(e, t.Desk.TimeZone, types, shown, columns, book)
}

// printIDs prints one id a line, with its type where records of two share it.
func printIDs(w io.Writer, set *records.Set, rs []*records.Record) error {
	var b strings.Builder
	for _, r := range rs {
		name := string(r.ID)
		if len(set.FindTyped("", r.ID)) > 1 {
			name = r.Ref()
		}
		b.WriteString(plain.Line(name) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// printCSV prints the columns with a header row.
func printCSV(w io.Writer, types *schema.Types, rs []*records.Record, columns []string, book *clockBook) error {
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	for _, r := range rs {
		row := make([]string, len(columns))
		for i, c := range columns {
			text, isNumber := cell(r, c, types)
			if typ := types.Get(r.Type); book.fills(c, typ) {
				text, isNumber = book.cell(typ, r, c), false
			}
			if row[i] = plain.Text(text); !isNumber {
				row[i] = plain.CSV(row[i])
			}
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write csv: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

func printTable(e *env, zone *time.Location, types *schema.Types, rs []*records.Record, columns []string, book *clockBook) error {
	if len(rs) == 0 {
		if e.isTerminal(e.stdout) {
			complain(e.stderr, "no record matches")
		}
		return nil
	}
	t := table{width: e.columns(), color: e.color(), whole: []string{strings.ToUpper(columnDue)}}
	for _, c := range columns {
		t.header = append(t.header, strings.ToUpper(c))
	}
	for _, r := range rs {
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = tableCell(r, c, types, zone)
			if typ := types.Get(r.Type); book.fills(c, typ) {
				row[i] = book.words(typ, r, c)
			}
		}
		t.rows = append(t.rows, row)
	}
	return t.write(e.stdout)
}

// tableCell is cell with times as people read them, in the desk's zone.
func tableCell(r *records.Record, column string, types *schema.Types, zone *time.Location) string {
	text, _ := cell(r, column, types)
	if t := types.Get(r.Type); t != nil && t.Field(column) != nil && t.Field(column).IsTime() {
		if at, ok := records.ParseTime(text); ok {
			return at.In(zone).Format("2006-01-02 15:04 MST")
		}
	}
	return text
}

// hintAtType tells somebody whose query found nothing that its first word may
// have been meant as a type.
func hintAtType(e *env, types *schema.Types, word string) {
	if slices.Contains(types.Names(), word) || strings.Contains(word, ":") {
		return
	}
	if _, begun := query.FindType(types, word); strings.HasPrefix(begun, "it could be") || schema.Nearest(word, types.Names()) != "" {
		hint(e.stderr, "%q was searched as text; as a type: %s", word, begun)
	}
}
