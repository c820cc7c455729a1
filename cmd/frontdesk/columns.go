package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"frontdesk/records"
	"frontdesk/records/plain"
	"frontdesk/schema"
)

// Columns that are no fields.
const (
	columnType     = "type"
	columnCategory = "category"
	columnPath     = "path"
)

// columnsFor returns what a list of the records shows: id, type where they are
// of several types, the columns of their type, and the title. Where there are
// several types, a column stands for all if two of them have it.
func columnsFor(rs []*records.Record, types *schema.Types) []string {
	var present []*schema.Type
	for _, r := range rs {
		if t := types.Get(r.Type); t != nil && !slices.Contains(present, t) {
			present = append(present, t)
		}
	}
	if len(present) == 1 {
		return framed(present[0].Columns)
	}
	var shared []string
	for _, t := range present {
		for _, c := range t.Columns {
			if !slices.Contains(shared, c) && inTwo(present, c) {
				shared = append(shared, c)
			}
		}
	}
	return framed(append([]string{columnType}, shared...))
}

// timedColumns returns what a list shows whose query asks for clocks: what is due, and
// of what else the types have what tells whose it is and how urgent.
func timedColumns(rs []*records.Record, types *schema.Types) []string {
	out := []string{records.FieldID, columnDue, columnSLA}
	for _, c := range []string{"priority", "assignee"} {
		if slices.ContainsFunc(rs, func(r *records.Record) bool { t := types.Get(r.Type); return t != nil && t.Field(c) != nil }) {
			out = append(out, c)
		}
	}
	return append(out, records.FieldTitle)
}

// framed puts columns between id and title.
func framed(columns []string) []string {
	out := []string{records.FieldID}
	for _, c := range columns {
		if c != records.FieldID && c != records.FieldTitle {
			out = append(out, c)
		}
	}
	return append(out, records.FieldTitle)
}

func inTwo(types []*schema.Type, column string) bool {
	n := 0
	for _, t := range types {
		if slices.Contains(t.Columns, column) {
			n++
		}
	}
	return n > 1
}

// checkColumns refuses columns that no record of the types can have.
func checkColumns(columns []string, asked []records.Type, types *schema.Types) error {
	known := []string{columnType, columnCategory, columnPath, columnDue, columnSLA}
	for _, name := range asked {
		known = append(known, types.Get(name).FieldNames()...)
	}
	slices.Sort(known)
	for _, c := range columns {
		first, _, _ := strings.Cut(c, ".")
		if plain.Line(c) == c && (slices.Contains(known, first) || strings.HasPrefix(c, "x_")) {
			continue
		}
		hint := "frontdesk schema show TYPE lists the fields of a type"
		if near := schema.Nearest(c, known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return usagef(hint, "there is no field %q to show as a column", c)
	}
	return nil
}

// cell returns what a record shows in a column. isNumber tells values that a
// spreadsheet may take as they are.
func cell(r *records.Record, column string, types *schema.Types) (text string, isNumber bool) {
	switch column {
	case records.FieldID:
		return string(r.ID), false
	case columnCategory:
		if t := types.Get(r.Type); t != nil {
			return string(t.Category(r)), false
		}
		return "", false
	case columnPath:
		return r.Path, false
	}
	if column == columnType && r.Get(columnType) == nil {
		return string(r.Type), false
	}
	v := r.Fields
	for _, key := range strings.Split(column, ".") {
		v = v.Get(key)
	}
	return valueText(v), isNumeric(v)
}

// isNumeric reports whether a value is a number, and so no formula, whatever
// sign it begins with.
func isNumeric(v *records.Value) bool {
	if v.IsNull() || v.Kind != records.Int && v.Kind != records.Float {
		return false
	}
	_, err := strconv.ParseFloat(v.Text, 64)
	return err == nil
}

// valueText writes a value in one line as people read it.
func valueText(v *records.Value) string {
	switch {
	case v.IsNull():
		return ""
	case v.IsScalar():
		return v.Text
	}
	var parts []string
	for _, item := range v.Items {
		parts = append(parts, valueText(item))
	}
	for _, p := range v.Pairs {
		parts = append(parts, p.Key+" "+valueText(p.Value))
	}
	return strings.Join(parts, ", ")
}
