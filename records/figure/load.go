package figure

import (
	"context"
	"time"

	"frontdesk/records"
	"frontdesk/records/index"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// Options says which data to read.
type Options struct {
	AsOf   time.Time
	Zone   *time.Location
	Types  []records.Type                               // to read
	Fields []string                                     // to read of them beside those that every case needs; nil means all
	Sees   func(t *schema.Type, r *records.Record) bool // which records may count; nil for all
}

// Loaded is data, and what of it could not be read.
type Loaded struct {
	*Data
	Tree    *tree.Loaded
	Later   int // records of which something happened after AsOf, which was left out
	Missing int // records that began after AsOf, which were left out
}

// Load reads the records of the types, and what their clocks depend on. What was
// computed of a record before, with the same content and around, is recalled from the
// index and not computed again.
func Load(ctx context.Context, t *tree.Tree, x *index.Index, o Options) (*Loaded, error) {
	panic("figure: not built yet")
}

// NewData returns data of records that are whole, with log and body, without an index.
// Their clocks are computed.
func NewData(t *tree.Tree, set *records.Set, o Options) *Data { panic("figure: not built yet") }
