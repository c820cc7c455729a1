package check

import (
	"path"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

const (
	ruleMissingID   diag.RuleID = "id/missing"
	ruleMalformedID diag.RuleID = "id/malformed"
	ruleFileName    diag.RuleID = "id/file-name"
	ruleMisplaced   diag.RuleID = "path/misplaced"
	ruleReserved    diag.RuleID = "path/reserved"
)

// checkPlace judges the record's id and whether its file has the name and lies
// in the folder that follow from it.
func checkPlace(in *Input, t *schema.Type, r *records.Record) []diag.Diagnostic {
	at := r.SpanOf(records.FieldID)
	fail := func(rule diag.RuleID, format string, args ...any) diag.Diagnostic {
		d := diag.New(rule, diag.Error, r.Path, at, format, args...)
		d.Field = records.FieldID
		return d
	}
	if r.Get(records.FieldID).IsNull() {
		return []diag.Diagnostic{fail(ruleMissingID, "the record has no id").WithHint("the id is the file's name without %s", schema.Extension)}
	}
	if err := t.CheckID(r.ID); err != nil {
		return []diag.Diagnostic{fail(ruleMalformedID, "%s", err)}
	}
	ds := checkFolders(r)
	want, ok := wantedPath(in, t, r)
	if ok {
		return ds
	}
	if name := string(r.ID) + schema.Extension; path.Base(r.Path) != name {
		ds = append(ds, fail(ruleFileName, "the id is %q but the file is named %q", r.ID, path.Base(r.Path)).
			WithHint("rename the file to %s, or correct the id", name))
	}
	switch dir := path.Dir(r.Path); {
	case want == "":
		d := diag.New(ruleMisplaced, diag.Error, r.Path, diag.Span{}, "the file does not lie in the folder of a month")
		ds = append(ds, d.WithHint("say when the record was opened; the folder is %s", path.Join(schema.RecordsFolder, t.Folder, "YYYY-MM")))
	case path.Dir(want) != dir:
		d := diag.New(ruleMisplaced, diag.Error, r.Path, diag.Span{}, "the file lies in %s; by its id it belongs in %s", dir, path.Dir(want))
		ds = append(ds, d.WithHint("move it to %s", want))
	}
	return ds
}

// wantedPath returns where the record's file belongs, "" where that cannot be
// told; ok is true where it lies there.
func wantedPath(in *Input, t *schema.Type, r *records.Record) (want string, ok bool) {
	want, ok = t.CheckPath(r.Path, r.ID, in.Desk.Shard)
	if ok || want != "" {
		return want, ok
	}
	opened, known := openedAt(t, r)
	if !known {
		return "", false
	}
	want = t.NewPath(r.ID, opened, in.Desk.Shard)
	return want, want == r.Path
}

// openedAt returns when the record began: the time that its first state stamps,
// else its first log line.
func openedAt(t *schema.Type, r *records.Record) (time.Time, bool) {
	if len(t.States) > 0 {
		if at, ok := r.Time(t.States[0].Stamp); ok {
			return at, true
		}
	}
	if events, _ := r.Log(); len(events) > 0 {
		return events[0].At, true
	}
	return time.Time{}, false
}

// checkFolders finds folders that Windows cannot check out: people choose the
// folders of slug and given ids freely.
func checkFolders(r *records.Record) []diag.Diagnostic {
	dir := path.Dir(r.Path)
	for dir != "" {
		var folder string
		folder, dir, _ = strings.Cut(dir, "/")
		if isReserved(folder) {
			return []diag.Diagnostic{diag.New(ruleReserved, diag.Error, r.Path, diag.Span{}, "the folder %q cannot exist on Windows", folder).
				WithHint("rename the folder")}
		}
	}
	return nil
}

// isReserved reports whether Windows keeps the name for a device, or cuts off
// its end.
func isReserved(name string) bool {
	if name == "" || strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") {
		return true
	}
	stem, _, _ := strings.Cut(name, ".")
	switch len(stem) {
	case 3:
		return slices.Contains([]string{"con", "prn", "aux", "nul"}, strings.ToLower(stem))
	case 4:
		device := strings.ToLower(stem[:3])
		return (device == "com" || device == "lpt") && stem[3] >= '0' && stem[3] <= '9'
	}
	return false
}
