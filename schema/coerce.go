package schema

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/yaml"
)

// FieldError says why a text is no value for a field.
type FieldError struct {
	Type    records.Type
	Field   string
	Message string
	Hint    string // may be empty
}

// Error returns the reason.
func (e *FieldError) Error() string { return e.Message }

// Coerce turns a text from a command line or an import into a value for the
// field: "" is null, commas separate the items of a list, times may be written
// as "2026-11-03 09:12" or as a date and are in the zone where they do not say
// theirs; nil is UTC. Whether the value is allowed is for CheckFields to say. A
// text that cannot be turned into a value of the field is a *FieldError, as is a
// field that the type does not have and that does not begin with x_.
func (t *Type) Coerce(field, text string, zone *time.Location) (*records.Value, error) {
	f := t.Field(field)
	text = strings.TrimSpace(text)
	switch {
	case f == nil && !strings.HasPrefix(field, "x_"):
		return nil, &FieldError{Type: t.Name, Field: field, Hint: didYouMean(field, t.FieldNames()),
			Message: fmt.Sprintf("%s is no field of %s", quote(field), t.Name)}
	case text == "":
		return records.NewNull(), nil
	case f == nil || f.shape == nil:
		return asWritten(text), nil
	}
	if f.List {
		return t.coerceList(f, text, zone)
	}
	return t.coerceOne(f, f.shape, text, zone)
}

func (t *Type) coerceList(f *Field, text string, zone *time.Location) (*records.Value, error) {
	list := &records.Value{Kind: records.List, Flow: true}
	item := f.shape.items
	if item == nil {
		item = &shape{}
	}
	for _, part := range strings.Split(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		v, err := t.coerceOne(f, item, part, zone)
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, v)
	}
	return list, nil
}

func (t *Type) coerceOne(f *Field, sh *shape, text string, zone *time.Location) (*records.Value, error) {
	fail := func(want string) (*records.Value, error) {
		return nil, &FieldError{Type: t.Name, Field: f.Name, Message: fmt.Sprintf("%s %s is not %s", f.Name, quote(text), want)}
	}
	if v := listedAs(sh, text); v != nil {
		return v, nil
	}
	switch kind := yaml.Resolve(text); {
	case sh.format == FormatDateTime:
		at, err := ParseTime(text, zone)
		if err != nil {
			return nil, &FieldError{Type: t.Name, Field: f.Name, Hint: "write it as " + formatExample(FormatDateTime),
				Message: fmt.Sprintf("%s %s %v", f.Name, quote(text), err)}
		}
		return records.NewString(records.FormatTime(at)), nil
	case sh.kinds == 0 && !sh.source:
		return asWritten(text), nil
	case sh.kinds.has(records.String):
		return records.NewString(text), nil
	case sh.kinds == kindOf(records.Bool):
		b, ok := truth(text)
		if !ok {
			return fail("true or false")
		}
		return records.NewBool(b), nil
	case kind != records.Null && sh.kinds.has(kind):
		return &records.Value{Kind: kind, Text: text}, nil
	case sh.kinds.has(records.Map):
		v, ds := yaml.Parse("", []byte(text), yaml.WholeFile)
		if v == nil || v.Kind != records.Map || len(ds) > 0 {
			return fail("a map, such as {key: value}")
		}
		return v, nil
	}
	return fail(sh.kinds.noun())
}

// asWritten returns the value that the text is in YAML without quotes.
func asWritten(text string) *records.Value {
	if kind := yaml.Resolve(text); kind != records.Null {
		return &records.Value{Kind: kind, Text: text}
	}
	return records.NewString(text)
}

// listedAs returns the listed value that the text means, whatever the case.
func listedAs(sh *shape, text string) *records.Value {
	for _, e := range sh.enum {
		if e.IsScalar() && strings.EqualFold(e.Text, text) {
			return &records.Value{Kind: e.Kind, Text: e.Text}
		}
	}
	return nil
}

func truth(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "true", "yes", "y", "1", "on":
		return true, true
	case "false", "no", "n", "0", "off":
		return false, true
	}
	return false, false
}

// ZoneError is returned for a time that the clocks of a zone skip in spring or show twice
// in autumn.
type ZoneError struct {
	Zone  string
	Twice bool
}

// Error says what the clocks do.
func (e *ZoneError) Error() string {
	if e.Twice {
		return "comes twice, as the clocks of " + e.Zone + " go back"
	}
	return "never comes, as the clocks of " + e.Zone + " go forward"
}

// errNoTime is returned for a text that is no time.
var errNoTime = errors.New("is not a date-time")

// ParseTime reads a time as people type it, in the zone where it names none; a nil
// zone is UTC. The error may be a *ZoneError.
func ParseTime(text string, zone *time.Location) (time.Time, error) {
	if isDateTime(text) {
		if at, ok := records.ParseTime(text); ok {
			return at, nil
		}
		return time.Time{}, errNoTime
	}
	zone = cmp.Or(zone, time.UTC)
	for _, layout := range []string{"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		at, err := time.ParseInLocation(layout, text, zone)
		if err != nil {
			continue
		}
		if wall, err := time.Parse(layout, text); err == nil && layout != time.DateOnly && !strings.HasSuffix(layout, "Z07:00") {
			return at, settled(at, wall.Format(time.DateTime))
		}
		return at, nil
	}
	return time.Time{}, errNoTime
}

// settled returns what is wrong with a time whose zone was read from nothing, where the
// clocks on the wall were to show something else, or did so twice.
func settled(at time.Time, wall string) error {
	if at.Format(time.DateTime) != wall {
		return &ZoneError{Zone: at.Location().String()}
	}
	for _, d := range []time.Duration{-3 * time.Hour, 3 * time.Hour} { // clocks move by less
		_, now := at.Zone()
		_, other := at.Add(d).Zone()
		if twin := at.Add(time.Duration(now-other) * time.Second); now != other && twin.Format(time.DateTime) == wall {
			return &ZoneError{Zone: at.Location().String(), Twice: true}
		}
	}
	return nil
}
