package main

import (
	"time"

	"frontdesk/records"
	"frontdesk/records/git"
	"frontdesk/records/history"
	"frontdesk/schema"
)

// signatureJSON is who made a commit, as it says.
type signatureJSON struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	At    string `json:"at"`
}

// commitJSON is a commit that made a record what it is.
type commitJSON struct {
	ID        string        `json:"id"`
	Author    signatureJSON `json:"author"`
	Committer signatureJSON `json:"committer"`
	Subject   string        `json:"subject"`
	CutOff    bool          `json:"cut_off"` // a shallow clone ends here: what it brought may be older
}

// newCommitJSON is nil for what is not committed.
func newCommitJSON(v *history.Version) *commitJSON {
	if !v.IsCommitted() {
		return nil
	}
	sign := func(s git.Signature) signatureJSON {
		return signatureJSON{Name: s.Name, Email: s.Email, At: s.When.Format(time.RFC3339)}
	}
	return &commitJSON{ID: v.ID, Author: sign(v.Author), Committer: sign(v.Committer), Subject: v.Subject, CutOff: v.Cut}
}

// commitLogJSON is the JSON of log --git.
type commitLogJSON struct {
	Version  int          `json:"version"`
	ID       records.ID   `json:"id"`
	Type     records.Type `json:"type"`
	Path     string       `json:"path"`
	Events   []lineJSON   `json:"events"`  // of the log as it is, in its order
	Lost     []lineJSON   `json:"removed"` // lines that the log had once
	Versions []stepJSON   `json:"versions"`
}

// lineJSON is a line of a log with where it comes from. At and By are empty
// where the line cannot be read.
type lineJSON struct {
	eventJSON
	Commit  *commitJSON      `json:"commit"`                  // that brought it; null: not committed
	Drift   *int64           `json:"drift_seconds,omitempty"` // from the time that it claims to the commit's
	Ahead   bool             `json:"ahead"`                   // committed more than 5 minutes before the time that it claims
	Altered []alterationJSON `json:"altered"`
	Removed *alterationJSON  `json:"removed,omitempty"`
}

// alterationJSON is what became of a line later.
type alterationJSON struct {
	Commit *commitJSON `json:"commit"` // null: not committed
	Was    any         `json:"was"`
}

// stepJSON is what one commit did to a record.
type stepJSON struct {
	Commit   *commitJSON  `json:"commit"` // null: not committed
	Path     string       `json:"path"`
	Moved    string       `json:"moved_from,omitempty"`
	Made     bool         `json:"made"`    // the record was not there before
	Removed  bool         `json:"removed"` // the record was not there afterwards
	Readable bool         `json:"readable"`
	Changes  []changeJSON `json:"changes"`
}

func newCommitLogJSON(typ *schema.Type, r *records.Record, trace *history.Trace) commitLogJSON {
	out := commitLogJSON{Version: envelopeVersion, ID: r.ID, Type: r.Type, Path: r.Path, Events: []lineJSON{}, Lost: []lineJSON{}}
	for _, l := range trace.Lines {
		out.Events = append(out.Events, newLineJSON(l))
	}
	for _, l := range trace.Lost {
		out.Lost = append(out.Lost, newLineJSON(l))
	}
	for _, v := range trace.Versions {
		out.Versions = append(out.Versions, stepJSON{Commit: newCommitJSON(v), Path: v.Path, Moved: v.Moved, Made: v.IsNew(),
			Removed: v.Gone, Readable: v.Record != nil, Changes: newChangesJSON(v.Changes(typ))})
	}
	return out
}

func newLineJSON(l *history.Line) lineJSON {
	out := lineJSON{eventJSON: eventJSON{Fields: map[string]any{}}, Commit: newCommitJSON(l.Brought), Ahead: l.IsAhead(), Altered: []alterationJSON{}}
	if event, ok := eventOf(l.Value); ok {
		out.eventJSON = newEventsJSON([]records.Event{event})[0]
	}
	if drift, ok := l.Drift(); ok {
		seconds := int64(drift / time.Second)
		out.Drift = &seconds
	}
	for _, a := range l.Altered {
		out.Altered = append(out.Altered, alterationJSON{newCommitJSON(a.Version), a.Was.Any()})
	}
	if l.Removed != nil {
		out.Removed = &alterationJSON{newCommitJSON(l.Removed), l.Value.Any()}
	}
	return out
}

