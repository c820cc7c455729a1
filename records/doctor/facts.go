package doctor

import "time"

// Facts are what Examine judges. What could not be found out is the zero value.
type Facts struct {
	System     string // as runtime.GOOS
	Now        time.Time
	Git        string           // version, "" where it is not installed
	Repository *RepositoryFacts // nil where the desk belongs to none
	Pipeline   *PipelineFacts   // nil where a person asks
	Person     PersonFacts
	Hooks      *HookFacts  // nil where they were not looked at
	Index      *IndexFacts // likewise
	Desk       DeskFacts
	Leftovers  []Leftover
}

// RepositoryFacts are about the repository of the desk.
type RepositoryFacts struct {
	Problem      string // why git does not read it, in its own words; then the rest is unknown
	Bare         bool   // a desk needs a work tree
	Shallow      bool
	Sparse       bool   // part of the files is not checked out
	Partial      string // the remote that promised what is not here; "" in a full clone
	Folder       string // where the desk lies below the top, "" at the top
	Settings     []Setting
	Attributes   map[string]string // what git knows of a record file: text, eol, filter ...
	HasLine      bool              // .gitattributes says that records end lines in LF
	FoldsCase    bool              // the file system takes DESK.YAML for desk.yaml
	Commits      int               // up to ManyCommits+1; 0 before the first
	HeadTime     time.Time         // the committer's; zero before the first commit
	ChangedPaths bool              // the commit graph knows which commits touched a path
	Loose        int               // objects that are not packed, about
	Operation    string            // what is going on: "merge", "rebase", "cherry-pick", "revert", "bisect"
	Embedded     []string          // folders of the desk that are repositories of their own
}

// Setting is one line of git's configuration.
type Setting struct {
	Scope string // system, global, local or worktree
	Key   string // in lower case
	Value string
}

// PipelineFacts are about the pipeline that asks.
type PipelineFacts struct {
	Forge string // "github", "gitlab", or "" where it is another
	Base  string // the branch that a change is to be merged into; "" where it is not told
	Known bool   // the base is here
}

// PersonFacts say who would act.
type PersonFacts struct {
	Name, Email string // what git would commit with
	ID          string // as whom Frontdesk would act
	HasRecord   bool   // a person's record has the address
	Recorded    bool   // the desk has records of people at all
}

// HookFacts are about git's hooks.
type HookFacts struct {
	Problem   string   // why they cannot be judged
	Installed []string // hooks that run
	Missing   []string // hooks that do not, though others do
	Broken    []string // hooks that are there and cannot run, each with the reason
	Outdated  []string // hooks that run and would be written otherwise now, likewise
}

// IndexFacts are about the index that makes listings fast.
type IndexFacts struct {
	Problem string // what is wrong with it
	Where   string
	Size    int64  // in bytes; 0 where there is none yet
	Note    string // what is to be said instead
}

// DeskFacts are about the desk's files.
type DeskFacts struct {
	Faults     []string // what is wrong with desk.yaml and the type files
	Records    int
	Unreadable []string // paths of records that cannot be read
	Shard      int
	Fullest    Folder   // the folder below a month, or the month, that holds most records
	Month      Folder   // the month that holds most records
	Misplaced  []string // paths of records that do not lie where the shard says
	Blocked    bool     // they cannot be moved, as something is in the way
	LastLog    Event    // the latest log line of all records
}

// Folder is a folder with the number of records in it.
type Folder struct {
	Path    string
	Records int
}

// Event is a log line.
type Event struct {
	ID   string // of the record
	Path string
	At   time.Time
}

// Leftover is a file that a killed program left behind, or that one at work
// needs.
type Leftover struct {
	Path  string // from the desk's folder
	Lock  bool   // git's; another command of git may be at work
	Since time.Time
}
