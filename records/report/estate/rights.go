package estate

import (
	"frontdesk/records"
	"frontdesk/records/figure"
)

// Fields and values of licences that the figures know by name.
const (
	fieldProduct     = "product"
	fieldPublisher   = "publisher"
	fieldMetric      = "metric"
	fieldBase        = "base"
	fieldEntitlement = "entitlement"
	fieldUnlimited   = "unlimited"
	fieldUsers       = "users"
	fieldAssets      = "assets"
	fieldUsed        = "used"
	fieldStarts      = "starts_on"
	fieldExpires     = "expires_on"
	fieldNotice      = "notice_by"
	fieldRenewal     = "renewal"
	fieldBilling     = "billing"
	fieldLeft        = "left_on" // of a person

	kindUpgrade      = "upgrade"
	kindMaintained   = "maintenance"
	stateExpired     = "expired"
	renewalAutomatic = "automatic"
	billedMonthly    = "monthly"
	billedYearly     = "yearly"
)

// maxRights is the largest number of rights that is believed.
const maxRights = 1_000_000_000_000

// right is what a licence comes to on the day asked about.
type right struct {
	c         *figure.Case
	standing  bool // neither a draft, nor given up, nor cancelled
	begun     bool // its first day has come
	expired   bool // its last day is over, or it is in that state
	grounded  bool // it needs no base licence, or has one that is valid
	valid     bool // it gives rights
	unlimited bool
	stated    bool // it says how many rights it gives
	full      int  // how many that are, whether it is valid or not
	allocated int  // to people and devices
	used      int  // rights in use
	known     bool // how many are in use can be said
}

// owned returns how many rights the licence gives.
func (r *right) owned() int {
	if !r.valid || r.unlimited {
		return 0
	}
	return r.full
}

// isCounted reports whether rights owned and in use can be compared.
func (r *right) isCounted() bool {
	return r.standing && r.known && !r.unlimited && (r.stated || !r.valid) && (r.begun || r.expired)
}

// unused returns how many rights of the licence nobody uses.
func (r *right) unused() int {
	if !r.isCounted() {
		return 0
	}
	return max(r.owned()-r.used, 0)
}

// shortfall returns how many rights are in use beyond those owned.
func (r *right) shortfall() int {
	switch {
	case r.isCounted():
		return max(r.used-r.owned(), 0)
	case r.standing && r.known && r.unlimited && !r.valid && (r.begun || r.expired):
		return r.used
	}
	return 0
}

// isCompliant reports whether no more is used than owned and the licence has not expired;
// judged is false where that cannot be said.
func (r *right) isCompliant() (ok, judged bool) {
	switch {
	case !r.standing || !r.begun && !r.expired:
		return false, false
	case r.expired:
		return false, true
	case r.unlimited && r.valid:
		return true, true
	case r.unlimited:
		return r.used == 0, r.known
	}
	return r.used <= r.owned(), r.isCounted()
}

// unitCost returns what one right costs, and whether that is by the year; ok is false
// where that cannot be said.
func (r *right) unitCost() (cost float64, currency string, yearly, ok bool) {
	cost, currency, ok = costOf(r.c)
	if !ok || !r.stated || r.full == 0 || r.unlimited {
		return 0, "", false, false
	}
	factor, yearly := perYear(r.c)
	return cost * factor / float64(r.full), currency, yearly, true
}

// perYear returns how often a cost is due in a year; yearly is false where it is due once.
func perYear(c *figure.Case) (times float64, yearly bool) {
	switch c.Text(fieldBilling) {
	case billedMonthly:
		return 12, true
	case billedYearly:
		return 1, true
	}
	return 1, false
}

// rights are those of all licences.
type rights struct {
	d     *figure.Data
	today figure.Day
	of    map[*figure.Case]*right
	open  map[*figure.Case]bool // that are being looked at: one on itself is grounded on nothing
}

func newRights(d *figure.Data) *rights {
	rs := &rights{d: d, today: d.Today(), of: map[*figure.Case]*right{}, open: map[*figure.Case]bool{}}
	for _, c := range d.Of(licenseType) {
		rs.read(c)
	}
	return rs
}

// read returns what a licence comes to.
func (rs *rights) read(c *figure.Case) *right {
	if r := rs.of[c]; r != nil {
		return r
	}
	rs.open[c] = true
	defer delete(rs.open, c)
	r := &right{c: c, grounded: true, unlimited: c.Text(fieldUnlimited) == "true"}
	r.standing = c.Category != records.New && !c.Category.IsDone()
	first, starts := c.DayOf(fieldStarts)
	last, ends := c.DayOf(fieldExpires)
	r.begun = !starts || first <= rs.today
	r.expired = ends && last < rs.today || c.Text(records.FieldState) == stateExpired
	var base *right
	if adds(c) {
		base = rs.base(c)
		r.grounded = base != nil && base.valid
	}
	r.valid = c.Category == records.Resolved && r.begun && !r.expired && r.grounded
	if n, ok := figure.NumberOf(c.Record.Get(fieldEntitlement)); ok && n >= 0 {
		r.full, r.stated = int(min(n, maxRights)), true
	}
	r.use(base)
	rs.of[c] = r
	return r
}

// adds reports whether a licence gives rights only with a base licence.
func adds(c *figure.Case) bool {
	kind := c.Text(fieldKind)
	return kind == kindUpgrade || kind == kindMaintained
}

// base returns what the base licence comes to, nil where there is none.
func (rs *rights) base(c *figure.Case) *right {
	ref := c.Text(fieldBase)
	if ref == "" {
		return nil
	}
	base := rs.d.Find(licenseType, ref)
	if base == nil || base.Record.Type != licenseType || rs.open[base] {
		return nil
	}
	return rs.read(base)
}

// use works out how many rights are in use. One allocated to somebody by name takes up
// a right whether it is used or not; of cores and the like, the list does not say how many.
func (r *right) use(base *right) {
	r.allocated = len(names(r.c, fieldUsers)) + len(names(r.c, fieldAssets))
	counted, ok := figure.NumberOf(r.c.Record.Get(fieldUsed))
	ok = ok && counted >= 0
	n := int(min(max(counted, 0), maxRights))
	metric := r.c.Text(fieldMetric)
	switch {
	case metric == "user" || metric == "device":
		r.used, r.known = max(n, r.allocated), true
	case ok:
		r.used, r.known = n, true
	case metric == "installation" || metric == "server" || metric == "site":
		r.used, r.known = r.allocated, true
	}
	if adds(r.c) && !ok && r.allocated == 0 {
		r.used, r.known = 0, false
		if base != nil {
			r.used, r.known = base.used, base.known
		}
	}
}
