package review

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/gate"
	"frontdesk/records/history"
)

// How many of what is listed for one record.
const (
	mostChanges   = 40
	mostReasons   = 20
	mostConflicts = 20
	mostVotes     = 50
	mostPeople    = 8
)

// record writes what is to be said of one record.
func (w *writer) record(c *gate.Case) {
	v := c.Verdict
	title := ""
	if c.Record != nil && c.Record.Title() != "" {
		title = " " + code(c.Record.Title())
	}
	w.add(verdicts, "\n### %s%s\n\n%s\n", code(string(v.Type)+"/"+string(v.ID)), title, verdictWords(c))
	w.list(verdicts, "", v.Reasons, mostReasons)
	w.changes(c)
	w.risk(v)
	w.window(c)
	w.said(v)
	if graph := w.graph(c); graph != "" {
		w.add(graphs, "\n**Impact**\n\n%s", graph)
	}
}

// list writes a list of texts, under a title if there is one.
func (w *writer) list(p priority, title string, texts []string, most int) {
	if len(texts) == 0 {
		return
	}
	var b strings.Builder
	if title != "" {
		b.WriteString("\n**" + title + "**\n")
	}
	b.WriteString("\n")
	for _, t := range texts[:min(len(texts), most)] {
		b.WriteString("- " + prose(t) + "\n")
	}
	if more := len(texts) - most; more > 0 {
		fmt.Fprintf(&b, "- and %d more\n", more)
	}
	w.add(p, "%s", b.String())
}

