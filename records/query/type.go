package query

import (
	"fmt"
	"strings"

	"frontdesk/records"
	"frontdesk/schema"
)

// FindType returns the type that a person names: by its name, its title or
// plural, its folder, or the unambiguous beginning of its name, whatever the
// case. Where there is none it returns nil and a hint.
func FindType(types *schema.Types, word string) (t *schema.Type, hint string) {
	word = strings.ToLower(word)
	if t := types.Get(records.Type(word)); t != nil {
		return t, "" // the others need not be read
	}
	var begun []*schema.Type
	var names []string
	for _, t := range types.All() {
		for _, name := range []string{string(t.Name), t.Title, t.Plural, t.Folder} {
			if name != "" && strings.ToLower(name) == word {
				return t, ""
			}
		}
		if word != "" && strings.HasPrefix(string(t.Name), word) {
			begun = append(begun, t)
		}
		names = append(names, string(t.Name))
	}
	switch len(begun) {
	case 1:
		return begun[0], ""
	case 0:
		return nil, didYouMean(word, names, "the types are "+strings.Join(names, ", "))
	}
	return nil, fmt.Sprintf("it could be %s", typeList(begun))
}
