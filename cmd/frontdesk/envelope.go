package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"

	"frontdesk/records"
	"frontdesk/schema"
)

// envelopeVersion changes when a program that reads the JSON could break.
const envelopeVersion = 1

// envelope is the JSON in which commands print records. Its form is a contract:
// keys may be added, never renamed or removed, without a new version.
type envelope struct {
	Version int          `json:"version"`
	Total   int          `json:"total"`           // records that matched, printed or not
	AsOf    string       `json:"as_of,omitempty"` // the time of the clocks, where they were computed
	Records []recordJSON `json:"records"`
}

// recordJSON is one record. Body, Log, Links and Clocks are there only where they were
// asked for.
type recordJSON struct {
	ID       records.ID       `json:"id"`
	Type     records.Type     `json:"type"`
	Title    string           `json:"title"`
	State    records.State    `json:"state"`    // "" for types without states
	Category records.Category `json:"category"` // "" for types without states
	Path     string           `json:"path"`
	Fields   map[string]any   `json:"fields"`           // the front matter but for the log
	Due      *string          `json:"due,omitempty"`    // when the next target or the stated deadline is over
	Clocks   *[]clockJSON     `json:"clocks,omitempty"` // as of the envelope's as_of
	Body     *string          `json:"body,omitempty"`
	Log      *[]eventJSON     `json:"log,omitempty"`
	Links    *[]link          `json:"links,omitempty"`
}

// eventJSON is one line of a record's log.
type eventJSON struct {
	At     string         `json:"at"`
	By     string         `json:"by"`
	Fields map[string]any `json:"fields"`
}

// newEnvelope wraps records, of which total matched.
func newEnvelope(total int, rs []*records.Record, types *schema.Types) envelope {
	env := envelope{Version: envelopeVersion, Total: total, Records: make([]recordJSON, len(rs))}
	for i, r := range rs {
		env.Records[i] = newRecordJSON(r, types)
	}
	return env
}

func newRecordJSON(r *records.Record, types *schema.Types) recordJSON {
	j := recordJSON{ID: r.ID, Type: r.Type, Title: r.Title(), State: r.State(), Path: r.Path, Fields: map[string]any{}}
	if t := types.Get(r.Type); t != nil {
		j.Category = t.Category(r)
	}
	for _, p := range r.Fields.Pairs {
		if p.Key != records.FieldLog {
			j.Fields[p.Key] = p.Value.Any()
		}
	}
	return j
}

// whole adds what only a single record shows.
func (j recordJSON) whole(r *records.Record, events []records.Event) recordJSON {
	j.Body = &r.Body
	log := newEventsJSON(events)
	j.Log = &log
	return j
}

func newEventsJSON(events []records.Event) []eventJSON {
	out := make([]eventJSON, len(events))
	for i, e := range events {
		out[i] = eventJSON{At: records.FormatTime(e.At), By: e.By, Fields: map[string]any{}}
		for _, p := range e.Fields {
			out[i].Fields[p.Key] = p.Value.Any()
		}
	}
	return out
}

// writeJSON prints v. Nothing is lost and nothing can steer a terminal: control
// and format characters, which JSON would let through, are escaped.
func writeJSON(w io.Writer, v any) error {
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	_, err := w.Write(escapeFormat(plain.Bytes()))
	return err
}

// escapeFormat writes DEL, C1 and format characters of a JSON text as \u
// escapes. They can stand only within strings, so the meaning stays.
func escapeFormat(src []byte) []byte {
	if !bytes.ContainsFunc(src, needsEscape) {
		return src
	}
	out := make([]byte, 0, len(src)+64)
	for _, r := range string(src) {
		if !needsEscape(r) {
			out = append(out, string(r)...)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	return out
}

func needsEscape(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
}
