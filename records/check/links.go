package check

import (
	"net/url"
	"path"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/markdown"
)

const (
	ruleMissingFile diag.RuleID = "text/missing-file"
	ruleOutside     diag.RuleID = "text/outside-desk"
	ruleUnsafeLink  diag.RuleID = "text/unsafe-link"
)

// checkLinks follows the links of a text to files and records of the desk. looks
// reports whether there are any.
func checkLinks(in *Input, r *records.Record, links []markdown.Link) (ds []diag.Diagnostic, looks bool) {
	for _, l := range links {
		switch scheme := schemeOf(l.Destination); {
		case isUnsafe(scheme):
			ds = append(ds, diag.New(ruleUnsafeLink, diag.Warning, r.Path, l.Span, "links to %s: are not shown", scheme).
				WithHint("link to a web page or to a file of the desk"))
		case scheme != "" || strings.HasPrefix(l.Destination, "//"):
		default:
			looks = true
			if d, bad := checkFileLink(in, r, l); bad {
				ds = append(ds, d)
			}
		}
	}
	return ds, looks
}

// schemeOf returns the scheme of a link in lower case, "" for a path. A single
// letter is a drive of Windows.
func schemeOf(dest string) string {
	scheme, _, ok := strings.Cut(dest, ":")
	if !ok || len(scheme) < 2 || strings.ContainsFunc(scheme, isNoSchemeCharacter) {
		return ""
	}
	return strings.ToLower(scheme)
}

func isNoSchemeCharacter(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '+' && c != '-' && c != '.'
}

// isUnsafe reports whether links with the scheme run code or read the reader's
// own disk.
func isUnsafe(scheme string) bool {
	switch scheme {
	case "javascript", "vbscript", "data", "file":
		return true
	}
	return false
}

// checkFileLink looks for the file that a path in a text names. Paths are relative
// to the record's file, as forges, editors and the site read them.
func checkFileLink(in *Input, r *records.Record, l markdown.Link) (d diag.Diagnostic, bad bool) {
	dest, _, _ := strings.Cut(l.Destination, "#")
	dest, _, _ = strings.Cut(dest, "?")
	if clean, err := url.PathUnescape(dest); err == nil {
		dest = clean
	}
	if dest == "" || strings.Contains(dest, "@") && !strings.Contains(dest, "/") {
		return d, false // a place in the same text, or a mail address
	}
	file := path.Join(path.Dir(r.Path), dest)
	if path.IsAbs(dest) || len(dest) > 1 && dest[1] == ':' || file == ".." || strings.HasPrefix(file, "../") {
		return diag.New(ruleOutside, diag.Warning, r.Path, l.Span, "the link %q leads out of the desk", dest).
			WithHint("attach the file to the record and link to it, or link to a web address"), true
	}
	if in.Exists == nil || in.Exists(file) {
		return d, false
	}
	return diag.New(ruleMissingFile, diag.Warning, r.Path, l.Span, "the link %q leads to no file", dest).
		WithHint("%s", in.linkHint(r, dest)), true
}

// linkHint guesses which file was meant: one given from the desk's root, or a
// record given by its id.
func (in *Input) linkHint(r *records.Record, dest string) string {
	if p := path.Clean(dest); in.Exists(p) {
		return "paths are relative to the record: write " + relative(path.Dir(r.Path), p)
	}
	if in.Set != nil {
		if found := in.Set.Find(dest); len(found) == 1 {
			return "to link to the record write " + relative(path.Dir(r.Path), found[0].Path)
		}
	}
	return "paths are relative to the record; attachments lie in the folder " + string(r.ID) + " beside it"
}

// relative returns the path from a folder to a file, both from the desk's root.
func relative(dir, file string) string {
	from, to := strings.Split(dir, "/"), strings.Split(file, "/")
	for len(from) > 0 && len(to) > 1 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	return strings.Repeat("../", len(from)) + strings.Join(to, "/")
}
