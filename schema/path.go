package schema

import (
	"fmt"
	"path"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/lazy"
)

// RecordsFolder is the folder of a desk that holds all record files.
const RecordsFolder = "records"

// Extension ends the names of record files.
const Extension = ".md"

// MaxID is the greatest length of an id. File names with it fit everywhere.
const MaxID = 64

var (
	safeID   = lazy.Regexp(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_-])?$`)
	slugID   = lazy.Regexp(`^[a-z0-9]+([._-]+[a-z0-9]+)*$`)
	monthID  = lazy.Regexp(`^([A-Z][A-Z0-9]*)-(\d\d)(0[1-9]|1[0-2])-([0-9A-HJKMNP-TV-Z]{4,16})$`)
	monthDir = lazy.Regexp(`^\d{4}-(0[1-9]|1[0-2])$`)
	reserved = lazy.Regexp(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)
)

// CheckID returns why the id cannot be one of the type's, nil if it can. Every
// id it accepts is a safe file name on every platform.
func (t *Type) CheckID(id records.ID) error {
	s := string(id)
	switch {
	case s == "":
		return fmt.Errorf("the id is empty")
	case len(s) > MaxID:
		return fmt.Errorf("the id is %d characters long; at most %d are allowed", len(s), MaxID)
	case !safeID().MatchString(s):
		return fmt.Errorf("id %q: letters, digits, dots, dashes and underscores make an id; it begins with a letter or digit and does not end in a dot", cut(s))
	case reserved().MatchString(s):
		return fmt.Errorf("id %q is a reserved file name on Windows", s)
	case t.Scheme == Slug && !slugID().MatchString(s):
		return fmt.Errorf("id %q: %s ids are names in lower case, such as reset-token", s, t.Name)
	case t.Scheme == Month && t.Prefix != "" && strings.HasPrefix(s, t.Prefix+"-") && !t.isOwn(id):
		return fmt.Errorf("id %q: what begins with %s- goes on with year and month and at least four characters, such as %s-2611-K7Q4", s, t.Prefix, t.Prefix)
	}
	return nil
}

// isOwn reports whether the id is of the form that Frontdesk makes itself for
// records of the type.
func (t *Type) isOwn(id records.ID) bool {
	m := monthID().FindStringSubmatch(string(id))
	return t.Scheme == Month && m != nil && m[1] == t.Prefix
}

// NewPath returns where a new record's file belongs. opened decides the month of
// ids that do not tell it; its UTC date counts. shard is the number of further
// folder levels, from desk.yaml. Slug and given ids lie in the type's folder;
// people move them to folders of their own.
func (t *Type) NewPath(id records.ID, opened time.Time, shard int) string {
	name := string(id) + Extension
	if t.Scheme != Month {
		return path.Join(RecordsFolder, t.Folder, name)
	}
	month := opened.UTC().Format("2006-01")
	if m := monthID().FindStringSubmatch(string(id)); t.isOwn(id) {
		month = "20" + m[2] + "-" + m[3]
	}
	return path.Join(RecordsFolder, t.Folder, month, t.shards(id, shard), name)
}

// shards returns the folders below the month: the first characters of an own
// id's random part, the last ones of a given id, as those vary most.
func (t *Type) shards(id records.ID, shard int) string {
	s := strings.ToUpper(string(id))
	if m := monthID().FindStringSubmatch(s); t.isOwn(id) {
		s = m[4]
	} else {
		b := []byte(s)
		for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
		s = string(b)
	}
	var dirs []string
	for i := range shard {
		dir := "_"
		if i < len(s) && (s[i] >= 'A' && s[i] <= 'Z' || s[i] >= '0' && s[i] <= '9') {
			dir = s[i : i+1]
		}
		dirs = append(dirs, dir)
	}
	return path.Join(dirs...)
}

// CheckPath reports whether a record's file lies where it belongs, and where
// that is. want is "" where the path does not tell: a given id's month of
// opening is not part of the id, so ask NewPath.
func (t *Type) CheckPath(p string, id records.ID, shard int) (want string, ok bool) {
	name := string(id) + Extension
	if t.Scheme != Month {
		dir := path.Dir(p)
		if root := path.Join(RecordsFolder, t.Folder); dir != root && !strings.HasPrefix(dir, root+"/") {
			dir = root
		}
		want = path.Join(dir, name)
		return want, p == want
	}
	if t.isOwn(id) {
		want = t.NewPath(id, time.Time{}, shard)
		return want, p == want
	}
	parts := strings.Split(p, "/")
	if len(parts) < 4 || !monthDir().MatchString(parts[2]) {
		return "", false
	}
	want = path.Join(RecordsFolder, t.Folder, parts[2], t.shards(id, shard), name)
	return want, p == want
}
