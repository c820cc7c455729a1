package schema

import (
	"bytes"
	"encoding/json"
	"testing"

	second "github.com/santhosh-tekuri/jsonschema/v6"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// compiled returns the exported schema of a type as another library reads it.
func compiled(t *testing.T, typ *Type) *second.Schema {
	t.Helper()
	text, err := typ.Export("https://desk.example.com/schema")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := second.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := second.NewCompiler()
	c.AssertFormat()
	address := "https://desk.example.com/schema/" + string(typ.Name) + ".schema.json"
	if err := c.AddResource(address, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(address)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return s
}

// instance returns a record's front matter as JSON, references as text.
func instance(t *testing.T, typ *Type, r *records.Record) any {
	t.Helper()
	m := map[string]any{}
	for _, p := range r.Fields.Pairs {
		m[p.Key] = p.Value.Any()
		if f := typ.Field(p.Key); f != nil {
			m[p.Key] = plain(f.shape, p.Value)
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := second.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestExportedSchemaAgreesWithCheckFields(t *testing.T) {
	typ := visitType(t)
	other := compiled(t, typ)
	for _, c := range append(fieldCases(), fieldCase{name: "nothing wrong"}) {
		t.Run(c.name, func(t *testing.T) {
			r := recordOf(t, withLine(front, c.line))
			ours := diag.Count(typ.CheckFields(r), diag.Error) == 0
			err := other.Validate(instance(t, typ, r))
			if ours != (err == nil) {
				t.Errorf("CheckFields says %v, the other library %v", ours, err)
			}
		})
	}
}

func TestExportedSchemasOfBuiltInTypesCompileAndTakeARecord(t *testing.T) {
	for _, typ := range BuiltIn().All() {
		s := compiled(t, typ)
		if typ.Name != "incident" {
			continue
		}
		if err := s.Validate(instance(t, typ, recordOf(t, incident))); err != nil {
			t.Error(err)
		}
	}
}

func TestExportIsOrderedAndComplete(t *testing.T) {
	typ := visitType(t)
	text, err := typ.Export("")
	if err != nil {
		t.Fatal(err)
	}
	again, _ := typ.Export("")
	if !bytes.Equal(text, again) {
		t.Error("two exports differ")
	}
	last := -1
	for _, name := range typ.FieldNames() {
		at := bytes.Index(text, []byte("\n    \""+name+"\": {"))
		if at <= last {
			t.Errorf("field %s is missing or out of order", name)
		}
		last = at
	}
	for _, want := range []string{`"$schema": "https://json-schema.org/draft/2020-12/schema"`, `"title": "Visit"`, `"description": "Who comes."`,
		`"default": "medium"`, `"examples": [`, `"$comment": "names a record of type asset"`} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("the export lacks %s", want)
		}
	}
	if bytes.Contains(text, []byte(`"$id"`)) {
		t.Error("the export has an id without a base")
	}
}
