package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

// Version is the version of a report's JSON.
const Version = 1

// document is a report in JSON, without its figures.
type document struct {
	Version int    `json:"version"`
	Report  string `json:"report"`
	Title   string `json:"title"`
	AsOf    string `json:"as_of"` // RFC 3339, UTC
	Zone    string `json:"zone"`  // in which days and months begin, a name of the IANA database
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"` // without
	By      string `json:"by,omitempty"`
}

// counted is a figure in JSON. Value is a number, null, an object of numbers by key, or
// a list of rows.
type counted struct {
	ID         string           `json:"id"`
	Title      string           `json:"title"`
	Value      any              `json:"value"`
	Unit       figure.Unit      `json:"unit"`
	N          int              `json:"n"`
	Definition string           `json:"definition"`
	Kind       figure.Kind      `json:"kind"`
	Note       string           `json:"note,omitempty"`
	Method     string           `json:"method,omitempty"`
	Interval   *[2]float64      `json:"interval,omitempty"`
	Backtest   *figure.Backtest `json:"backtest,omitempty"`
	Groups     []grouped        `json:"groups,omitempty"`
	Records    []string         `json:"records"` // type/id
}

// grouped is a figure of a part of the records in JSON.
type grouped struct {
	Key     string   `json:"key"`
	Title   string   `json:"title,omitempty"`
	Value   any      `json:"value"`
	N       int      `json:"n"`
	Note    string   `json:"note,omitempty"`
	Records []string `json:"records"`
}

// WriteJSON writes a report as one JSON document, each figure on a line of its own.
func (done *Done) WriteJSON(w io.Writer) error {
	head, err := json.Marshal(document{
		Version: Version, Report: done.Report.Name, Title: done.Report.Title, AsOf: records.FormatTime(done.AsOf), Zone: done.Zone.String(),
		From: timeOrNone(done.Asked.From), To: timeOrNone(done.Asked.To), By: done.Asked.By,
	})
	if err != nil {
		return fmt.Errorf("write json: %w", err)
	}
	out := bufio.NewWriter(w)
	out.Write(head[:len(head)-1])
	out.WriteString(`,"figures":[`)
	for i, f := range done.Figures {
		line, err := json.Marshal(newCounted(f))
		if err != nil {
			return fmt.Errorf("write json: figure %s: %w", f.ID, err)
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(line)
	}
	out.WriteString("\n]}\n")
	return out.Flush()
}

func newCounted(f Figure) counted {
	c := counted{
		ID: f.ID, Title: f.Title, Value: f.Value, Unit: f.Unit, N: f.N, Definition: f.Text, Kind: f.Kind,
		Note: f.Note, Method: f.Method, Interval: f.Interval, Backtest: f.Backtest, Records: orNone(f.Records),
	}
	for _, g := range f.Groups {
		c.Groups = append(c.Groups, grouped{Key: g.Key, Title: g.Title, Value: g.Value, N: g.N, Note: g.Note, Records: orNone(g.Records)})
	}
	return c
}

func timeOrNone(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return records.FormatTime(t)
}

func orNone(refs []string) []string {
	if refs == nil {
		return []string{}
	}
	return refs
}
