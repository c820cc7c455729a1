package desk

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/yaml"
	"frontdesk/schema"
)

// The rules that a desk.yaml may break.
const (
	RuleEmpty      diag.RuleID = "desk/empty"       // the file holds no map
	RuleVersion    diag.RuleID = "desk/version"     // the version is missing or not supported
	RuleUnknownKey diag.RuleID = "desk/unknown-key" // a key that desk.yaml does not have
	RuleValue      diag.RuleID = "desk/value"       // a value that is not what it must be
	RuleTimeZone   diag.RuleID = "desk/time-zone"   // a time zone that nobody knows
	RulePriority   diag.RuleID = "desk/priority"    // a priority matrix with holes or nonsense
	RuleCalendar   diag.RuleID = "desk/calendar"    // a calendar, or a part of one, that is none
	RuleFigure     diag.RuleID = "desk/figure"      // a figure of the desk's own that is none
)

// keys are the keys of desk.yaml.
func keys() []string {
	return []string{"version", "name", "address", "time_zone", "shard", "priority", "roles", "branches", "limits", "calendars", "figures"}
}

// The bounds of limits.max_record_bytes.
const (
	leastRecordBytes = 4 << 10
	mostRecordBytes  = 16 << 20
)

// Parse reads desk.yaml. It always returns a desk; what the file does not say or
// says wrongly is as in Default. Errors among the diagnostics mean that the desk
// is not what its owners want. Files that it names are not looked at: its calendars
// are without the holidays of .ics files.
func Parse(path string, src []byte) (*Desk, []diag.Diagnostic) { return ParseWith(path, src, nil) }

// ParseWith reads desk.yaml as Parse does, and the files that it names through read:
// paths below the desk's root, each asked for once, none below records. A file that
// cannot be read, or holds no holidays, is an error where desk.yaml names it, and the
// calendar is without it.
func ParseWith(path string, src []byte, read func(path string) ([]byte, error)) (*Desk, []diag.Diagnostic) {
	d := Default()
	d.Path = path
	root, ds := yaml.Parse(path, src, yaml.WholeFile)
	p := &parser{path: path, desk: d, ds: ds, read: read}
	switch {
	case root == nil && len(ds) > 0:
	case root == nil:
		p.fail(RuleEmpty, diag.At(1), "begin with the line \"version: 1\"", "the file is empty")
	case root.Kind != records.Map:
		p.fail(RuleEmpty, root.Span, "begin with the line \"version: 1\"", "the file holds %s, not a map", article(root.Kind))
	default:
		d.Raw = root
		p.root(root)
		p.calendars(root.Get("calendars")) // now that the zone is known
	}
	diag.Sort(p.ds)
	return d, p.ds
}

type parser struct {
	path  string
	desk  *Desk
	ds    []diag.Diagnostic
	read  func(path string) ([]byte, error) // nil: files are not looked at
	feeds map[string]feed
	named int // files that are named so far
}

func (p *parser) fail(id diag.RuleID, span diag.Span, hint, format string, args ...any) {
	p.ds = append(p.ds, diag.New(id, diag.Error, p.path, span, format, args...).WithHint("%s", hint))
}

func (p *parser) warn(id diag.RuleID, span diag.Span, hint, format string, args ...any) {
	p.ds = append(p.ds, diag.New(id, diag.Warning, p.path, span, format, args...).WithHint("%s", hint))
}

func (p *parser) unknown(pair records.Pair, where string, known []string) {
	if strings.HasPrefix(pair.Key, "x_") {
		return
	}
	hint := "keys of your own begin with x_"
	if near := schema.Nearest(pair.Key, known); near != "" {
		hint = "did you mean " + strconv.Quote(near) + "?"
	}
	p.warn(RuleUnknownKey, pair.KeySpan, hint, "%s has no key %q", where, pair.Key)
}

func (p *parser) root(root *records.Value) {
	if root.Get("version") == nil {
		p.fail(RuleVersion, diag.At(1), "add the line \"version: 1\"", "version is missing")
	}
	for _, pair := range root.Pairs {
		if !slices.Contains(keys(), pair.Key) {
			p.unknown(pair, "desk.yaml", keys())
			continue
		}
		if !pair.Value.IsNull() {
			p.key(pair)
		}
	}
}

