package schema

import (
	"encoding/json"
	"testing"

	"frontdesk/records"
	"frontdesk/records/frontmatter"
)

func TestVarsHoldTheLogToo(t *testing.T) {
	typ := BuiltIn().Get("change")
	r, ds := frontmatter.Parse("x.md", "change", []byte("---\nid: CHG-1\nservices: [0042]\nlog:\n  - {at: 2026-11-03T09:00:00Z, by: lee}\n---\n"))
	if r == nil {
		t.Fatal(ds)
	}
	vars := typ.Vars(r)
	if log, ok := vars["log"].([]any); !ok || len(log) != 1 {
		t.Errorf("log is %v", vars["log"])
	}
	if services, ok := vars["services"].([]any); !ok || services[0] != "0042" {
		t.Errorf("services are %v", vars["services"])
	}
	if risk, ok := vars["risk"]; !ok || risk != nil {
		t.Errorf("an absent field is %v, %v", risk, ok)
	}
}

func TestCanonicalValuesAreAlikeWhereFieldsHoldThemEqual(t *testing.T) {
	typ := BuiltIn().Get("change")
	for _, c := range []struct {
		field, a, b string
		alike       bool
	}{
		{"planned_start", "2026-11-03T09:00:00Z", "2026-11-03T10:00:00+01:00", true},
		{"planned_start", "2026-11-03T09:00:00Z", "2026-11-03T09:00:00.000Z", true},
		{"planned_start", "2026-11-03T09:00:00Z", "2026-11-03T09:00:00.001Z", false},
		{"planned_start", "soon", "later", false},
		{"implementer", "0042", "\"0042\"", true},
		{"implementer", "0042", "42", false},
		{"services", "[0042]", "[\"0042\"]", true},
		{"services", "[vpn, web]", "[web, vpn]", false},
		{"downtime", "true", "\"true\"", false},
	} {
		var texts [2]string
		var values [2]*records.Value
		f := typ.Field(c.field)
		for i, text := range []string{c.a, c.b} {
			r, ds := frontmatter.Parse("x.md", "change", []byte("---\n"+c.field+": "+text+"\n---\n"))
			if r == nil {
				t.Fatal(ds)
			}
			values[i] = r.Get(c.field)
			data, err := json.Marshal(f.Canonical(values[i]))
			if err != nil {
				t.Fatal(err)
			}
			texts[i] = string(data)
		}
		if alike := texts[0] == texts[1]; alike != c.alike || alike != f.Equal(values[0], values[1]) {
			t.Errorf("%s: %s and %s, equal %v", c.field, texts[0], texts[1], f.Equal(values[0], values[1]))
		}
	}
}
