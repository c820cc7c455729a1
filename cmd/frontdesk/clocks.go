package main

import (
	"context"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/index"
	"frontdesk/records/query"
	"frontdesk/records/sla"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// The columns that clocks fill.
const (
	columnDue = "due"
	columnSLA = "sla"
)

// clockBook is the clocks of the records that a command is about.
type clockBook struct {
	asOf  time.Time
	asked bool          // the time was asked for
	timer *figure.Timer // nil until somebody asks for clocks
	of    map[*records.Record][]sla.Clock
}

// clocks answers for a record that was taken into the book.
func (b *clockBook) clocks(r *records.Record) []sla.Clock { return b.of[r] }

// open reads what the clocks of records of the types depend on.
func (b *clockBook) open(ctx context.Context, t *tree.Tree, x *index.Index, types []records.Type) error {
	var err error
	b.timer, err = figure.NewTimer(ctx, t, x, types...)
	return err
}

// take computes the clocks of records, or recalls them.
func (b *clockBook) take(ctx context.Context, rs []*records.Record) error {
	clocks, err := b.timer.All(ctx, rs, b.asOf)
	if err != nil {
		return err
	}
	b.of = make(map[*records.Record][]sla.Clock, len(rs))
	for i, r := range rs {
		b.of[r] = clocks[i]
	}
	b.timer.Keep()
	return nil
}

// reportLost tells what clocks depend on and could not be read, and adds it to what the
// command tells at its end.
func (b *clockBook) reportLost(l *tree.Loaded) {
	if b.timer == nil {
		return
	}
	l.Problems = append(l.Problems, b.timer.Problems...)
	for _, n := range b.timer.Lost {
		if !slices.Contains(l.Unreadable, n) {
			l.Unreadable = append(l.Unreadable, n)
		}
	}
}

// dueOf returns when something is due of a record.
func (b *clockBook) dueOf(t *schema.Type, r *records.Record) (time.Time, bool) {
	if t == nil {
		return time.Time{}, false
	}
	return query.Due(t, r, b.clocks(r))
}

// fills reports whether a column of a record is filled from clocks, and not from a field
// that is called so.
func (b *clockBook) fills(column string, t *schema.Type) bool {
	return b.timer != nil && (column == columnDue || column == columnSLA) && t != nil && t.Field(column) == nil
}

// cell returns what a record shows in a column that clocks fill, as exactly as a program
// wants it.
func (b *clockBook) cell(t *schema.Type, r *records.Record, column string) string {
	if column == columnSLA {
		return slaWords(b.clocks(r))
	}
	if at, ok := b.dueOf(t, r); ok {
		return records.FormatTime(at)
	}
	return ""
}

// words is cell for people.
func (b *clockBook) words(t *schema.Type, r *records.Record, column string) string {
	if column == columnSLA {
		return slaWords(b.clocks(r))
	}
	at, ok := b.dueOf(t, r)
	if !ok {
		return ""
	}
	if next := sla.Next(b.clocks(r)); next != nil && next.Outcome == sla.Paused && next.Ends().Equal(at) {
		return "paused, " + hours(next.Left) + " left"
	}
	return relative(at, b.asOf)
}
