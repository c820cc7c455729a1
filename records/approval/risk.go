package approval

import (
	"cmp"
	"fmt"
	"slices"

	"frontdesk/records"
	"frontdesk/schema"
	"frontdesk/schema/rule"
)

// risk is a judgement of a record's risk while it is made.
type risk struct {
	p     *schema.Risk
	found []found
}

// found is one thing that gives a level.
type found struct {
	rank   int
	reason string
}

// judgeRisk returns the highest level that the record states, the table gives and
// the conditions that hold give, with what speaks for each, the highest first.
// What cannot be judged gives the highest level, and so does it where nothing
// gives one.
func judgeRisk(p *schema.Risk, r *records.Record, in rule.Input) (level string, because []string) {
	because = []string{}
	if p == nil || len(p.Levels) == 0 {
		return "", because
	}
	k := &risk{p: p}
	k.stated(r)
	k.table(r)
	for _, c := range p.Conditions {
		k.condition(c, in)
	}
	if len(k.found) == 0 {
		k.highest("nothing says how risky it is")
	}
	slices.SortStableFunc(k.found, func(a, b found) int { return cmp.Compare(b.rank, a.rank) })
	for _, f := range k.found {
		because = append(because, p.Levels[f.rank]+": "+f.reason)
	}
	return p.Levels[k.found[0].rank], because
}

// add takes note of a level; one that the policy does not have is the highest.
func (k *risk) add(level, reason string) {
	if rank := slices.Index(k.p.Levels, level); rank >= 0 {
		k.found = append(k.found, found{rank, reason})
		return
	}
	k.highest(fmt.Sprintf("%s, and %s is no level of risk", reason, quote(level)))
}

func (k *risk) highest(reason string) {
	k.found = append(k.found, found{len(k.p.Levels) - 1, reason})
}

func (k *risk) stated(r *records.Record) {
	v := r.Get(k.p.Field)
	switch {
	case k.p.Field == "" || v.IsNull():
	case !v.IsScalar():
		k.highest(k.p.Field + " cannot be read")
	default:
		k.add(v.Text, "stated in "+k.p.Field)
	}
}

// table looks up impact and likelihood, where both are stated.
func (k *risk) table(r *records.Record) {
	if k.p.Table == nil || r.Get(k.p.Impact).IsNull() || r.Get(k.p.Likelihood).IsNull() {
		return
	}
	impact, likelihood := r.Text(k.p.Impact), r.Text(k.p.Likelihood)
	reason := fmt.Sprintf("%s %s and %s %s", k.p.Impact, cut(impact), k.p.Likelihood, cut(likelihood))
	level, ok := k.p.Table[impact][likelihood]
	if !ok {
		k.highest("the table has no level for " + reason)
		return
	}
	k.add(level, reason)
}

func (k *risk) condition(c schema.RiskCondition, in rule.Input) {
	if c.When == nil {
		k.add(c.Level, c.Reason)
		return
	}
	holds, err := c.When.Eval(in)
	switch {
	case err != nil:
		k.highest(fmt.Sprintf("it cannot be told whether %s: %s", cut(c.Reason), cut(err.Error())))
	case holds:
		k.add(c.Level, c.Reason)
	}
}