func (p *parser) key(pair records.Pair) {
	d := p.desk
	switch v := pair.Value; pair.Key {
	case "version":
		p.version(v)
	case "name":
		d.Name = p.text(v, "name")
	case "address":
		p.address(v)
	case "time_zone":
		p.timeZone(v)
	case "shard":
		d.Shard = p.number(v, "shard", 0, 2, 0)
	case "priority":
		p.priority(v)
	case "roles":
		p.roles(v)
	case "branches":
		p.branches(v)
	case "limits":
		p.limits(v)
	case "figures":
		p.figures(v)
	}
}

func (p *parser) version(v *records.Value) {
	if v.Kind == records.Int && v.Text == strconv.Itoa(Version) {
		return
	}
	hint := "a newer program may read it"
	if v.Kind != records.Int {
		hint = "write it as a number, without quotes"
	}
	p.fail(RuleVersion, v.Span, hint, "version %q is not supported; this program reads version %d", v.String(), Version)
}

func (p *parser) text(v *records.Value, what string) string {
	if v.Kind != records.String {
		p.fail(RuleValue, v.Span, "put it in quotes", "%s is %s, not text", what, article(v.Kind))
		return ""
	}
	return v.Text
}

// article names a kind with its article.
func article(k records.Kind) string {
	switch k {
	case records.Null:
		return "nothing"
	case records.Int:
		return "an integer"
	}
	return "a " + k.String()
}

// number returns a whole number between least and most, otherwise the fallback.
func (p *parser) number(v *records.Value, what string, least, most, fallback int) int {
	n, err := strconv.Atoi(v.Text)
	if v.Kind != records.Int || err != nil || n < least || n > most {
		p.fail(RuleValue, v.Span, "", "%s %q is not a whole number from %d to %d", what, v.String(), least, most)
		return fallback
	}
	return n
}

func (p *parser) address(v *records.Value) {
	text := p.text(v, "address")
	if u, err := url.Parse(text); text != "" && (err != nil || !u.IsAbs() || u.Host == "" && u.Opaque == "") {
		p.fail(RuleValue, v.Span, "write it as https://desk.example.com or mailto:desk@example.com", "address %q is not an absolute URI", text)
		return
	}
	p.desk.Address = text
}

func (p *parser) timeZone(v *records.Value) {
	if zone := p.zone(v, "time_zone"); zone != nil {
		p.desk.TimeZone = zone
	}
}

// zone reads an IANA name, nil where it is none. "Local" would make reports depend on
// the machine.
func (p *parser) zone(v *records.Value, what string) *time.Location {
	text := p.text(v, what)
	if text == "" {
		return nil
	}
	zone, err := time.LoadLocation(text)
	if err != nil || text == "Local" {
		p.fail(RuleTimeZone, v.Span, "use a name such as UTC or Europe/Berlin", "%s %q is not a time zone of the IANA database", what, text)
		return nil
	}
	return zone
}

// priority reads a matrix. It replaces the default as a whole, and every row has
// the same columns, so that no combination is left without a priority.
func (p *parser) priority(v *records.Value) {
	if v.Kind != records.Map || len(v.Pairs) == 0 {
		p.fail(RulePriority, v.Span, "write for example high: {high: P1, medium: P2, low: P3}", "priority is no map from impact to urgency to priority")
		return
	}
	matrix := map[string]map[string]string{}
	for _, row := range v.Pairs {
		if row.Value.Kind != records.Map {
			p.fail(RulePriority, row.Value.Span, "write for example {high: P1, medium: P2, low: P3}", "priority of impact %q is no map from urgency to priority", row.Key)
			return
		}
		cells := map[string]string{}
		for _, cell := range row.Value.Pairs {
			if !slices.Contains(priorities(), cell.Value.Text) {
				p.fail(RulePriority, cell.Value.Span, "", "priority %q is not one of %s", cell.Value.String(), strings.Join(priorities(), ", "))
				return
			}
			cells[cell.Key] = cell.Value.Text
		}
		matrix[row.Key] = cells
	}
	if p.isWhole(v) {
		p.desk.Priority = matrix
	}
}

