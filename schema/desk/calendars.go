package desk

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
)

// The bounds of calendars.
const (
	MaxCalendars = 32 // of a desk
	MaxFeeds     = 16 // times that a desk names an iCalendar file
	maxName      = 40
	maxTitle     = 200
)

func calendarKeys() []string { return []string{"title", "zone", "hours", "holidays", "worked"} }

// holidayKinds are the keys of which a holiday has exactly one, each with the others
// that go with it.
func holidayKinds() map[string][]string {
	return map[string][]string{"on": {"title", "hours"}, "rule": {"from", "title", "hours"}, "set": {"hours"}, "ics": {"hours"}}
}

// feed is a file of the desk that was read.
type feed struct {
	data []byte
	err  error
}

// calendars reads all calendars, and adds the one that every desk has.
func (p *parser) calendars(v *records.Value) {
	p.desk.Calendars = map[string]*calendar.Hours{AroundTheClock: calendar.AroundTheClock(p.desk.TimeZone)}
	switch {
	case v.IsNull():
		return
	case v.Kind != records.Map:
		p.fail(RuleCalendar, v.Span, "write for example office: {hours: {mon-fri: \"08:00-17:00\"}}", "calendars is %s, not a map from name to calendar", article(v.Kind))
		return
	}
	for i, pair := range v.Pairs {
		switch {
		case i == MaxCalendars:
			p.fail(RuleCalendar, pair.KeySpan, "take out those that nothing uses", "there are %d calendars; the most is %d", len(v.Pairs), MaxCalendars)
			return
		case pair.Key == AroundTheClock:
			p.fail(RuleCalendar, pair.KeySpan, "take it out, or give it another name", "calendar %q is there anyway, and is always open", pair.Key)
		case !isName(pair.Key):
			p.fail(RuleCalendar, pair.KeySpan, "use lower-case letters, digits and dashes, at most "+strconv.Itoa(maxName), "%q is no name of a calendar", pair.Key)
		case pair.Value.Kind != records.Map:
			p.fail(RuleCalendar, pair.Value.Span, "write for example {hours: {mon-fri: \"08:00-17:00\"}}", "calendar %q is %s, not a map", pair.Key, article(pair.Value.Kind))
		default:
			p.calendar(pair)
		}
	}
}

// isName reports whether a text is a name as of a calendar.
func isName(text string) bool {
	isPart := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' }
	return text != "" && len(text) <= maxName && text[0] != '-' && !strings.ContainsFunc(text, func(r rune) bool { return !isPart(r) })
}

// draft is a calendar that is being read. What is wrong is left out.
type draft struct {
	calendar.HoursSpec
	places  []*records.Value // of the holidays
	before  int              // diagnostics that there were
	worked  []*records.Value
	isWhole bool // all files were read
}

func (p *parser) calendar(pair records.Pair) {
	d := &draft{HoursSpec: calendar.HoursSpec{Name: pair.Key, Zone: p.desk.TimeZone}, isWhole: true, before: len(p.ds)}
	if pair.Value.Get("hours").IsNull() {
		p.fail(RuleCalendar, pair.KeySpan, "add for example hours: {mon-fri: \"08:00-17:00\"}", "calendar %q has no hours", pair.Key)
		return
	}
	for _, key := range pair.Value.Pairs {
		switch v := key.Value; {
		case !slices.Contains(calendarKeys(), key.Key):
			p.unknown(key, "calendar "+strconv.Quote(pair.Key), calendarKeys())
		case v.IsNull():
		case key.Key == "title":
			d.Title = p.words(RuleCalendar, v, "title of calendar "+strconv.Quote(pair.Key), maxTitle)
		case key.Key == "zone":
			if zone := p.zone(v, "zone"); zone != nil {
				d.Zone = zone
			}
		case key.Key == "hours":
			p.week(d, v)
		case key.Key == "holidays":
			p.holidays(d, v)
		case key.Key == "worked":
			p.worked(d, v)
		}
	}
	if h := p.hours(d, pair.KeySpan); h != nil {
		p.desk.Calendars[pair.Key] = h
		p.checkWorked(d, h)
	}
}

