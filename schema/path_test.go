package schema

import (
	"strings"
	"testing"
	"time"

	"frontdesk/records"
)

func TestNewPath(t *testing.T) {
	opened := time.Date(2016, 2, 29, 23, 30, 0, 0, time.FixedZone("", -3600))
	month, slug, given := &Type{Folder: "incidents", Scheme: Month, Prefix: "INC"}, &Type{Folder: "services", Scheme: Slug}, &Type{Folder: "assets", Scheme: Given}
	cases := []struct {
		name  string
		typ   *Type
		id    records.ID
		shard int
		want  string
	}{
		{"an own id tells the month", month, "INC-2611-K7Q4", 0, "records/incidents/2026-11/INC-2611-K7Q4.md"},
		{"an own id is spread by the first character of its random part", month, "INC-2611-K7Q4", 1, "records/incidents/2026-11/K/INC-2611-K7Q4.md"},
		{"an own id is spread by two characters", month, "INC-2611-K7Q4", 2, "records/incidents/2026-11/K/7/INC-2611-K7Q4.md"},
		{"a given id lies in the month of opening, in UTC", month, "INC0012345", 0, "records/incidents/2016-03/INC0012345.md"},
		{"a given id is spread by its last character", month, "INC0012345", 1, "records/incidents/2016-03/5/INC0012345.md"},
		{"a given id is spread by its last two characters", month, "INC0012345", 2, "records/incidents/2016-03/5/4/INC0012345.md"},
		{"what is no letter or digit is spread as one", month, "ticket-7", 2, "records/incidents/2016-03/7/_/ticket-7.md"},
		{"a short id", month, "7", 2, "records/incidents/2016-03/7/_/7.md"},
		{"an id of another type's form is a given one", month, "CHG-2611-K7Q4", 1, "records/incidents/2016-03/4/CHG-2611-K7Q4.md"},
		{"a slug lies in the folder of its type", slug, "vpn", 2, "records/services/vpn.md"},
		{"an asset tag lies in the folder of its type", given, "LT-0042", 2, "records/assets/LT-0042.md"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.typ.NewPath(c.id, opened, c.shard); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if want, ok := c.typ.CheckPath(c.want, c.id, c.shard); !ok || want != c.want {
				t.Errorf("CheckPath does not take it: %s", want)
			}
		})
	}
}

func TestCheckPathSaysWhereAMisplacedFileBelongs(t *testing.T) {
	month, slug := &Type{Folder: "incidents", Scheme: Month, Prefix: "INC"}, &Type{Folder: "knowledge", Scheme: Slug}
	cases := []struct {
		name  string
		typ   *Type
		path  string
		id    records.ID
		shard int
		want  string
		ok    bool
	}{
		{"the wrong month of an own id", month, "records/incidents/2026-10/INC-2611-K7Q4.md", "INC-2611-K7Q4", 0, "records/incidents/2026-11/INC-2611-K7Q4.md", false},
		{"a shard where there is none", month, "records/incidents/2026-11/K/INC-2611-K7Q4.md", "INC-2611-K7Q4", 0, "records/incidents/2026-11/INC-2611-K7Q4.md", false},
		{"any month of a given id", month, "records/incidents/2016-05/INC0012345.md", "INC0012345", 0, "records/incidents/2016-05/INC0012345.md", true},
		{"the wrong shard of a given id", month, "records/incidents/2016-05/3/INC0012345.md", "INC0012345", 1, "records/incidents/2016-05/5/INC0012345.md", false},
		{"no month of a given id", month, "records/incidents/INC0012345.md", "INC0012345", 0, "", false},
		{"a month that is none", month, "records/incidents/2016-13/INC0012345.md", "INC0012345", 0, "", false},
		{"another name than the id", month, "records/incidents/2026-11/vpn.md", "INC-2611-K7Q4", 0, "records/incidents/2026-11/INC-2611-K7Q4.md", false},
		{"a folder of the reader's", slug, "records/knowledge/vpn/token/reset-token.md", "reset-token", 0, "records/knowledge/vpn/token/reset-token.md", true},
		{"another name in a folder of the reader's", slug, "records/knowledge/vpn/reset.md", "reset-token", 0, "records/knowledge/vpn/reset-token.md", false},
		{"the folder of another type", slug, "records/services/reset-token.md", "reset-token", 0, "records/knowledge/reset-token.md", false},
		{"a folder that only begins like the type's", slug, "records/knowledge2/reset-token.md", "reset-token", 0, "records/knowledge/reset-token.md", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if want, ok := c.typ.CheckPath(c.path, c.id, c.shard); want != c.want || ok != c.ok {
				t.Errorf("%s %v, want %s %v", want, ok, c.want, c.ok)
			}
		})
	}
}

func TestCheckID(t *testing.T) {
	month, slug, given := &Type{Scheme: Month, Prefix: "INC"}, &Type{Name: "service", Scheme: Slug}, &Type{Scheme: Given}
	cases := []struct {
		name string
		typ  *Type
		id   string
		ok   bool
	}{
		{"an own id", month, "INC-2611-K7Q4", true},
		{"a longer own id", month, "INC-2611-K7Q4A", true},
		{"an imported id", month, "INC0012345", true},
		{"an id of another system", month, "JIRA-17", true},
		{"an own id with a month that is none", month, "INC-2613-K7Q4", false},
		{"an own id with a letter that Crockford leaves out", month, "INC-2611-K7QU", false},
		{"an own id in lower case", month, "inc-2611-k7q4", true},
		{"an own id that is too short", month, "INC-2611-K7Q", false},
		{"a slug", slug, "reset-token", true},
		{"a slug with a dot", slug, "dana.lee", true},
		{"a slug in upper case", slug, "Reset", false},
		{"a slug of one character", slug, "r", true},
		{"a slug that ends in a dash", slug, "reset-", false},
		{"an asset tag", given, "LT-0042", true},
		{"a number", given, "0042", true},
		{"nothing", given, "", false},
		{"64 characters", given, strings.Repeat("a", 64), true},
		{"65 characters", given, strings.Repeat("a", 65), false},
		{"a slash", given, "a/b", false},
		{"a parent folder", given, "..", false},
		{"a leading dash", given, "-rf", false},
		{"a leading dot", given, ".git", false},
		{"a trailing dot", given, "a.", false},
		{"a space", given, "a b", false},
		{"a newline at the end", given, "a\n", false},
		{"a letter that looks like another", given, "аsset", false},
		{"a name that Windows reserves", given, "CON", false},
		{"a reserved name with an extension", given, "nul.txt", false},
		{"a reserved name with a digit", slug, "com1", false},
		{"a name that only begins like a reserved one", slug, "console", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := c.typ.CheckID(records.ID(c.id)); (err == nil) != c.ok {
				t.Errorf("%q: %v", c.id, err)
			}
		})
	}
}