// changeJSON is one difference between two versions of a record.
type changeJSON struct {
	Part    history.Part   `json:"part"`
	Action  history.Action `json:"action"`
	Name    string         `json:"name"` // the key, or the section's heading
	Words   string         `json:"words"`
	Old     any            `json:"old,omitempty"`
	New     any            `json:"new,omitempty"`
	Added   []any          `json:"added,omitempty"`   // items of a list, lines of the log
	Removed []any          `json:"removed,omitempty"` // the same
	Altered int            `json:"altered,omitempty"` // lines of the log
	Plus    int            `json:"lines_added,omitempty"`
	Minus   int            `json:"lines_removed,omitempty"`
	At      string         `json:"at,omitempty"` // of an entry
	By      string         `json:"by,omitempty"` // of an entry
}

func newChangesJSON(cs []history.Change) []changeJSON {
	out := make([]changeJSON, len(cs))
	for i, c := range cs {
		out[i] = changeJSON{Part: c.Part, Action: c.Action, Name: c.Name, Words: c.String(), Old: c.Old.Any(), New: c.New.Any(),
			Added: anys(c.Added), Removed: anys(c.Removed), Altered: c.Altered, Plus: c.Plus, Minus: c.Minus, By: c.By}
		if !c.At.IsZero() {
			out[i].At = records.FormatTime(c.At)
		}
	}
	return out
}

func anys(vs []*records.Value) []any {
	var out []any
	for _, v := range vs {
		out = append(out, v.Any())
	}
	return out
}

// diffJSON is the JSON of diff.
type diffJSON struct {
	Version  int              `json:"version"`
	From     *sideJSON        `json:"from"`
	To       *sideJSON        `json:"to"` // null: the work tree
	Records  []recordDiffJSON `json:"records"`
	Files    []fileDiffJSON   `json:"files"`
	Problems []problemJSON    `json:"problems"` // of records that could not be read
}

// sideJSON is a commit that is compared.
type sideJSON struct {
	Commit string `json:"commit"`
	At     string `json:"at"` // the committer's time
}

type recordDiffJSON struct {
	ID       records.ID     `json:"id"`
	Type     records.Type   `json:"type"`
	Title    string         `json:"title"`
	State    records.State  `json:"state"` // as it is, or was where the record is removed
	Path     string         `json:"path"`
	OldPath  string         `json:"old_path,omitempty"` // where the record moved
	Action   history.Action `json:"action"`
	Readable bool           `json:"readable"` // on both sides
	Changes  []changeJSON   `json:"changes"`
}

type fileDiffJSON struct {
	Path   string         `json:"path"`
	Action history.Action `json:"action"`
	Plus   int            `json:"lines_added"`
	Minus  int            `json:"lines_removed"`
}

type problemJSON struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

func newDiffJSON(before, after *view, d *history.Difference) diffJSON {
	out := diffJSON{Version: envelopeVersion, From: newSideJSON(before), To: newSideJSON(after),
		Records: []recordDiffJSON{}, Files: []fileDiffJSON{}, Problems: []problemJSON{}}
	for _, r := range d.Records {
		j := recordDiffJSON{ID: r.Name.ID, Type: r.Name.Type, Title: r.Title(), Path: r.Name.Path, OldPath: r.OldPath,
			Action: r.Action, Readable: !r.Unread, Changes: newChangesJSON(r.Changes)}
		for _, rec := range []*records.Record{r.Before, r.After} {
			if rec != nil {
				j.State = rec.State()
			}
		}
		out.Records = append(out.Records, j)
	}
	for _, f := range d.Files {
		out.Files = append(out.Files, fileDiffJSON{f.Path, f.Action, f.Plus, f.Minus})
	}
	for _, p := range d.Problems {
		out.Problems = append(out.Problems, problemJSON{p.Path, p.Message})
	}
	return out
}

func newSideJSON(v *view) *sideJSON {
	if !v.isPast() {
		return nil
	}
	return &sideJSON{v.commit.ID, records.FormatTime(v.commit.When)}
}
