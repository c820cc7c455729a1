// Package review provides the summary of a change for the pull request that brings
// it, in Markdown: what changes in words, what it puts at risk and gets in the way
// of, and what is missing until it is approved. Every text of a record in it is
// harmless wherever a forge shows it. It must not decide anything: what it says of
// approvals is what gate found.
package review

import (
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/gate"
	"frontdesk/records/history"
	"frontdesk/schema"
)

// MaxLength is how many bytes a summary has at most: forges take no longer comments.
const MaxLength = 60_000

// Input is what a summary is made of.
type Input struct {
	Gate       *gate.Report        // verdicts; its cases may be fewer than the records that differ
	Difference *history.Difference // from the tip of the base to the merge
	Conflicts  []string            // files that git cannot merge
	Types      *schema.Types       // of the merge
}

// priority says in which order parts are left out where a summary grows too long:
// the last first.
type priority int

const (
	verdicts priority = iota
	approvals
	changes
	graphs
	others
	priorities
)

// names are what is said of parts that were left out.
func (p priority) names() string {
	return [...]string{"verdicts", "who said what", "what changes in records", "graphs of what depends on them", "other records and files"}[p]
}

// part is a piece of the summary, ending with a line feed.
type part struct {
	priority priority
	text     string
}

// writer puts a summary together.
type writer struct {
	in    Input
	parts []part
	known map[*records.Set]things
}

func (w *writer) add(p priority, format string, args ...any) {
	w.parts = append(w.parts, part{p, fmt.Sprintf(format, args...)})
}

// Write returns the summary. The same input gives the same bytes.
func Write(in Input) string {
	w := &writer{in: in, known: map[*records.Set]things{}}
	w.head()
	for _, c := range in.Gate.Cases {
		w.record(c)
	}
	w.others()
	w.foot()
	return w.fit(MaxLength)
}

// fit returns the parts that there is room for, in their order, and says what was
// left out.
func (w *writer) fit(most int) string {
	const reserve = 400 // for what is said at the end
	left := make([]int, priorities)
	keep := make([]bool, len(w.parts))
	room := most - reserve
	for p := range priorities {
		for i, part := range w.parts {
			if part.priority != p {
				continue
			}
			if keep[i] = len(part.text) <= room; keep[i] {
				room -= len(part.text)
			} else {
				left[p]++
			}
		}
	}
	var b strings.Builder
	for i, part := range w.parts {
		if keep[i] {
			b.WriteString(part.text)
		}
	}
	var missing []string
	for p, n := range left {
		if n > 0 {
			missing = append(missing, fmt.Sprintf("%s (%s)", priority(p).names(), count(n, "part")))
		}
	}
	if len(missing) > 0 {
		fmt.Fprintf(&b, "\n**Left out, as a comment cannot be longer:** %s. `frontdesk review` and `frontdesk diff` on a single record show it.\n", strings.Join(missing, "; "))
	}
	return b.String()
}

// head says how the change stands as a whole.
func (w *writer) head() {
	rep := w.in.Gate
	target := strings.TrimPrefix(rep.Target, "refs/heads/")
	w.add(verdicts, "## Frontdesk review\n\n%s\n", w.sum())
	switch {
	case target == "":
	case rep.Head == rep.Base:
		w.add(verdicts, "\nAs %s has it at %s.\n", code(target), code(short(rep.Base)))
	default:
		w.add(verdicts, "\nJudged as the result of merging %s into %s at %s.\n", code(short(rep.Head)), code(target), code(short(rep.Base)))
	}
	if len(w.in.Conflicts) > 0 {
		w.add(verdicts, "\n**git cannot merge it:** both sides change %s.\n", listOf(w.in.Conflicts, 5))
	}
	if len(rep.Unguarded) > 0 {
		w.add(verdicts, "\n**Files that change only together with an approved record, and have none:** %s. A change record in the same branch has to name what it is for.\n", listOf(rep.Unguarded, 10))
	}
	if len(rep.Trusted) > 0 {
		w.add(verdicts, "\n**Files by which others are judged:** %s. They are judged by what the base has of them, and bring along nothing but the record that asks for them.\n", listOf(rep.Trusted, 10))
	}
}

func short(id string) string { return id[:min(12, len(id))] }

