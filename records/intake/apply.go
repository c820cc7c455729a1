package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"frontdesk/records"
	"frontdesk/records/tree"
	"frontdesk/records/write"
	"frontdesk/schema"
)

// store is where record files are read and written.
type store interface {
	Read(path string) ([]byte, error)
	Write(path string, old, new []byte, d tree.Durability) error
}

// writer brings a plan into a desk.
type writer struct {
	tree  *tree.Tree
	store store
	plan  *Plan
	opts  Options

	ahead    func(paths []string) error // told what will be read; may be nil
	outcomes []written                  // once run, of each of the plan's files

	mu     sync.Mutex
	done   int
	result *Result
}

func (w *writer) run(ctx context.Context) (*Result, error) {
	w.result = &Result{Created: map[records.Type]int{w.plan.Type: 0}, Kept: map[records.Type]int{},
		Events: w.plan.Events, Left: w.plan.Left, Problems: w.plan.Problems, Unused: w.plan.Unused}
	for _, f := range w.plan.Files {
		w.result.Created[f.Type] += 0
	}
	have := w.tree.Names(slices.Sorted(maps.Keys(w.result.Created))...)
	if err := w.shard(); err != nil {
		return nil, err
	}
	outcomes, err := w.files(ctx, have)
	if err != nil {
		return nil, err
	}
	w.outcomes = outcomes
	for i, o := range outcomes {
		w.count(w.plan.Files[i], o)
	}
	sortProblems(w.result.Problems)
	return w.result, nil
}

// written says what became of one file.
type written struct {
	path    string
	created bool
	problem string
}

func (w *writer) count(f File, o written) {
	switch {
	case o.problem != "":
		w.result.Problems = append(w.result.Problems, Problem{Line: f.Line, Case: string(f.ID), Message: o.problem})
	case o.created:
		w.result.Created[f.Type]++
		if !w.opts.DryRun {
			w.result.Written = append(w.result.Written, o.path)
		}
	default:
		w.result.Kept[f.Type]++
	}
}

// files writes the plan's files, those first that others name, so that a killed
// import leaves no reference without its record.
func (w *writer) files(ctx context.Context, have []tree.Name) ([]written, error) {
	byID := make(map[tree.Name]string, len(have))
	for _, n := range have {
		byID[tree.Name{Type: n.Type, ID: records.ID(strings.ToLower(string(n.ID)))}] = n.Path
	}
	files := w.plan.Files
	if err := w.readAhead(byID); err != nil {
		return nil, err
	}
	out := make([]written, len(files))
	named := 0
	for named < len(files) && files[named].Named {
		named++
	}
	for _, part := range [][2]int{{0, named}, {named, len(files)}} {
		err := parallel(ctx, part[1]-part[0], func() func(int) error {
			return func(i int) error {
				f := files[part[0]+i]
				o, err := w.file(f, byID[folded(f)])
				out[part[0]+i] = o
				w.progress()
				return err
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readAhead tells which files of the desk will be compared with the plan's.
func (w *writer) readAhead(byID map[tree.Name]string) error {
	if w.ahead == nil {
		return nil
	}
	var paths []string
	for _, f := range w.plan.Files {
		if at := byID[folded(f)]; at != "" && !f.Named {
			paths = append(paths, at)
		}
	}
	return w.ahead(paths)
}

// folded is the name of a file's record, as one of many systems would take it.
func folded(f File) tree.Name {
	return tree.Name{Type: f.Type, ID: records.ID(strings.ToLower(string(f.ID)))}
}

// file writes one file. at is where the desk has a record of that id already.
func (w *writer) file(f File, at string) (written, error) {
	typ := w.tree.Types.Get(f.Type)
	if at != "" {
		return w.compare(f, at), nil
	}
	o := written{path: typ.NewPath(f.ID, f.Opened, w.result.Shard), created: true}
	if w.opts.DryRun {
		return o, nil
	}
	err := w.store.Write(o.path, nil, f.Data, tree.Fast)
	if errors.Is(err, tree.ErrExists) {
		return written{problem: o.path + " exists and is no record file; it is left as it is"}, nil
	}
	return o, err
}

// compare finds whether the desk's record is the one that the import makes. One
// that others merely name may be anything.
func (w *writer) compare(f File, at string) written {
	if f.Named {
		return written{path: at}
	}
	old, err := w.store.Read(at)
	switch {
	case err != nil:
		return written{problem: fmt.Sprintf("%s exists and cannot be read: %s", at, err)}
	case strings.TrimSuffix(path.Base(at), schema.Extension) != string(f.ID):
		return written{problem: fmt.Sprintf("%s differs from the id only in case; it is left as it is", at)}
	case !bytes.Equal(old, f.Data):
		return written{problem: fmt.Sprintf("%s exists and differs from what the import would write; it is left as it is", at)}
	}
	return written{path: at}
}

func (w *writer) progress() {
	if w.opts.Progress == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done++
	if w.done%100 == 0 || w.done == len(w.plan.Files) {
		w.opts.Progress(w.done, len(w.plan.Files))
	}
}

// The sizes of the largest month's folder beyond which an import into an empty
// desk adds a level of folders, and another.
const (
	oneLevel  = 1_000
	twoLevels = 10_000
)

// shard decides the folder levels below the month. Where desk.yaml names none
// and no record lies in a month's folder yet, the largest month of the import
// decides, and desk.yaml is written before any record: so an import that was
// killed goes on with the same.
func (w *writer) shard() error {
	w.result.Shard = w.tree.Desk.Shard
	if w.tree.Desk.Raw.Get("shard") != nil || w.anyMonth() {
		return nil
	}
	switch largest := w.largestMonth(); {
	case largest > twoLevels:
		w.result.Shard = 2
	case largest > oneLevel:
		w.result.Shard = 1
	default:
		return nil
	}
	w.result.Sharded = true
	if w.opts.DryRun {
		return nil
	}
	return w.configure()
}

func (w *writer) largestMonth() int {
	largest, count := 0, map[string]int{}
	for _, f := range w.plan.Files {
		t := w.tree.Types.Get(f.Type)
		if t.Scheme == schema.Month {
			dir := path.Dir(t.NewPath(f.ID, f.Opened, 0))
			count[dir]++
			largest = max(largest, count[dir])
		}
	}
	return largest
}

// anyMonth reports whether the desk has a record whose path depends on shard.
func (w *writer) anyMonth() bool {
	var types []records.Type
	for _, t := range w.tree.Types.All() {
		if t.Scheme == schema.Month {
			types = append(types, t.Name)
		}
	}
	return len(types) > 0 && len(w.tree.Names(types...)) > 0
}

// configure writes the shard into desk.yaml.
func (w *writer) configure() error {
	old, err := w.store.Read(tree.ConfigFile)
	if err != nil {
		return fmt.Errorf("read %s: %w", tree.ConfigFile, err)
	}
	data, err := w.sharded()
	if err != nil {
		return err
	}
	if err := w.store.Write(tree.ConfigFile, old, data, tree.Durable); err != nil {
		return err
	}
	w.result.Written = append(w.result.Written, tree.ConfigFile)
	return nil
}

// sharded returns desk.yaml with the shard.
func (w *writer) sharded() ([]byte, error) {
	old, err := w.store.Read(tree.ConfigFile)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", tree.ConfigFile, err)
	}
	data, err := write.WithShard(old, w.result.Shard)
	if err != nil {
		return nil, fmt.Errorf("write shard to %s: %w", tree.ConfigFile, err)
	}
	return data, nil
}
