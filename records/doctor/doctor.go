// Package doctor provides the judgement of a desk's surroundings: what of git,
// its settings, the hooks, the folders and the clock keeps the desk from working
// as it should, and what mends it. Examine is pure; Gather collects the facts.
// It must not change anything, nor judge what records say.
package doctor

import (
	"fmt"
	"strings"

	"frontdesk/records/diag"
)

// Area is what a finding is about. The areas are few and stay: programs may
// look for one.
type Area string

// The areas, in the order of a report.
const (
	Program    Area = "git"
	Repository Area = "repository"
	Settings   Area = "settings"
	Identity   Area = "identity"
	Attributes Area = "attributes"
	Hooks      Area = "hooks"
	Index      Area = "index"
	Config     Area = "desk.yaml"
	Records    Area = "records"
	Folders    Area = "folders"
	History    Area = "history"
	Clock      Area = "clock"
	Leftovers  Area = "leftovers"
)

// Finding is one thing that was looked at.
type Finding struct {
	Area     Area
	OK       bool          // nothing to mend; What says how it is
	Severity diag.Severity // where it is not OK: an error keeps something from working
	What     string        // in a line: what is wrong, or how it is
	Why      string        // in a line: what comes of it; may be empty
	Fix      string        // the command that mends it; may be empty
}

// Examine judges the facts. There is at least one finding for each area that the
// facts speak of, in the order of the areas.
func Examine(f *Facts) []Finding {
	d := &doctor{facts: f}
	d.program()
	if f.Repository != nil {
		d.repository()
		d.settings()
		d.identity()
		d.attributes()
		d.hooks()
	}
	d.index()
	d.config()
	d.records()
	d.folders()
	if f.Repository != nil {
		d.history()
	}
	d.clock()
	d.leftovers()
	return d.found
}

// Worst returns the severity of the worst finding that is not OK, and false
// where all are.
func Worst(found []Finding) (worst diag.Severity, any bool) {
	for _, f := range found {
		if !f.OK && (!any || f.Severity > worst) {
			worst, any = f.Severity, true
		}
	}
	return worst, any
}

// doctor is a report in the making.
type doctor struct {
	facts *Facts
	found []Finding
}

// ok notes how something is that needs no mending, unless something was found
// wrong in the area.
func (d *doctor) ok(a Area, format string, args ...any) {
	for _, f := range d.found {
		if f.Area == a && !f.OK {
			return
		}
	}
	d.found = append(d.found, Finding{Area: a, OK: true, What: fmt.Sprintf(format, args...)})
}

func (d *doctor) find(a Area, s diag.Severity, what, why, fix string) {
	d.found = append(d.found, Finding{Area: a, Severity: s, What: what, Why: why, Fix: fix})
}

// stricter returns an error in pipelines, where nobody reads warnings and a desk
// that is cut off is judged wrongly, and a warning elsewhere.
func (d *doctor) stricter() diag.Severity {
	if d.facts.Pipeline != nil {
		return diag.Error
	}
	return diag.Warning
}

// some lists a few of many.
func some(all []string, most int) string {
	if len(all) <= most {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), len(all)-most)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// quote makes a path one word of a command. Paths come from the repository.
func quote(p string) string {
	if p != "" && strings.IndexFunc(p, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("._/-+,:@=~", c)
	}) < 0 && p[0] != '-' {
		return p
	}
	if p != "" && p[0] == '-' {
		p = "./" + p
	}
	return "'" + strings.ReplaceAll(p, "'", `'\''`) + "'"
}
