package doctor

import (
	"fmt"
	"time"

	"frontdesk/records/diag"
)

// FullFolder and FullMonth are from how many records on a folder, or a month,
// needs one or two more folder levels: git reads and writes the whole folder for
// each commit that touches it. With 9,000 records in a month a walk of the history took 40 s
// without, 6.6 s with one and 4.8 s with two more levels.
const (
	FullFolder = 1000
	FullMonth  = 10000
)

// ManyCommits is from how many commits on the commit graph is worth its time.
const ManyCommits = 2000

// manyLoose is from how many loose objects on git slows down; git's own clean-up
// begins at 6,700.
const manyLoose = 20000

// skew is how far clocks may be apart.
const skew = 5 * time.Minute

// patience is how long what a program at work leaves in the way is no leftover.
const patience = 10 * time.Minute

func (d *doctor) index() {
	x := d.facts.Index
	switch {
	case x == nil:
		return
	case x.Problem != "":
		d.find(Index, diag.Warning, x.Problem, "listings are right and slower", "frontdesk index rebuild")
	case x.Note != "":
		d.ok(Index, "%s", x.Note)
	case x.Size == 0:
		d.ok(Index, "none yet; the first listing makes it")
	default:
		d.ok(Index, "%s in %s", size(x.Size), x.Where)
	}
}

func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.0f kB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}

func (d *doctor) config() {
	if n := len(d.facts.Desk.Faults); n > 0 {
		d.find(Config, diag.Error, some(d.facts.Desk.Faults, 1), "built-in values stand for what it says, and nothing is written", "frontdesk check")
	}
	d.ok(Config, "")
}

func (d *doctor) records() {
	desk := d.facts.Desk
	if len(desk.Unreadable) > 0 {
		d.find(Records, diag.Error, fmt.Sprintf("%s cannot be read: %s", count(len(desk.Unreadable), "record"), some(desk.Unreadable, 3)),
			"they are missing from lists, reports and the site", "frontdesk check")
	}
	d.ok(Records, "%d", desk.Records)
}

func (d *doctor) folders() {
	desk := d.facts.Desk
	switch {
	case len(desk.Misplaced) > 0 && desk.Blocked:
		d.find(Folders, diag.Error, fmt.Sprintf("%s in a folder where shard %d does not put %s: %s", lie(len(desk.Misplaced)), desk.Shard, them(len(desk.Misplaced)), some(desk.Misplaced, 2)),
			"something is in the way of putting them right", fmt.Sprintf("frontdesk reshard %d -n", desk.Shard))
	case len(desk.Misplaced) > 0:
		d.find(Folders, diag.Error, fmt.Sprintf("%s in a folder where shard %d does not put %s: %s", lie(len(desk.Misplaced)), desk.Shard, them(len(desk.Misplaced)), some(desk.Misplaced, 2)),
			"a reshard may have been interrupted, or the shard changed by hand", fmt.Sprintf("frontdesk reshard %d", desk.Shard))
	case advised(desk) > desk.Shard:
		d.find(Folders, diag.Warning, fmt.Sprintf("%s holds %d records", desk.Fullest.Path, desk.Fullest.Records),
			"git reads a whole folder for each commit that touches it: log, blame and merges get slow", fmt.Sprintf("frontdesk reshard %d", advised(desk)))
	}
	if desk.Fullest.Records == 0 {
		d.ok(Folders, "shard %d", desk.Shard)
		return
	}
	d.ok(Folders, "shard %d; the fullest folder holds %s", desk.Shard, count(desk.Fullest.Records, "record"))
}