// verdictWords says how a record stands.
func verdictWords(c *gate.Case) string {
	v := c.Verdict
	words := map[approval.State]string{
		approval.Approved: "**Approved.**", approval.Ahead: "**May go ahead.**", approval.Pending: "**Not approved yet.**",
		approval.Rejected: "**Rejected.**", approval.Failed: "**Cannot be approved as it is.**",
	}[v.State]
	if words == "" {
		words = "**" + code(string(v.State)) + "**"
	}
	var facts []string
	if c.Record != nil && c.Record.State() != "" {
		facts = append(facts, "state "+code(string(c.Record.State())))
	}
	if v.Kind != "" {
		facts = append(facts, "kind "+code(v.Kind))
	}
	if len(facts) > 0 {
		words += " It is in " + strings.Join(facts, ", ") + "."
	}
	if !c.Needed && v.State != approval.Approved {
		words += " In this state it needs no approval yet."
	}
	if at, ok := records.ParseTime(v.Due); ok {
		words += " Approval is due until " + code(moment(at)) + "."
	}
	return words
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// changes says in words what changes about the record.
func (w *writer) changes(c *gate.Case) {
	var lines []string
	if d := w.changed(c.Record); d != nil {
		lines = recordWords(d)
	}
	var files []string
	if c.Input != nil {
		for name := range c.Input.Parts {
			if p, ok := strings.CutPrefix(name, "path:"); ok {
				files = append(files, p)
			}
		}
		slices.Sort(files)
	}
	if len(lines)+len(files) == 0 {
		return
	}
	var b strings.Builder
	b.WriteString("\n**What changes**\n\n")
	for _, l := range lines[:min(len(lines), mostChanges)] {
		b.WriteString("- " + l + "\n")
	}
	if more := len(lines) - mostChanges; more > 0 {
		fmt.Fprintf(&b, "- and %d more\n", more)
	}
	if len(files) > 0 {
		fmt.Fprintf(&b, "- %s approved together with it: %s\n", count(len(files), "file"), listOf(files, 20))
	}
	w.add(changes, "%s", b.String())
}

// recordWords tells what changed about a record, safe in Markdown.
func recordWords(d *history.RecordDiff) []string {
	var out []string
	switch {
	case d.Action == history.Added:
		out = append(out, "new"+inState(d.After))
	case d.Action == history.Removed:
		out = append(out, "removed"+inState(d.Before))
	}
	if d.OldPath != "" {
		out = append(out, "moved from "+code(d.OldPath))
	}
	switch {
	case d.Unread:
		out = append(out, "it cannot be read on both sides")
	case d.Action == history.Changed && len(d.Changes) == 0 && d.OldPath == "":
		out = append(out, "written in another form; it says the same")
	case d.Action == history.Changed:
		for _, c := range d.Changes {
			out = append(out, c.Words(code))
		}
	case d.Action == history.Added:
		for _, c := range d.Changes {
			if !slices.Contains(saidAlready, c.Name) || c.Part == history.PartSection {
				out = append(out, c.Words(code))
			}
		}
	}
	return out
}

// saidAlready are the fields of a new record that stand elsewhere in the summary, or
// say no more than that it is new.
var saidAlready = []string{records.FieldID, records.FieldTitle, records.FieldState, records.FieldLog}

func inState(r *records.Record) string {
	if r == nil || r.State() == "" {
		return ""
	}
	return ", state " + code(string(r.State()))
}

// risk says how much is at risk, and why.
func (w *writer) risk(v *approval.Verdict) {
	if v.Risk == "" {
		return
	}
	w.add(verdicts, "\n**Risk:** %s\n", code(v.Risk))
	w.list(approvals, "", v.Because, mostReasons)
}

// window says when it is planned, and what gets in the way.
func (w *writer) window(c *gate.Case) {
	if planned := plannedWords(c); planned != "" {
		line := "\n**Window:** " + planned + "."
		switch {
		case c.Open:
			line += " It is open now."
		case c.Why != "":
			line += " It is not open: " + prose(c.Why) + "."
		}
		if !c.Next.IsZero() {
			line += " It opens " + code(moment(c.Next)) + "."
		}
		w.add(verdicts, "%s\n", line)
	}
	if len(c.Conflicts) == 0 {
		return
	}
	var texts []string
	for _, k := range c.Conflicts {
		texts = append(texts, k.String())
	}
	w.list(approvals, "Conflicts", texts, mostConflicts)
}

// plannedWords says between which times a record is planned.
func plannedWords(c *gate.Case) string {
	if c.Record == nil || c.Type == nil || c.Type.Policy == nil || c.Type.Policy.Window == nil {
		return ""
	}
	start, end := c.Record.Get(c.Type.Policy.Window.Start), c.Record.Get(c.Type.Policy.Window.End)
	if start.IsNull() && end.IsNull() {
		return ""
	}
	words := func(v *records.Value) string {
		if v.IsNull() {
			return "not said"
		}
		if t, ok := records.ParseTime(v.String()); ok {
			return code(moment(t))
		}
		return code(v.String())
	}
	return words(start) + " to " + words(end)
}

// said lists who said what, rule by rule, and what does not count.
func (w *writer) said(v *approval.Verdict) {
	if len(v.Rules)+len(v.Refused) == 0 {
		return
	}
	var b strings.Builder
	b.WriteString("\n**Approvals**\n\n")
	n := 0
	for _, r := range v.Rules {
		mark := "missing"
		if r.Have >= r.Need {
			mark = "met"
		}
		fmt.Fprintf(&b, "- %s: %d of %s, %s", code(r.Name), r.Have, count(r.Need, "approval"), mark)
		if len(r.By) > 0 {
			b.WriteString("; by " + people(r.By))
		}
		if r.Have < r.Need {
			if len(r.Could) > 0 {
				b.WriteString("; could approve: " + people(r.Could))
			} else {
				b.WriteString("; nobody is left who could approve")
			}
		}
		b.WriteString("\n")
		if n++; n >= mostVotes {
			break
		}
	}
	seen := map[approval.Void]bool{}
	for _, r := range v.Rules {
		for _, void := range r.Void {
			if seen[void] || len(seen) >= mostVotes {
				continue
			}
			seen[void] = true
			fmt.Fprintf(&b, "- void: what %s said", code(string(void.By)))
			if void.Field != "" {
				b.WriteString(", by a change of " + code(void.Field))
			}
			b.WriteString(": " + prose(void.Reason) + "\n")
		}
	}
	for _, r := range v.Refused[:min(len(v.Refused), mostVotes)] {
		who := "somebody"
		if r.By != "" {
			who = code(string(r.By))
		}
		fmt.Fprintf(&b, "- proves nothing: what %s is to have said", who)
		if r.Path != "" {
			b.WriteString(" in " + code(r.Path))
		}
		b.WriteString(": " + prose(r.Reason) + "\n")
	}
	w.add(approvals, "%s", b.String())
}

func people(ids []records.ID) string {
	var names []string
	for _, id := range ids {
		names = append(names, string(id))
	}
	return listOf(names, mostPeople)
}