// sum says in one line how many records are approved.
func (w *writer) sum() string {
	counts := map[string]int{}
	needed := 0
	for _, c := range w.in.Gate.Cases {
		if c.Needed {
			needed++
			counts[string(c.Verdict.State)]++
		}
	}
	switch {
	case len(w.in.Gate.Cases) == 0 && len(w.in.Gate.Unguarded) == 0:
		return "**Nothing here needs approval.**"
	case needed == 0 && len(w.in.Gate.Unguarded) == 0:
		return "**Nothing here needs approval yet.** What the records would need is said below."
	case needed == counts["approved"]+counts["ahead"] && len(w.in.Gate.Unguarded) == 0:
		return fmt.Sprintf("**Approved:** %s.", counted(counts))
	}
	return fmt.Sprintf("**Not approved:** %s.", counted(counts))
}

func counted(counts map[string]int) string {
	var parts []string
	for _, state := range []string{"rejected", "error", "pending", "ahead", "approved"} {
		if n := counts[state]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", count(n, "record"), stateWords(state)))
		}
	}
	if len(parts) == 0 {
		return "no record covers what changes"
	}
	return strings.Join(parts, ", ")
}

// stateWords says a verdict within a sentence.
func stateWords(state string) string {
	switch state {
	case "ahead":
		return "may go ahead, with approval due later"
	case "error":
		return "cannot be approved as it is"
	}
	return state
}

// listOf writes names as code, some of them where there are many.
func listOf(names []string, most int) string {
	var out []string
	for _, n := range names[:min(len(names), most)] {
		out = append(out, code(n))
	}
	if more := len(names) - most; more > 0 {
		out = append(out, fmt.Sprintf("%d more", more))
	}
	return strings.Join(out, ", ")
}

// changed returns how a record differs, nil where it does not.
func (w *writer) changed(r *records.Record) *history.RecordDiff {
	if r == nil || w.in.Difference == nil {
		return nil
	}
	i := slices.IndexFunc(w.in.Difference.Records, func(d history.RecordDiff) bool { return d.Name.Type == r.Type && d.Name.ID == r.ID })
	if i < 0 {
		return nil
	}
	return &w.in.Difference.Records[i]
}

// others lists the records and files that change and need no approval.
func (w *writer) others() {
	if w.in.Difference == nil {
		return
	}
	judged := map[string]bool{}
	for _, c := range w.in.Gate.Cases {
		if c.Record != nil {
			judged[c.Record.Ref()] = true
		}
	}
	var lines []string
	for i := range w.in.Difference.Records {
		d := &w.in.Difference.Records[i]
		if judged[string(d.Name.Type)+"/"+string(d.Name.ID)] {
			continue
		}
		lines = append(lines, fmt.Sprintf("- **%s** (%s) %s: %s\n", code(string(d.Name.ID)), code(string(d.Name.Type)), code(d.Title()), strings.Join(recordWords(d), "; ")))
	}
	for _, f := range w.in.Difference.Files {
		if !isStatement(f.Path) {
			lines = append(lines, fmt.Sprintf("- %s %s\n", code(f.Path), f.Action))
		}
	}
	if len(lines) == 0 {
		return
	}
	title := "Other records and files"
	if len(judged) == 0 {
		title = "Records and files"
	}
	w.add(others, "\n### %s\n\n", title)
	for _, l := range lines[:min(len(lines), mostOthers)] {
		w.add(others, "%s", l)
	}
	if more := len(lines) - mostOthers; more > 0 {
		w.add(others, "- and %d more\n", more)
	}
}

// mostOthers is how many records and files without a verdict are listed.
const mostOthers = 200

// isStatement reports whether a file is an approval, which the verdict tells of.
func isStatement(p string) bool { return strings.Contains(p, "/approvals/") }

// foot says what could not be looked at.
func (w *writer) foot() {
	rep := w.in.Gate
	if len(rep.Trailers) > 0 {
		var keys []string
		for _, t := range rep.Trailers {
			if !slices.Contains(keys, t.Key) {
				keys = append(keys, t.Key)
			}
		}
		w.add(approvals, "\n%s in commit messages (%s) look like approvals. They prove nothing and count for nothing.\n", count(len(rep.Trailers), "line"), listOf(keys, 5))
	}
	for _, n := range rep.Notes {
		w.add(approvals, "\nNot looked at: %s.\n", prose(n))
	}
	if w.in.Difference == nil {
		return
	}
	for _, d := range w.in.Difference.Problems[:min(len(w.in.Difference.Problems), 20)] {
		w.add(verdicts, "\n%s cannot be read: %s\n", code(d.Path), prose(d.Message))
	}
}