// words reads a text for people.
func (p *parser) words(rule diag.RuleID, v *records.Value, what string, most int) string {
	text := p.text(v, what)
	if len(text) > most {
		p.fail(rule, v.Span, "", "%s is %d bytes long; the most is %d", what, len(text), most)
		return ""
	}
	return strings.TrimSpace(text)
}

// hours makes hours of a draft, at a second try without the holidays that are none.
func (p *parser) hours(d *draft, at diag.Span) *calendar.Hours {
	h, err := calendar.NewHours(d.HoursSpec)
	if err == nil {
		return h
	}
	faulty := map[int]bool{}
	for _, fault := range faults(err) {
		var of *calendar.SpecError
		if !errors.As(fault, &of) {
			p.unusable(d, at, fault)
			continue
		}
		faulty[of.Holiday] = true
		p.holidayFault(d.Holidays[of.Holiday], d.places[of.Holiday], of.Err)
	}
	if len(faulty) == 0 {
		return nil
	}
	var kept []calendar.Holiday
	for i, holiday := range d.Holidays {
		if !faulty[i] {
			kept = append(kept, holiday)
		}
		d.isWhole = d.isWhole && (!faulty[i] || holiday.ICS == nil)
	}
	d.Holidays = kept
	if h, err = calendar.NewHours(d.HoursSpec); err != nil {
		p.unusable(d, at, err)
		return nil
	}
	return h
}

// unusable says why a calendar is none. That it is never open follows from faults that
// were told before.
func (p *parser) unusable(d *draft, at diag.Span, err error) {
	hint := ""
	if errors.Is(err, calendar.ErrNeverOpen) {
		if slices.ContainsFunc(p.ds[d.before:], isError) {
			return
		}
		hint = "write when it is open, or take it out; " + AroundTheClock + " is always open"
	}
	p.fail(RuleCalendar, at, hint, "calendar %q cannot be used: %v", d.Name, err)
}

// faults takes joined errors apart.
func faults(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

func (p *parser) holidayFault(holiday calendar.Holiday, v *records.Value, err error) {
	hint := ""
	switch {
	case holiday.Set != "":
		hint = setHint(holiday.Set)
	case holiday.Rule != "":
		hint = "write a rule of RFC 5545 for some days of a year, such as FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31; what comes every week belongs to hours"
	case holiday.ICS != nil:
		hint = "export it again as iCalendar, or take the line out; the calendar is without it meanwhile"
		p.fail(RuleCalendar, v.Span, hint, "%s cannot be used: %v", v.Text, err)
		return
	}
	p.fail(RuleCalendar, v.Span, hint, "%v", err)
}

// setHint says which sets there are of a country, else which is near.
func setHint(name string) string {
	country, _, _ := strings.Cut(name, "-")
	of := slices.DeleteFunc(calendar.Sets(), func(s string) bool { return s != country && !strings.HasPrefix(s, country+"-") })
	if near := schema.Nearest(name, of); near != "" && name != country {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	if len(of) > 0 {
		return "of this country there are " + strings.Join(of, ", ")
	}
	return nearHint(strings.ToLower(name), calendar.Sets(), "sets are named by country, or by country and region, such as us or de-by; calendars.md lists them")
}

// week reads the hours of the days of the week.
func (p *parser) week(d *draft, v *records.Value) {
	const hint = "write for example {mon-thu: [\"08:00-12:00\", \"13:00-17:00\"], fri: \"08:00-14:00\"}"
	if v.Kind != records.Map {
		p.fail(RuleCalendar, v.Span, hint, "hours is %s, not a map from days to times", article(v.Kind))
		return
	}
	taken := map[time.Weekday]string{}
	for _, pair := range v.Pairs {
		days, bad := weekdays(pair.Key)
		if bad != "" {
			p.fail(RuleCalendar, pair.KeySpan, "days are mon, tue, wed, thu, fri, sat and sun, ranges of them (mon-thu) and lists of both (mon-wed,fri)", "%q is no day of the week", bad)
			continue
		}
		list := p.intervals(pair.Value)
		for _, day := range days {
			if other, twice := taken[day]; twice {
				p.fail(RuleCalendar, pair.KeySpan, "name each day once; several times of one day are a list", "%s is among %q and among %q", dayNames()[day], other, pair.Key)
				break
			}
			taken[day] = pair.Key
			d.Week[day] = list
		}
	}
}

func dayNames() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

// weekdays reads days of the week, such as "mon-wed,fri". Ranges may go round the
// end of the week. bad is what is no day.
func weekdays(text string) (days []time.Weekday, bad string) {
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			to = from
		}
		first, last := slices.Index(dayNames(), from), slices.Index(dayNames(), to)
		switch {
		case first < 0:
			return nil, from
		case last < 0:
			return nil, to
		}
		for ; first != last; first = (first + 1) % len(dayNames()) {
			days = append(days, time.Weekday(first))
		}
		days = append(days, time.Weekday(last))
	}
	return days, ""
}

