// Package history provides what happened to records: what differs between two
// versions of one or of the whole desk, in words, and which commits brought each
// part of a record. It must not judge what it finds, nor write anything.
package history

import (
	"time"

	"frontdesk/records"
)

// Part says which part of a record a change is in.
type Part string

// The parts of a record.
const (
	PartType    Part = "type"    // which type the record is of
	PartField   Part = "field"   // a key of the front matter
	PartLog     Part = "log"     // the lines of the log
	PartText    Part = "text"    // what stands before the first section, or the whole body
	PartSection Part = "section" // a section but for its entries
	PartEntry   Part = "entry"   // a comment or note: time, author, text
	PartOrder   Part = "order"   // sections and entries are the same and stand in another order
)

// Action says what was done to a part.
type Action string

// The actions.
const (
	Added   Action = "added"
	Removed Action = "removed"
	Changed Action = "changed"
)

// Change is one difference between two versions of a record.
type Change struct {
	Part    Part
	Action  Action
	Name    string           // the key; the heading of the section, also of an entry's; else ""
	Old     *records.Value   // of fields and of the type; nil where the key was absent
	New     *records.Value   // of fields and of the type; nil where the key is absent now
	Added   []*records.Value // items of a list; lines of the log
	Removed []*records.Value // items of a list; lines of the log
	Altered int              // lines of the log that tell of the same event in another way; they are neither in Added nor in Removed
	Plus    int              // lines that a text has and did not have
	Minus   int              // lines that a text had and has no more
	At      time.Time        // of an entry
	By      string           // of an entry
	Heading string           // of an entry, as it is written
}
