package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"frontdesk/records"
)

// Draft is the JSON Schema draft of exported schemas.
const Draft = "https://json-schema.org/draft/2020-12/schema"

// Export returns the front matter of the type's records as a JSON Schema. base
// is the address below which it will lie; "" leaves its id out. Keys that the
// type does not have are allowed, as they are no error in a record. References
// are texts: a validator that reads YAML sees a number where one is written
// without quotes, which Frontdesk reads as text.
func (t *Type) Export(base string) ([]byte, error) {
	root := &jsonschema.Schema{
		Schema: Draft, Title: t.Title, Description: t.Description, Type: "object",
		Properties: map[string]*jsonschema.Schema{}, Required: t.Required,
	}
	if base != "" {
		root.ID = strings.TrimSuffix(base, "/") + "/" + string(t.Name) + ".schema.json"
	}
	for _, f := range t.Fields {
		root.Properties[f.Name] = t.exported(f)
		root.PropertyOrder = append(root.PropertyOrder, f.Name)
	}
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", t.Name, err)
	}
	return append(out, '\n'), nil
}

// exported returns the schema of a field. What is not required may be null.
func (t *Type) exported(f *Field) *jsonschema.Schema {
	js := f.Schema.CloneSchemas()
	title, description := f.Title, f.Description
	if f.Name == records.FieldID {
		js.Pattern, js.MaxLength = safeID().String(), jsonschema.Ptr(MaxID)
	}
	if !slices.Contains(t.Required, f.Name) {
		js.Title, js.Description = "", ""
		js = nullable(js)
	}
	js.Title, js.Description = title, description
	if f.Ref != "" {
		js.Comment = "names a record of type " + string(f.Ref)
	}
	return js
}

// nullable returns the schema with null allowed.
func nullable(js *jsonschema.Schema) *jsonschema.Schema {
	simple := js.Const == nil && js.AllOf == nil && js.AnyOf == nil && js.OneOf == nil && js.Not == nil && js.If == nil
	switch {
	case !simple:
		value := js.Default
		js.Default = nil
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{js, {Type: "null"}}, Default: value}
	case js.Type != "":
		js.Types, js.Type = []string{js.Type, "null"}, ""
	case js.Types != nil && !slices.Contains(js.Types, "null"):
		js.Types = append(slices.Clone(js.Types), "null")
	}
	if js.Enum != nil && !slices.Contains(js.Enum, nil) {
		js.Enum = append(slices.Clone(js.Enum), nil)
	}
	return js
}