// intervals reads the times of a day: one, a list of them, or none.
func (p *parser) intervals(v *records.Value) []calendar.Interval {
	items := []*records.Value{v}
	switch {
	case v.IsNull():
		return nil
	case v.Kind == records.List:
		items = v.Items
	}
	var list []calendar.Interval
	for _, item := range items {
		interval, err := calendar.ParseInterval(item.String())
		if err != nil || item.Kind != records.String {
			message := "these are no times of a day"
			if err != nil && item.IsScalar() {
				message = err.Error()
			}
			p.fail(RuleCalendar, item.Span, "write hours and minutes with two digits, \"08:00-12:00\"; what goes past midnight ends at 24:00 and begins the next day at 00:00", "%s", message)
			continue
		}
		list = append(list, interval)
	}
	merged, err := calendar.MergeIntervals(list)
	if err != nil {
		p.fail(RuleCalendar, v.Span, "", "%v", err)
	}
	return merged
}

func (p *parser) holidays(d *draft, v *records.Value) {
	if v.Kind != records.List {
		p.fail(RuleCalendar, v.Span, "write for example [{set: de-by}, {on: 2026-12-24}]", "holidays is %s, not a list", article(v.Kind))
		return
	}
	for _, item := range v.Items {
		p.holiday(d, item)
	}
}

func (p *parser) holiday(d *draft, v *records.Value) {
	var kinds []records.Pair
	for _, pair := range v.Pairs {
		if _, is := holidayKinds()[pair.Key]; is {
			kinds = append(kinds, pair)
		}
	}
	if len(kinds) != 1 {
		p.fail(RuleCalendar, v.Span, "write {on: 2026-12-24}, {rule: \"FREQ=YEARLY\", from: 2020-12-31}, {set: de-by} or {ics: calendars/plant.ics}", "a holiday is a map with exactly one of on, rule, set and ics")
		return
	}
	kind, ok := kinds[0], true
	h := calendar.Holiday{}
	for _, pair := range v.Pairs {
		switch value := pair.Value; {
		case pair.Key == kind.Key:
		case !slices.Contains(holidayKinds()[kind.Key], pair.Key):
			p.unknown(pair, "a holiday with "+strconv.Quote(kind.Key), holidayKinds()[kind.Key])
		case value.IsNull():
		case pair.Key == "title":
			h.Title = p.words(RuleCalendar, value, "title", maxTitle)
		case pair.Key == "hours":
			h.Hours = p.intervals(value)
		case pair.Key == "from":
			h.First = p.day(value, "from")
			ok = h.First != ""
		}
	}
	switch text := kind.Value; {
	case kind.Key == "on":
		h.On = p.day(text, "on")
		ok = h.On != ""
	case text.Kind != records.String || text.Text == "":
		p.fail(RuleCalendar, text.Span, "", "%s is %s, not text", kind.Key, article(text.Kind))
		return
	case kind.Key == "rule" && v.Get("from").IsNull():
		p.fail(RuleCalendar, text.Span, "add the first day, such as from: 2020-12-31", "a holiday with rule does not say from when it holds")
		return
	case kind.Key == "rule":
		h.Rule = text.Text
	case kind.Key == "set":
		h.Set = text.Text
	default:
		h.ICS = p.feed(d, text)
		ok = h.ICS != nil
	}
	if ok {
		d.Holidays, d.places = append(d.Holidays, h), append(d.places, kind.Value)
	}
}

