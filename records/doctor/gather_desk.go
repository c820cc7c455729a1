package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/tree"
	"frontdesk/records/write"
	"frontdesk/schema"
)

// gather looks at the desk's files.
func (d *DeskFacts) gather(t *tree.Tree, l *tree.Loaded) error {
	d.Shard = t.Desk.Shard
	for _, p := range t.Problems {
		if p.Severity == diag.Error {
			d.Faults = append(d.Faults, fmt.Sprintf("%s: %s", p.Path, p.Message))
		}
	}
	for _, n := range l.Unreadable {
		d.Unreadable = append(d.Unreadable, n.Path)
	}
	d.count(t, l.Set.All())
	plan, err := write.PlanReshard(t, d.Shard)
	if err != nil && !errors.As(err, new(*write.BlockedError)) {
		return err
	}
	d.Blocked = err != nil
	for _, m := range plan.Moves {
		d.Misplaced = append(d.Misplaced, m.From)
	}
	return nil
}

// count counts records by folder and finds the latest log line.
func (d *DeskFacts) count(t *tree.Tree, rs []*records.Record) {
	d.Records = len(rs)
	folders, months := map[string]int{}, map[string]int{}
	for _, r := range rs {
		if events, _ := r.Log(); len(events) > 0 {
			if last := events[len(events)-1]; last.At.After(d.LastLog.At) {
				d.LastLog = Event{ID: string(r.ID), Path: r.Path, At: last.At}
			}
		}
		if typ := t.Types.Get(r.Type); typ != nil && typ.Scheme == schema.Month {
			folders[path.Dir(r.Path)]++
			months[monthOf(r.Path)]++
		}
	}
	d.Fullest, d.Month = fullest(folders), fullest(months)
}

// monthOf returns the folder of the month that a record lies in.
func monthOf(file string) string {
	parts := strings.SplitN(file, "/", 4)
	return strings.Join(parts[:min(3, len(parts)-1)], "/")
}

func fullest(counts map[string]int) Folder {
	var most Folder
	for p, n := range counts {
		if n > most.Records || n == most.Records && p < most.Path {
			most = Folder{Path: p, Records: n}
		}
	}
	return most
}

// walk is what lies in a desk and is neither record nor attachment.
type walk struct {
	temps        []Leftover
	repositories []string
}

// walkDesk looks through the root and the folder of records. Links are not
// followed.
func walkDesk(root string) walk {
	var w walk
	dir, err := os.OpenRoot(root)
	if err != nil {
		return w
	}
	defer dir.Close()
	_ = fs.WalkDir(dir.FS(), ".", func(p string, e fs.DirEntry, err error) error { // no error of a file ends it
		top, _, _ := strings.Cut(p, "/")
		switch {
		case err != nil:
			return nil
		case e.Name() == ".git" && p != ".git":
			w.repositories = append(w.repositories, path.Dir(p))
			return skip(e)
		case e.IsDir() && p != "." && top != schema.RecordsFolder:
			return fs.SkipDir
		}
		w.add(p, e)
		return nil
	})
	return w
}

// skip leaves a folder out of a walk.
func skip(e fs.DirEntry) error {
	if e.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func (w *walk) add(p string, e fs.DirEntry) {
	if ok, _ := path.Match(tree.TempPattern, e.Name()); !ok || !e.Type().IsRegular() { // the pattern is a good one
		return
	}
	if info, err := e.Info(); err == nil {
		w.temps = append(w.temps, Leftover{Path: p, Since: info.ModTime()})
	}
}
