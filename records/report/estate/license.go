package estate

import (
	"cmp"
	"fmt"
	"slices"

	"frontdesk/records"
	"frontdesk/records/figure"
)

const (
	standingText = "licences that are neither drafts nor given up nor cancelled as of the time asked about"
	ownedText    = "A licence gives the rights of its entitlement while its state is valid and the day asked about lies in its term; an upgrade or maintenance only with a base licence that itself is valid. "
	usedText     = "Rights in use are those of the last count (used). Of the metrics user and device a right allocated by name is in use, too, whether or not it was counted, so that the larger number holds; " +
		"of installation, server and site the allocated ones are in use where nothing was counted; of the other metrics nothing can be said without a count. " +
		"An upgrade or maintenance of which nothing is allocated or counted is used as its base is. "
	rightsText = ownedText + usedText + dayText
)

// licenses returns the report about licences.
func licenses() figure.Report {
	b := &books{}
	return figure.Report{
		Name: "license", Title: "Licences", Subject: licenseType,
		Intro: "Which rights there are, how many of them are used, what is owed, what is wasted, and what ends when.",
		Types: []records.Type{personType, assetType},
		Fields: []string{
			fieldKind, fieldProduct, fieldPublisher, fieldMetric, fieldBase, fieldEntitlement, fieldUnlimited, fieldUsers, fieldAssets, fieldUsed, fieldStarts,
			fieldExpires, fieldNotice, fieldRenewal, fieldBilling, fieldCost, fieldCurrency, fieldTeam, fieldOwner, fieldPurchased, fieldRetired, fieldCategory, fieldServices, fieldLeft,
		},
		By:      []string{fieldPublisher, fieldProduct, fieldMetric, fieldKind, fieldTeam, fieldOwner, fieldCategory, fieldServices},
		Figures: slices.Concat(licenseNumbers(), b.extent(), b.compliance(), b.costs(), b.terms(), b.removal()),
	}
}

// books is what the figures about licences share.
type books struct{ rights figure.Memo[*rights] }

// of returns what the licences of a scope come to.
func (b *books) of(s *figure.Scope) []*right {
	all := b.rights.Of(s.Data, newRights)
	out := make([]*right, 0, len(s.Cases))
	for _, c := range s.Cases {
		if r := all.of[c]; r != nil {
			out = append(out, r)
		}
	}
	return out
}

// where returns the licences of a scope for which a condition holds.
func (b *books) where(s *figure.Scope, holds func(*right) bool) (out []*right) {
	for _, r := range b.of(s) {
		if holds(r) {
			out = append(out, r)
		}
	}
	return out
}

func casesOf(rs []*right) []*figure.Case {
	out := make([]*figure.Case, len(rs))
	for i, r := range rs {
		out[i] = r.c
	}
	return out
}

func licenseNumbers() []figure.Definition {
	standing := func(s *figure.Scope) []*figure.Case {
		return figure.Select(s.Cases, func(c *figure.Case) bool { return c.Category != records.New && !c.Category.IsDone() })
	}
	return []figure.Definition{
		{
			ID: "licences", Title: "Licences", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupNumbers, Stock: true,
			Text:    "The " + standingText + "; expired ones that were not given up are among them.",
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(standing(s)) },
		},
		allByState("Licences", ""),
		{
			ID: "by_kind", Title: "Licences by kind", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupNumbers, Stock: true,
			Text:    "The " + standingText + ", by kind.",
			Compute: func(s *figure.Scope) figure.Result { return bars(standing(s), fieldKind) },
		},
	}
}

// perMetric adds up rights by their metric: rights of different metrics are never added.
func perMetric(rs []*right, amount func(*right) int) figure.Result {
	value := map[string]int{}
	for _, r := range rs {
		value[cmp.Or(r.c.Text(fieldMetric), notStated)] += amount(r)
	}
	return figure.Result{Value: figure.ValueOf(value), N: len(rs), Records: figure.Refs(casesOf(rs))}
}

