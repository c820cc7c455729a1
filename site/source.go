package site

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// Source gives the desk's records, each read only when it is asked for. Load
// may be called by several goroutines at once.
type Source interface {
	// List lists the files that hold records. It may be called again, and then
	// returns the same.
	List() Listing
	// Load reads the record of a file. It is nil where it cannot be read; the
	// diagnostics say why.
	Load(File) (*records.Record, []diag.Diagnostic)
}

// Listing is the record files of a desk.
type Listing struct {
	Files      []File
	Problems   []diag.Diagnostic // what lies where only records belong
	Unreadable []string          // paths of records that are no files which can be read
}

// File is a file that holds a record.
type File struct {
	Type  records.Type
	ID    records.ID // as the name of the file tells it
	Path  string     // from the desk's root, with slashes
	Stamp Stamp
}

// Stamp changes whenever the content of a file does. The zero Stamp says nothing
// of the content: the file must be read.
type Stamp [4]int64

// read takes in the records: those whose files are as they were from the state
// of the last build, all others from their files.
func (v *view) read(ctx context.Context, former []*memo) error {
	listing := v.in.Source.List()
	v.problems = append(v.problems, listing.Problems...)
	v.lost = append(v.lost, listing.Unreadable...)
	files := listing.Files
	order := func(a, b File) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Path, b.Path)) }
	if !slices.IsSortedFunc(files, order) {
		files = slices.Clone(files)
		slices.SortFunc(files, order)
	}
	all := make([]item, len(files))
	var unread []int
	old := 0
	for i, f := range files {
		it := &all[i]
		for ; old < len(former) && former[old].before(f); old++ {
			v.leave(former[old])
		}
		if old < len(former) && former[old].Path == f.Path && former[old].Type == f.Type {
			it.memo, it.known = former[old], true
			it.was = it.Page
			old++
		}
		if !it.known || it.Stamp != f.Stamp || f.Stamp == (Stamp{}) {
			unread = append(unread, i)
		}
	}
	for ; old < len(former); old++ {
		v.leave(former[old])
	}
	kinds := v.kindsByType()
	v.counts = v.in.Count != nil && ShowsReports(v.readers) && len(former) == 0
	if err := parallel(ctx, len(unread), func(n int) { v.take(kinds, files[unread[n]], &all[unread[n]]) }); err != nil {
		return err
	}
	for i := range all {
		if all[i].read != nil {
			v.whole, all[i].read = append(v.whole, all[i].read), nil
		}
		v.add(kinds[files[i].Type], &all[i])
		if it := &all[i]; it.was != "" && (it.kind == nil || it.Hidden) {
			v.gone = append(v.gone, it.was)
		}
	}
	return nil
}

// leave notes that a record's page may have to go.
func (v *view) leave(e *memo) {
	if e.Page != "" {
		v.gone = append(v.gone, e.Page)
	}
}

func (e *memo) before(f File) bool { return e.Type < f.Type || e.Type == f.Type && e.Path < f.Path }

// take reads a record. Where the file holds what it held, all that is known of
// the record stays.
func (v *view) take(kinds map[records.Type]*kind, f File, it *item) {
	r, ds := v.in.Source.Load(f)
	ds = slices.DeleteFunc(ds, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
	if r == nil {
		*it = item{memo: &memo{facts: facts{Path: f.Path, Type: f.Type}}, was: it.was, unreadable: true, problems: ds}
		return
	}
	own := sum(r.Source)
	if it.known && it.Own == own && len(ds) == 0 {
		it.Stamp, it.raw = f.Stamp, ""
		return
	}
	*it = item{memo: &memo{Stamp: f.Stamp, Own: own}, was: it.was, full: r, problems: ds}
	if v.counts && len(ds) == 0 {
		it.read = r
	}
	it.facts = facts{Path: f.Path, Type: f.Type, ID: r.ID}
	if k := kinds[f.Type]; k != nil {
		it.kind = k
		v.describe(it)
	}
}

// parallel calls do for each number below n, on all cores, until the context
// ends.
func parallel(ctx context.Context, n int, do func(int)) error {
	var wait sync.WaitGroup
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wait.Wait()
	return ctx.Err()
}
