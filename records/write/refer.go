package write

import (
	"frontdesk/records"
	"frontdesk/records/check"
	"frontdesk/schema"
)

// refer completes references that name a part of an id, as commands take one:
// "parent=k7q4". What fits no record, or several, stays for the check to refuse.
// People need no record of their own, so theirs stay as they are.
func (w *Writer) refer(t *schema.Type, field string, v *records.Value) {
	types, all := check.RefTypes(w.input(), t.Name, []string{field})
	if len(types) == 0 && !all {
		return
	}
	for _, item := range items(v) {
		typ, id := records.SplitRef(item.Text)
		part := item.Text
		if typ == "" && !all {
			part = string(types[0]) + "/" + string(id)
		}
		found := w.Tree.Resolve(part)
		if len(found) != 1 || found[0].ID == id {
			continue
		}
		whole := string(found[0].ID)
		if typ != "" {
			whole = string(typ) + "/" + whole
		}
		*item = *records.NewString(whole)
	}
}