func (b *books) extent() []figure.Definition {
	const apart = "Rights of different metrics are never added, and unlimited licences have no number. "
	perMetricOf := func(id, title, better, text string, holds func(*right) bool, amount func(*right) int) figure.Definition {
		return figure.Definition{
			ID: id, Title: title, Unit: figure.Rights, Shape: figure.Bars, Kind: figure.Counted, Group: groupRights, Better: better, Stock: true,
			Text:    text + " " + apart + rightsText,
			Compute: func(s *figure.Scope) figure.Result { return perMetric(b.where(s, holds), amount) },
		}
	}
	counted := (*right).isCounted
	return []figure.Definition{
		perMetricOf("owned", "Rights owned", "", "The rights that licences give, by metric.", func(r *right) bool { return r.valid && r.stated && !r.unlimited }, (*right).owned),
		perMetricOf("used", "Rights in use", "", "The rights in use of the "+standingText+" and have begun, by metric; those of which nothing can be said are left out.", counted, func(r *right) int { return r.used }),
		perMetricOf("available", "Rights available", "up", "The rights owned less those in use, by metric, of the "+standingText+" and have begun; below zero where more is used than owned. Those of whose use nothing can be said are left out.", counted, func(r *right) int { return r.owned() - r.used }),
		perMetricOf("waste.rights", "Rights that nobody uses", "down", "The rights owned beyond those in use, licence by licence, by metric.", func(r *right) bool { return r.unused() > 0 }, (*right).unused),
		{
			ID: "utilisation", Title: "Licence utilisation", Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupRights, Better: "up", Key: true, Stock: true,
			Text:    "The rights in use as a share of the rights owned, of licences that give a number of rights and of whose use something can be said; what one licence uses beyond its rights does not make up for what another leaves idle. The number of records is that of the rights owned. " + rightsText,
			Compute: b.utilisation,
		},
		{
			ID: "utilisation.by_metric", Title: "Licence utilisation by metric", Unit: figure.Percent, Shape: figure.Bars, Kind: figure.Counted, Group: groupRights, Better: "up", Stock: true,
			Text:    "The rights in use as a share of the rights owned, by metric, of licences that give a number of rights and of whose use something can be said; what one licence uses beyond its rights does not make up for what another leaves idle. " + rightsText,
			Compute: b.utilisationByMetric,
		},
		{
			ID: "use.unknown", Title: "Licences of unknown use", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupRights, Better: "down", Stock: true,
			Text: "The " + standingText + ", are not unlimited, and of which nobody can say how many rights are in use. " + usedText + dayText,
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(casesOf(b.where(s, func(r *right) bool { return r.standing && !r.unlimited && !r.known })))
			},
		},
		{
			ID: "licences.list", Title: "Licences one by one", Unit: figure.Records, Shape: figure.List, Kind: figure.Counted, Group: groupRights, Stock: true,
			Text:    "The " + standingText + ", each with its rights owned, in use and available, whether that is compliant, and the cost at stake, for a year or paid once: of the rights that are missing, or of those that nobody uses. Those that are not compliant come first. " + rightsText,
			Compute: b.licenseRows,
		},
		{
			ID: "pools.list", Title: "Rights by product", Unit: figure.Rights, Shape: figure.List, Kind: figure.Counted, Group: groupRights, Stock: true,
			Text:    "The rights owned, in use and available by publisher, product and metric, where several licences are for one product, of licences that give a number of rights and of whose use something can be said. " + rightsText,
			Compute: b.pools,
		},
	}
}

// effective reports whether a licence gives a number of rights of which the use is known.
func effective(r *right) bool { return r.valid && r.isCounted() }

func (b *books) utilisation(s *figure.Scope) figure.Result {
	rs := b.where(s, effective)
	used, owned := 0, 0
	for _, r := range rs {
		used, owned = used+min(r.used, r.owned()), owned+r.owned()
	}
	res := figure.Result{N: owned, Records: figure.Refs(casesOf(rs))}
	if p, ok := figure.Share(used, owned); ok {
		res.Value = p
	}
	return res
}

func (b *books) utilisationByMetric(s *figure.Scope) figure.Result {
	rs := b.where(s, effective)
	used, owned := map[string]int{}, map[string]int{}
	for _, r := range rs {
		metric := cmp.Or(r.c.Text(fieldMetric), notStated)
		used[metric] += min(r.used, r.owned())
		owned[metric] += r.owned()
	}
	value := map[string]float64{}
	for metric, n := range owned {
		if p, ok := figure.Share(used[metric], n); ok {
			value[metric] = p
		}
	}
	return figure.Result{Value: figure.ValueOf(value), N: len(rs), Records: figure.Refs(casesOf(rs))}
}

func (b *books) licenseRows(s *figure.Scope) figure.Result {
	rs := b.where(s, func(r *right) bool { return r.standing })
	rows := make([]figure.Row, len(rs))
	for i, r := range rs {
		rows[i] = r.row(s)
	}
	rank := func(r figure.Row) int {
		switch r.Values["compliant"] {
		case false:
			return 0
		case nil:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(rows, func(a, b figure.Row) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Ref, b.Ref)) })
	return figure.Result{Value: rows, N: len(rows), Records: figure.Refs(casesOf(rs))}
}

