package schema

import (
	"cmp"
	"slices"
	"strings"

	"frontdesk/records"
)

// risk reads how risk is judged. Levels are read first, as all else names them.
func (r *policyReader) risk(v *records.Value) {
	k := &Risk{Span: v.Span}
	r.p.Risk = k
	if levels := v.Get("levels"); v.Kind == records.Map && levels != nil {
		k.Levels = r.names(levels, "levels", useText)
	}
	if v.Kind == records.Map && len(k.Levels) == 0 {
		r.bad(cmp.Or(v.Get("levels"), v), "add for example levels: [low, moderate, high], the lowest first", "risk has no levels")
		return
	}
	ok := r.keys(v, "risk", []string{"field", "levels", "impact", "likelihood", "table", "conditions"}, func(p records.Pair) {
		switch v := p.Value; p.Key {
		case "field":
			k.Field = r.riskField(k, v)
		case "impact":
			k.Impact = r.fieldName(v, "impact")
		case "likelihood":
			k.Likelihood = r.fieldName(v, "likelihood")
		case "conditions":
			for _, item := range r.items(v, "conditions") {
				k.Conditions = append(k.Conditions, r.riskCondition(k, item))
			}
		}
	})
	if ok {
		r.riskTable(k, v)
	}
}

// riskField returns the field that states a risk by hand. All that it may hold
// are levels.
func (r *policyReader) riskField(k *Risk, v *records.Value) string {
	f := r.field(v, "risk")
	if f == nil {
		return ""
	}
	for _, choice := range f.Choices() {
		if !slices.Contains(k.Levels, choice) {
			r.bad(v, "add it to levels", "field %s may hold %q, which is no level", f.Name, choice)
		}
	}
	return f.Name
}

// level reads a level of risk.
func (r *policyReader) level(k *Risk, v *records.Value, what string) string {
	s := r.text(v, what)
	if s != "" && !slices.Contains(k.Levels, s) {
		r.bad(v, cmp.Or(didYouMean(s, k.Levels), "the levels are "+strings.Join(k.Levels, ", ")), "%s: %q is no level of risk", what, cut(s))
	}
	return s
}

func (r *policyReader) riskCondition(k *Risk, v *records.Value) RiskCondition {
	c := RiskCondition{Span: v.Span}
	known := []string{"when", "level", "reason"}
	ok := r.keys(v, "a condition of risk", known, func(p records.Pair) {
		switch v := p.Value; p.Key {
		case "when":
			c.When = r.condition(v, "when", FactRisk)
		case "level":
			c.Level = r.level(k, v, "level")
		case "reason":
			c.Reason = r.text(v, "reason")
		}
	})
	for _, key := range known {
		if ok && v.Get(key) == nil {
			r.bad(v, "a condition of risk has when, level and reason", "a condition of risk has no key %q", key)
		}
	}
	return c
}

// riskTable reads the level by impact and likelihood. There is one for each pair
// of values that the two fields may have, so that none goes without.
func (r *policyReader) riskTable(k *Risk, v *records.Value) {
	table := v.Get("table")
	if table == nil && k.Impact == "" && k.Likelihood == "" {
		return
	}
	if table == nil || v.Get("impact") == nil || v.Get("likelihood") == nil {
		r.bad(v, "write all three, or none", "risk by a table has impact, likelihood and table")
		return
	}
	if table.Kind != records.Map {
		r.wrongKind(table, "table", wantMap)
		return
	}
	rows, columns := r.axis(k.Impact, v.Get("impact")), r.axis(k.Likelihood, v.Get("likelihood"))
	k.Table = map[string]map[string]string{}
	for _, row := range table.Pairs {
		r.onAxis(row, k.Impact, rows)
		if row.Value.Kind != records.Map {
			r.wrongKind(row.Value, "a row of table", wantMap)
			continue
		}
		k.Table[row.Key] = map[string]string{}
		for _, cell := range row.Value.Pairs {
			r.onAxis(cell, k.Likelihood, columns)
			k.Table[row.Key][cell.Key] = r.level(k, cell.Value, "table")
		}
	}
	for _, row := range rows {
		for _, column := range columns {
			if _, ok := k.Table[row][column]; !ok {
				r.bad(table, "add it", "table has no level for %s %s and %s %s", k.Impact, row, k.Likelihood, column)
			}
		}
	}
}

// axis returns the values that a field of the table may have.
func (r *policyReader) axis(field string, at *records.Value) []string {
	f := r.t.Field(field)
	if f == nil {
		return nil // reported
	}
	if len(f.Choices()) == 0 {
		r.bad(at, "give the field an enum", "field %s may hold anything, so that the table cannot be complete", field)
	}
	return f.Choices()
}

// onAxis reports a row or column that the field cannot have.
func (r *policyReader) onAxis(p records.Pair, field string, known []string) {
	if len(known) > 0 && !slices.Contains(known, p.Key) {
		r.fail(RuleBadPolicy, p.KeySpan, cmp.Or(didYouMean(p.Key, known), field+" is one of "+strings.Join(known, ", ")), "table: %q is no value of %s", cut(p.Key), field)
	}
}