func lie(n int) string {
	if n == 1 {
		return "1 record lies"
	}
	return fmt.Sprintf("%d records lie", n)
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// advised returns the shard that suits the records.
func advised(desk DeskFacts) int {
	switch {
	case desk.Fullest.Records <= FullFolder:
		return desk.Shard
	case desk.Month.Records > FullMonth:
		return 2
	}
	return max(1, desk.Shard)
}

func (d *doctor) history() {
	r := d.facts.Repository
	if r.Problem != "" {
		return
	}
	if r.Shallow {
		d.shallow()
	}
	if p := d.facts.Pipeline; p != nil && p.Base != "" && !p.Known {
		d.find(History, diag.Error, "the branch that the change goes into is not here: "+p.Base, "frontdesk check --base has nothing to compare with", "git fetch origin "+quote(p.Base))
	}
	if r.Commits > ManyCommits && !r.ChangedPaths && d.facts.Pipeline == nil {
		d.find(History, diag.Warning, fmt.Sprintf("more than %d commits, and no commit graph that knows which paths they touched", ManyCommits),
			"log ID --git and blame walk the whole history", "git commit-graph write --reachable --changed-paths")
	}
	if r.Loose > manyLoose && d.facts.Pipeline == nil {
		d.find(History, diag.Warning, fmt.Sprintf("about %d objects are not packed", r.Loose), "every git command that reads history is slow", "git gc")
	}
	switch {
	case r.Commits == 0:
		d.ok(History, "no commit yet")
	case r.Commits > ManyCommits:
		d.ok(History, "more than %d commits", ManyCommits)
	default:
		d.ok(History, "%s", count(r.Commits, "commit"))
	}
}

func (d *doctor) shallow() {
	why := "commits behind log lines, blame, list --at and, where the common ancestor is cut off, check --base cannot be judged"
	if d.facts.Pipeline == nil {
		d.find(History, diag.Warning, "the clone is shallow: older commits are not here", why, "git fetch --unshallow")
		return
	}
	fix := "git fetch --unshallow"
	switch d.facts.Pipeline.Forge {
	case "github":
		fix = "with: {fetch-depth: 0}   # below uses: actions/checkout"
	case "gitlab":
		fix = "variables: {GIT_DEPTH: 0}   # in .gitlab-ci.yml"
	}
	d.find(History, diag.Error, "the clone is shallow: older commits are not here", why, fix)
}

func (d *doctor) clock() {
	now := d.facts.Now
	if r := d.facts.Repository; r != nil && r.HeadTime.After(now.Add(skew)) {
		d.find(Clock, diag.Warning, fmt.Sprintf("the clock is %s behind the last commit (%s)", span(r.HeadTime.Sub(now)), r.HeadTime.UTC().Format(time.RFC3339)),
			"what you write now would be dated before what it follows; or the commit was made by a clock that is ahead", setClock(d.facts.System))
	}
	if last := d.facts.Desk.LastLog; last.At.After(now.Add(skew)) {
		d.find(Clock, diag.Warning, fmt.Sprintf("%s has a log line of the future (%s)", last.ID, last.At.UTC().Format(time.RFC3339)),
			fmt.Sprintf("nothing can follow it until then, %s from now; or this machine's clock is behind", span(last.At.Sub(now))), "frontdesk log "+quote(last.ID))
	}
	d.ok(Clock, "%s", now.UTC().Format(time.RFC3339))
}

// span says how long a time is, in its two greatest units at most.
func span(t time.Duration) string {
	switch {
	case t >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(t.Hours())/24)
	case t >= 2*time.Hour:
		return fmt.Sprintf("%d hours", int(t.Hours()))
	}
	return fmt.Sprintf("%d minutes", int(t.Minutes()))
}

func setClock(system string) string {
	switch system {
	case "darwin":
		return "sudo sntp -sS time.apple.com"
	case "windows":
		return "w32tm /resync"
	}
	return "sudo timedatectl set-ntp true"
}

func (d *doctor) leftovers() {
	for _, l := range d.facts.Leftovers {
		age := d.facts.Now.Sub(l.Since)
		if age < patience {
			continue
		}
		if l.Lock {
			d.find(Leftovers, diag.Warning, fmt.Sprintf("%s is there for %s: git is at work, or was killed", l.Path, span(age)),
				"as long as it is there git refuses to commit; remove it only if no git is running", "rm "+quote(l.Path))
			continue
		}
		d.find(Leftovers, diag.Info, fmt.Sprintf("%s was left behind by a frontdesk that was killed", l.Path), "no command reads it", "rm "+quote(l.Path))
	}
	d.ok(Leftovers, "none")
}