// row tells a licence in a line.
func (r *right) row(s *figure.Scope) figure.Row {
	c := r.c
	values := map[string]any{
		"product": c.Text(fieldProduct), "metric": c.Text(fieldMetric), "state": c.Text(records.FieldState), "unlimited": r.unlimited, "allocated": r.allocated,
		"entitlement": nil, "owned": nil, "used": nil, "available": nil, "compliant": nil, "expires_on": nil, "days_left": nil,
		"cost": nil, "currency": nil, "billing": c.Text(fieldBilling), "cost_at_stake": nil, "stake_per": nil,
	}
	if r.stated && !r.unlimited {
		values["entitlement"], values["owned"] = r.full, r.owned()
	}
	if r.known {
		values["used"] = r.used
		if r.isCounted() {
			values["available"] = r.owned() - r.used
		}
	}
	if ok, judged := r.isCompliant(); judged {
		values["compliant"] = ok
	}
	if day, ok := c.DayOf(fieldExpires); ok {
		values["expires_on"], values["days_left"] = day.String(), int(day-s.Today())
	}
	if cost, currency, ok := costOf(c); ok {
		values["cost"], values["currency"] = cost, currency
	}
	if unit, _, yearly, ok := r.unitCost(); ok && r.known {
		values["cost_at_stake"], values["stake_per"] = toCents(unit*float64(max(r.shortfall(), r.unused()))), per(yearly)
	}
	return figure.Row{Name: titleOf(c), Ref: c.Ref(), Values: values, Words: fmt.Sprintf("%s: %s.", titleOf(c), r.words())}
}

// per says what an amount of money is for.
func per(yearly bool) string {
	if yearly {
		return "year"
	}
	return "once"
}

// words says how a licence stands.
func (r *right) words() string {
	extent := fmt.Sprintf("%d of %s in use", r.used, plural(r.owned(), "right"))
	switch {
	case !r.known:
		extent = "nobody can say how many rights are in use"
	case r.unlimited && r.valid:
		extent = fmt.Sprintf("%d in use, and there is no limit", r.used)
	case r.owned() == 0 && r.used > 0:
		extent = fmt.Sprintf("%d in use without a right", r.used)
	case r.owned() == 0:
		extent = "none in use"
	}
	switch {
	case r.expired:
		return "expired, " + extent
	case !r.begun:
		return "its term has not begun"
	case !r.grounded:
		return "without a base licence that is valid, so that it gives no rights, " + extent
	case !r.valid:
		return "not in force, " + extent
	case r.shortfall() > 0 && r.owned() > 0:
		return fmt.Sprintf("%s, %d too many", extent, r.shortfall())
	}
	return extent
}

func (b *books) pools(s *figure.Scope) figure.Result {
	type pool struct {
		publisher, product, metric string
	}
	parts := map[pool][]*right{}
	rs := b.where(s, (*right).isCounted)
	for _, r := range rs {
		p := pool{r.c.Text(fieldPublisher), r.c.Text(fieldProduct), r.c.Text(fieldMetric)}
		parts[p] = append(parts[p], r)
	}
	rows := []figure.Row{}
	for p, of := range parts {
		owned, used := 0, 0
		for _, r := range of {
			owned, used = owned+r.owned(), used+r.used
		}
		name := cmp.Or(p.product, notStated) + ", " + cmp.Or(p.metric, notStated)
		rows = append(rows, figure.Row{
			Name: name, Records: figure.Refs(casesOf(of)),
			Values: map[string]any{
				"publisher": p.publisher, "product": p.product, "metric": p.metric, "licences": len(of), "owned": owned, "used": used,
				"available": owned - used, "shortfall": max(used-owned, 0),
			},
			Words: fmt.Sprintf("%s: %d of %s in use, of %s.", name, used, plural(owned, "right"), plural(len(of), "licence")),
		})
	}
	slices.SortFunc(rows, func(a, b figure.Row) int {
		return cmp.Or(cmp.Compare(a.Values["available"].(int), b.Values["available"].(int)), cmp.Compare(a.Name, b.Name), slices.Compare(a.Records, b.Records))
	})
	return figure.Result{Value: rows, N: len(rs), Records: figure.Refs(casesOf(rs))}
}
