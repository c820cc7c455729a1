package main

import (
	"context"
	"slices"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/index"
	"frontdesk/records/report"
	"frontdesk/schema"
	"frontdesk/site"
)

// prepare says how the reports that the site shows are computed, if it shows any.
func (in *input) prepare() {
	if !site.ShowsReports(in.Audience) {
		return
	}
	_, problems := report.All(in.Desk, in.Types)
	in.Problems = append(in.Problems, errorsAmong(problems)...)
	in.Count = in.count
}

// count computes reports of the records that the audience may see: what it may not see
// is left out before anything is counted. The functions of figures remember what they
// computed with, so they are let go: many pages are about to be made.
func (in *input) count(ctx context.Context, whole []*records.Record) ([]*report.Done, error) {
	all, _ := report.All(in.Desk, in.Types)
	all = slices.DeleteFunc(all, func(r figure.Report) bool { return r.Name == report.Overview })
	data, err := in.data(ctx, whole, figure.Options{
		AsOf: in.AsOf, Zone: in.Desk.TimeZone, Types: report.Types(all...), Fields: fieldsOf(all),
		Sees: func(t *schema.Type, r *records.Record) bool { return site.Sees(in.Audience, t, r) },
	})
	if err != nil {
		return nil, err
	}
	in.hide(data)
	var out []*report.Done
	for _, r := range all {
		done, err := report.Run(ctx, r, data, report.Asked{})
		if err != nil {
			return nil, err
		}
		done.Report.Figures = nil
		for i := range done.Figures {
			done.Figures[i].Compute = nil
		}
		out = append(out, done)
	}
	return out, nil
}

// data is what reports are computed from: whole records, or where these were not read,
// what the index knows of them.
func (in *input) data(ctx context.Context, whole []*records.Record, o figure.Options) (*figure.Data, error) {
	if whole != nil {
		return figure.NewData(in.tree, records.NewSet(whole), o), ctx.Err()
	}
	x := index.Open(in.tree, in.place())
	loaded, err := figure.Load(ctx, in.tree, x, o)
	if err != nil {
		return nil, err
	}
	_ = x.Save(ctx) // what is not kept is computed again
	return loaded.Data, nil
}

// fieldsOf returns the fields that reports read, and that which says who may see a record;
// nil for all.
func fieldsOf(all []figure.Report) []string {
	fields := report.Fields(all...)
	if fields == nil {
		return nil
	}
	return append(fields, records.FieldAudience)
}

// place says where the index of the desk lies: in its repository, else in memory.
func (in *input) place() index.Place {
	if in.repository == "" {
		return index.Place{}
	}
	return index.Place{Common: in.common, Own: in.repository, Desk: in.tree.Root, Build: in.program}
}

// hide removes the fields of records that the audience may not see.
func (in *input) hide(data *figure.Data) {
	for name, cases := range data.Cases {
		hidden := in.hidden(in.Types.Get(name))
		if len(hidden) == 0 {
			continue
		}
		for _, c := range cases {
			r, fields := *c.Record, *c.Record.Fields
			fields.Pairs = slices.DeleteFunc(slices.Clone(fields.Pairs), func(p records.Pair) bool { return hidden[p.Key] })
			r.Fields, c.Record = &fields, &r
		}
	}
}

// hidden returns the fields of a type that the audience may not see.
func (in *input) hidden(t *schema.Type) map[string]bool {
	out := map[string]bool{}
	for _, f := range t.Fields {
		if !site.SeesField(in.Audience, t, f.Name) {
			out[f.Name] = true
		}
	}
	return out
}
