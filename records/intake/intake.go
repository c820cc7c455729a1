// Package intake provides the import of foreign tables and event logs: a mapping
// file says how rows become records, Build makes the records in memory and Run
// writes them.
//
// A mapping file is YAML, as strict as a record's front matter. It names the
// record type, which columns become which fields, what counts as missing, how
// times are written, and, for event logs with many rows per record, what orders
// the rows and which columns drive the record's log. MappingHelp documents it in
// full; Presets are mapping files that ship inside.
//
// An import depends on its input alone: the same file gives the same bytes, so
// one that was killed is finished by running it again, and running it twice
// changes nothing. Rows that cannot be read are problems with their line and
// record; nothing is dropped in silence, and a file that exists is never
// overwritten.
//
// The package must not know any foreign system: what is particular to one
// stands in its mapping file.
package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"frontdesk/records"
	"frontdesk/records/tree"
)

// Options says how an import runs.
type Options struct {
	DryRun   bool                  // report everything, write nothing
	Progress func(done, total int) // called now and then while files are written; may be nil
}

// Result is what an import did, or with DryRun would do.
type Result struct {
	Created  map[records.Type]int // records written
	Kept     map[records.Type]int // records that were there already
	Events   int                  // data rows read
	Left     int                  // events that the mapping leaves out on purpose
	Problems []Problem            // by line
	Unused   []string             // columns that the mapping neither reads nor ignores
	Shard    int                  // folder levels below the month
	Sharded  bool                 // desk.yaml was given that shard
	Written  []string             // paths of the files written, desk.yaml included
}

// MarshalJSON writes the result as the contract of import --format json says:
// version, created, events, left_out where the mapping leaves some out, and
// problems.
func (r *Result) MarshalJSON() ([]byte, error) {
	problems := r.Problems
	if problems == nil {
		problems = []Problem{}
	}
	return json.Marshal(struct {
		Version  int                  `json:"version"`
		Created  map[records.Type]int `json:"created"`
		Events   int                  `json:"events"`
		Left     int                  `json:"left_out,omitempty"`
		Problems []Problem            `json:"problems"`
	}{1, r.Created, r.Events, r.Left, problems})
}

// ErrUnfinished is returned by Run where it had begun to write: what was written
// stays, and running the import again goes on from there.
var ErrUnfinished = errors.New("the import is not finished")

// Run imports a source into the desk. Errors are about the run: a source that
// cannot be read, a mapping that does not fit (*MappingError), a disk that is
// full (ErrUnfinished). Problems with rows are in the result. Where it is Sharded,
// desk.yaml has changed and the tree must be opened anew.
func Run(ctx context.Context, t *tree.Tree, m *Mapping, src Source, opts Options) (*Result, error) {
	plan, err := Build(ctx, m, t.Types, t.Desk, src)
	if err != nil {
		return nil, err
	}
	w := &writer{tree: t, store: t, plan: plan, opts: opts}
	if !opts.DryRun {
		unlock, err := t.Lock(ctx)
		if err != nil {
			return nil, err
		}
		defer unlock()
		if err := t.Sweep(); err != nil {
			return nil, fmt.Errorf("remove what a killed import left: %w", err)
		}
	}
	res, err := w.run(ctx)
	if err != nil && !opts.DryRun {
		err = fmt.Errorf("%w: %w", ErrUnfinished, err)
	}
	return res, err
}