// day reads a day, "" where it is none.
func (p *parser) day(v *records.Value, what string) string {
	if err := calendar.CheckDay(v.String()); err != nil || v.Kind != records.String {
		p.fail(RuleCalendar, v.Span, "write year, month and day, such as 2026-12-24", "%s %q is no day from %d to %d", what, v.String(), calendar.FirstYear, calendar.LastYear)
		return ""
	}
	return v.Text
}

// feed returns what a file of the desk holds, nil where it cannot be read.
func (p *parser) feed(d *draft, v *records.Value) []byte {
	name := v.Text
	p.named++
	switch {
	case p.named > MaxFeeds:
		p.fail(RuleCalendar, v.Span, "put the holidays of several files into one", "desk.yaml names more than %d iCalendar files", MaxFeeds)
	case !fs.ValidPath(name) || path.Ext(name) != ".ics":
		p.fail(RuleCalendar, v.Span, "write the path of a file that ends in .ics from the desk's root, such as calendars/plant.ics", "ics %q is no path of an iCalendar file", name)
	case strings.HasPrefix(strings.ToLower(name), schema.RecordsFolder+"/"): // what lies there, anybody may add
		p.fail(RuleCalendar, v.Span, "move the file, for example to calendars/"+path.Base(name), "ics %q lies among the records, where calendars are not read", name)
	case p.read == nil:
	default:
		if data := p.file(v); data != nil {
			return data
		}
	}
	d.isWhole = false
	return nil
}

// file reads a file of the desk, once.
func (p *parser) file(v *records.Value) []byte {
	f, known := p.feeds[v.Text]
	if !known {
		f.data, f.err = p.read(v.Text)
		if p.feeds == nil {
			p.feeds = map[string]feed{}
		}
		p.feeds[v.Text] = f
	}
	const hint = "put the file there, or take the line out; the calendar is without it meanwhile"
	switch {
	case errors.Is(f.err, fs.ErrNotExist):
		p.fail(RuleCalendar, v.Span, hint, "%s is not there", v.Text)
		return nil
	case f.err != nil:
		p.fail(RuleCalendar, v.Span, hint, "%s cannot be read: %v", v.Text, f.err)
		return nil
	case f.data == nil:
		return []byte{}
	}
	return f.data
}

// worked reads the holidays that are worked.
func (p *parser) worked(d *draft, v *records.Value) {
	if v.Kind != records.List {
		p.fail(RuleCalendar, v.Span, "write for example [2026-05-01, \"Assumption Day\"]", "worked is %s, not a list of days and titles", article(v.Kind))
		return
	}
	for _, item := range v.Items {
		if item.Kind != records.String || item.Text == "" {
			p.fail(RuleCalendar, item.Span, "put titles in quotes", "worked holds %s where a day or the title of a holiday is expected", article(item.Kind))
			continue
		}
		d.Worked, d.worked = append(d.Worked, item.Text), append(d.worked, item)
	}
}

// checkWorked warns of titles that no holiday has. Where a file is missing, nobody
// knows.
func (p *parser) checkWorked(d *draft, h *calendar.Hours) {
	if !d.isWhole {
		return
	}
	const most = 8 // for which a nearer title is looked for
	titles := h.Titles()
	for n, i := range h.UnknownWorked() {
		item := d.worked[i]
		hint := "write it as the set or file has it, or as a day, such as 2026-05-01"
		if n < most {
			hint = nearHint(item.Text, titles, hint)
		}
		p.warn(RuleCalendar, item.Span, hint, "worked names %q, and no holiday of calendar %q has that title", item.Text, d.Name)
	}
}

// nearHint asks whether a known word was meant, if one is near.
func nearHint(word string, known []string, otherwise string) string {
	if near := schema.Nearest(word, known); near != "" {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	return otherwise
}
