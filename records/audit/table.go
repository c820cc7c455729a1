package audit

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/git"
	"frontdesk/records/plain"
)

// WritePopulation writes the population as CSV: a row for each commit, oldest
// first. No cell can be taken for a formula.
func (r *Report) WritePopulation(w io.Writer) error {
	rules := map[*Entry][]string{}
	for _, x := range r.Exceptions {
		if x.Entry != nil && !x.Information {
			rules[x.Entry] = append(rules[x.Entry], string(x.Rule))
		}
	}
	t := newTable(w, "commit", "committed", "committer", "committer_email", "authored", "author", "author_email", "parents", "subject", "basis", "records", "verdicts", "exceptions")
	for _, e := range r.Entries {
		var verdicts []string
		for _, l := range e.Landings {
			if l.Needed {
				verdicts = append(verdicts, l.Record+" "+string(l.Verdict.State))
			}
		}
		t.row(e.ID, stamp(e.When), e.Committer.Name, e.Committer.Email, stamp(e.Author.When), e.Author.Name, e.Author.Email,
			strings.Join(e.Parents, " "), e.Subject, string(e.Basis), strings.Join(e.Records, "; "), strings.Join(verdicts, "; "), strings.Join(rules[e], "; "))
	}
	return t.end()
}

// WriteExceptions writes the exceptions, and what is worth knowing, as CSV.
func (r *Report) WriteExceptions(w io.Writer) error {
	t := newTable(w, "rule", "severity", "commit", "committed", "committer", "subject", "record", "what", "do")
	for _, x := range r.Exceptions {
		e := x.Entry
		if e == nil {
			e = &Entry{}
		}
		t.row(string(x.Rule), x.Severity(), e.ID, stamp(e.When), who(e.Committer), e.Subject, x.Record, x.Words, x.Hint)
	}
	return t.end()
}

// WriteSample writes a sample as CSV.
func WriteSample(w io.Writer, sample []Sampled) error {
	t := newTable(w, "place", "record", "title", "kind", "key")
	for i, s := range sample {
		t.row(fmt.Sprint(i+1), s.Record, s.Title, s.Kind, s.Key)
	}
	return t.end()
}

// Severity says whether an exception makes an audit fail.
func (x *Exception) Severity() string {
	if x.Information {
		return "information"
	}
	return "exception"
}

// table writes rows of CSV.
type table struct{ out *csv.Writer }

func newTable(w io.Writer, header ...string) *table {
	t := &table{csv.NewWriter(w)}
	t.row(header...)
	return t
}

// row writes texts, made harmless to spreadsheets. An error is kept for the end.
func (t *table) row(cells ...string) {
	for i, c := range cells {
		cells[i] = plain.CSV(plain.Text(c))
	}
	_ = t.out.Write(cells)
}

func (t *table) end() error {
	t.out.Flush()
	if err := t.out.Error(); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

// stamp writes a time, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return records.FormatTime(t)
}

func who(s git.Signature) string {
	if s.Name == "" || s.Name == s.Email {
		return s.Email
	}
	if s.Email == "" {
		return s.Name
	}
	return s.Name + " <" + s.Email + ">"
}
