package site

import (
	"fmt"
	"strings"
)

// Paths of the pages that every site has.
const (
	homePath     = "index.html"
	searchPath   = "search.html"
	indexPath    = "a-z/index.html"
	problemsPath = "unreadable.html"
	missingPath  = "404.html"
)

// reserved are the names below the site's root that are the site's own.
var reserved = []string{"a-z", "theme", "search", reportsFolder, "index.html", "search.html", "unreadable.html", "404.html"}

// devices are names that Windows keeps for itself, whatever their ending.
var devices = map[string]bool{
	"con": true, "prn": true, "aux": true, "nul": true,
	"com1": true, "com2": true, "com3": true, "com4": true, "com5": true, "com6": true, "com7": true, "com8": true, "com9": true,
	"lpt1": true, "lpt2": true, "lpt3": true, "lpt4": true, "lpt5": true, "lpt6": true, "lpt7": true, "lpt8": true, "lpt9": true,
}

// maxName is the longest name of a file that is made from one of a record's.
const maxName = 80

// addresses hands out the paths of pages, each once, even on file systems that
// do not tell upper from lower case.
type addresses map[string]bool

func newAddresses(n int) addresses {
	a := make(addresses, n+len(reserved))
	for _, name := range reserved {
		a[name] = true
	}
	return a
}

// claim returns a free path dir/name+ending. What is not safe in a name on every
// platform becomes a dash, and a taken name gets a number that no id can have.
func (a addresses) claim(dir, name, ending string) string {
	name = safeName(name)
	if dir != "" {
		name = dir + "/" + name
	}
	try := name + ending
	low := strings.ToLower(try)
	for n := 2; a[low]; n++ {
		try = fmt.Sprintf("%s~%d%s", name, n, ending)
		low = strings.ToLower(try)
	}
	a[low] = true
	return try
}

func safeName(s string) string {
	if len(s) > maxName {
		s = s[:maxName]
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		return '-'
	}, s)
	s = strings.TrimRight(s, ".")
	stem, _, _ := strings.Cut(strings.ToLower(s), ".")
	if s == "" || s[0] == '.' || s[0] == '-' || devices[stem] {
		return "~" + s
	}
	return s
}

// relative returns the address of one page as seen from another.
func relative(from, to string) string {
	for {
		dir, rest, ok := strings.Cut(from, "/")
		if !ok || len(to) <= len(dir) || to[len(dir)] != '/' || to[:len(dir)] != dir {
			return strings.Repeat("../", strings.Count(from, "/")) + to
		}
		from, to = rest, to[len(dir)+1:]
	}
}

// root returns the way from a page to the site's root: "" or "../" repeated.
func root(from string) string { return strings.Repeat("../", strings.Count(from, "/")) }

// slug makes a name for an address from words.
func slug(s string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		default:
			dash = true
		}
	}
	return b.String()
}
