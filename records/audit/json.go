package audit

import (
	"time"

	"frontdesk/records/approval"
)

// Version changes when a program that reads the JSON could break.
const Version = 1

// JSON is a report as JSON. Its form is a contract: keys may be added, never
// renamed or removed, without a new version.
type JSON struct {
	Version    int             `json:"version"`
	Branch     string          `json:"branch"`
	Commit     string          `json:"commit"`
	AsOf       string          `json:"as_of"`
	From       string          `json:"from"` // "" where the period has no beginning
	To         string          `json:"to"`   // "" where it has no end
	Complete   bool            `json:"complete"`
	Counts     CountsJSON      `json:"counts"`
	Exceptions []ExceptionJSON `json:"exceptions"`
	Changes    []ChangeJSON    `json:"changes"`
	Sample     []SampledJSON   `json:"sample,omitempty"`
	Commits    []CommitJSON    `json:"commits,omitempty"`
	Notes      []string        `json:"notes"`
}

// CountsJSON are the figures of a report.
type CountsJSON struct {
	Commits     int `json:"commits"`
	Touched     int `json:"touched"`
	Claimed     int `json:"claimed"`
	Together    int `json:"together"`
	Before      int `json:"before"`
	Cut         int `json:"cut"`
	Unmapped    int `json:"unmapped"`
	Changes     int `json:"changes"`
	Landings    int `json:"landings"`
	Approved    int `json:"approved"`
	Ahead       int `json:"ahead"`
	NotApproved int `json:"not_approved"`
	Exceptions  int `json:"exceptions"`
	Information int `json:"information"`
}

// ExceptionJSON is an exception, or what is worth knowing.
type ExceptionJSON struct {
	Rule     Rule   `json:"rule"`
	Severity string `json:"severity"` // exception or information
	Commit   string `json:"commit"`   // "" where it is of no single one
	At       string `json:"committed"`
	Record   string `json:"record"`
	Message  string `json:"message"`
	Hint     string `json:"hint"`
}

// ChangeJSON is a record that needed approval.
type ChangeJSON struct {
	Record   string        `json:"record"`
	Title    string        `json:"title"`
	Kind     string        `json:"kind"`
	Approved string        `json:"approved_at"`
	Ahead    string        `json:"ahead_at"`
	Due      string        `json:"due"`
	Landings []LandingJSON `json:"landings"`
}

// LandingJSON is a commit that brought a state or a content that needs approval.
type LandingJSON struct {
	Commit   string         `json:"commit"`
	At       string         `json:"at"`
	State    string         `json:"state"`
	Needed   bool           `json:"needed"`
	Verdict  approval.State `json:"verdict"`
	Together string         `json:"together,omitempty"` // the commit up to which the branch got it at once, and that made it approved
	Covers   string         `json:"covers"`
	By       []string       `json:"by"`
}

// SampledJSON is a change that was drawn.
type SampledJSON struct {
	Record string `json:"record"`
	Key    string `json:"key"`
}

// CommitJSON is a commit of the population.
type CommitJSON struct {
	Commit    string   `json:"commit"`
	Committed string   `json:"committed"`
	Committer string   `json:"committer"`
	Authored  string   `json:"authored"`
	Author    string   `json:"author"`
	Parents   []string `json:"parents"`
	Subject   string   `json:"subject"`
	Basis     Basis    `json:"basis"`
	Records   []string `json:"records"`
}

// JSON returns the report as JSON, without its commits.
func (r *Report) JSON(sample []Sampled) JSON {
	j := JSON{
		Version: Version, Branch: r.Branch, Commit: r.Tip.ID, AsOf: stamp(r.AsOf), From: stamp(r.From), To: stamp(r.To), Complete: r.Complete,
		Counts: r.Counts(), Exceptions: []ExceptionJSON{}, Changes: []ChangeJSON{}, Notes: r.Notes,
	}
	for _, x := range r.Exceptions {
		one := ExceptionJSON{Rule: x.Rule, Severity: x.Severity(), Record: x.Record, Message: x.Words, Hint: x.Hint}
		if x.Entry != nil {
			one.Commit, one.At = x.Entry.ID, stamp(x.Entry.When)
		}
		j.Exceptions = append(j.Exceptions, one)
	}
	for _, c := range r.Changes {
		j.Changes = append(j.Changes, c.json())
	}
	for _, s := range sample {
		j.Sample = append(j.Sample, SampledJSON{s.Record, s.Key})
	}
	return j
}

// Counts returns the figures of the report.
func (r *Report) Counts() CountsJSON {
	c := CountsJSON{
		Commits: len(r.Entries), Touched: r.Count(Touched), Claimed: r.Count(Claimed), Together: r.Count(Together), Before: r.Count(Before), Cut: r.Count(Cut), Unmapped: r.Count(Unmapped),
		Changes: len(r.Changes), Exceptions: r.Exceptional(), Information: len(r.Exceptions) - r.Exceptional(),
	}
	for _, e := range r.Entries {
		for _, l := range e.Landings {
			if !l.Needed {
				continue
			}
			c.Landings++
			switch {
			case l.Verdict.State == approval.Approved, l.Together != "":
				c.Approved++
			case l.Verdict.State == approval.Ahead:
				c.Ahead++
			default:
				c.NotApproved++
			}
		}
	}
	return c
}

func (c *Change) json() ChangeJSON {
	j := ChangeJSON{Record: c.Record, Title: c.Title, Kind: c.Kind, Approved: stamp(c.Approved), Ahead: stamp(c.Ahead), Due: stamp(c.Due), Landings: []LandingJSON{}}
	for _, l := range c.Landings {
		one := LandingJSON{Commit: l.Entry.ID, At: stamp(l.At), State: string(l.State), Needed: l.Needed, Verdict: l.Verdict.State, Together: l.Together, Covers: l.Verdict.Covers, By: []string{}}
		for _, id := range l.approvers() {
			one.By = append(one.By, string(id))
		}
		j.Landings = append(j.Landings, one)
	}
	return j
}

func (e *Entry) json() CommitJSON {
	j := CommitJSON{
		Commit: e.ID, Committed: stamp(e.When), Committer: who(e.Committer), Authored: stamp(e.Author.When), Author: who(e.Author),
		Parents: e.Parents, Subject: e.Subject, Basis: e.Basis, Records: e.Records,
	}
	if j.Parents == nil {
		j.Parents = []string{}
	}
	if j.Records == nil {
		j.Records = []string{}
	}
	return j
}

// Age returns how long after it went ahead the change was approved; ok is false
// for one that did not go ahead, or was not approved.
func (c *Change) Age() (age time.Duration, ok bool) {
	if c.Ahead.IsZero() || c.Approved.IsZero() {
		return 0, false
	}
	return c.Approved.Sub(c.Ahead), true
}