func priorities() []string { return []string{"P1", "P2", "P3", "P4", "P5"} }

// isWhole reports whether every row has the columns of all rows.
func (p *parser) isWhole(v *records.Value) bool {
	var columns []string
	for _, row := range v.Pairs {
		for _, cell := range row.Value.Pairs {
			if !slices.Contains(columns, cell.Key) {
				columns = append(columns, cell.Key)
			}
		}
	}
	whole := true
	for _, row := range v.Pairs {
		for _, column := range columns {
			if row.Value.Pair(column) == nil {
				p.fail(RulePriority, row.KeySpan, "", "priority of impact %q and urgency %q is missing", row.Key, column)
				whole = false
			}
		}
	}
	return whole
}

func (p *parser) roles(v *records.Value) {
	if v.Kind != records.Map {
		p.fail(RuleValue, v.Span, "write for example approvers: [lee, dana]", "roles is %s, not a map", article(v.Kind))
		return
	}
	p.desk.Roles = map[string][]string{}
	for _, pair := range v.Pairs {
		if pair.Value.Kind != records.List {
			p.fail(RuleValue, pair.Value.Span, "write for example [lee, dana]", "role %q is %s, not a list of people", pair.Key, article(pair.Value.Kind))
			continue
		}
		people := []string{}
		for _, item := range pair.Value.Items {
			if item.IsNull() || !item.IsScalar() {
				p.fail(RuleValue, item.Span, "", "role %q holds %s where the id of a person is expected", pair.Key, article(item.Kind))
				continue
			}
			people = append(people, item.Text)
		}
		p.desk.Roles[pair.Key] = people
	}
}

// branches reads the protected branches. A name that is none is left out; where
// nothing is left, the default stays, so that there is always something protected.
func (p *parser) branches(v *records.Value) {
	const hint = "write for example [main], the branch that changes are for first"
	switch {
	case v.Kind != records.List:
		p.fail(RuleValue, v.Span, hint, "branches is %s, not a list of names", article(v.Kind))
	case len(v.Items) == 0:
		p.fail(RuleValue, v.Span, hint, "branches names none")
	}
	var names []string
	for _, item := range v.Items {
		switch name := strings.TrimPrefix(item.Text, "refs/heads/"); {
		case item.Kind != records.String || !isBranch(item.Text):
			p.fail(RuleValue, item.Span, hint, "branch %q is no name of a branch", item.String())
		case name != item.Text:
			p.fail(RuleValue, item.Span, "write "+strconv.Quote(name), "branch %q is written in full", item.Text)
		case slices.Contains(names, name):
			p.fail(RuleValue, item.Span, "remove one of the two", "branch %q is there twice", name)
		default:
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		p.desk.Branches = names
	}
}

// isBranch reports whether git takes the text as the name of a branch, by the
// rules of git-check-ref-format(1).
func isBranch(s string) bool {
	if s == "" || len(s) > 200 || s == "@" || s == "HEAD" || s[0] == '-' || strings.HasSuffix(s, ".") ||
		strings.ContainsAny(s, " ~^:?*[\\\x7f") || strings.Contains(s, "..") || strings.Contains(s, "@{") {
		return false
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) {
		return false
	}
	for _, part := range strings.Split(s, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return true
}

func (p *parser) limits(v *records.Value) {
	known := []string{"max_record_bytes"}
	if v.Kind != records.Map {
		p.fail(RuleValue, v.Span, "", "limits is %s, not a map", article(v.Kind))
		return
	}
	for _, pair := range v.Pairs {
		if pair.Key != known[0] {
			p.unknown(pair, "limits", known)
			continue
		}
		p.desk.Limits.MaxRecordBytes = p.number(pair.Value, known[0], leastRecordBytes, mostRecordBytes, DefaultMaxRecordBytes)
	}
}
