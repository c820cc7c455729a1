// Package approval provides the verdict on a record that needs approval: from the
// policy, from what is covered, and from who said what. It is pure: everything it
// knows is in its input, which whoever reads repositories puts together. It must not
// touch files, repositories or forges, nor check signatures.
package approval

import (
	"time"

	"frontdesk/records"
	"frontdesk/records/conflict"
	"frontdesk/records/evidence"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// Parts is what an approval is bound to: the digest of each covered field
// ("field:planned_start"), section ("section:Plan") and file ("path:deploy/web.yaml",
// mode and blob, "" where it is deleted).
type Parts map[string]string

// File is a file that changes together with the record.
type File struct {
	Path string // from the repository's top
	Mode string // "100644"; "" where it is deleted
	Blob string
}

// What a contributor did.
const (
	AsAuthor    = "author"
	AsCommitter = "committer"
	AsCoAuthor  = "co-author"
)

// Contributor is somebody who wrote, committed or co-wrote what is covered.
type Contributor struct {
	Person   records.ID // "" where nobody knows whose address it is
	Identity string     // "Dana Ito <dana@example.com>"
	As       string     // AsAuthor, AsCommitter or AsCoAuthor
	Commit   string
}

// Vote is what a person said, proven.
type Vote struct {
	*evidence.Statement        // Person is the voter
	Path                string // of the statement; "" for a review that was fetched
	Proof               string // in words: "signed with SHA256:…", "GitHub review 17 of 9f3c…, fetched"
	Observed            time.Time
}

// Refused is what looks like a vote and is none.
type Refused struct {
	Person records.ID // as it claims
	Path   string
	Reason string
}

// Template is the template that a standard record refers to, as the base has it.
type Template struct {
	Record   *records.Record // nil where there is none
	Type     *schema.Type
	Approved bool   // its own policy is met
	Reason   string // why not
}

// Input is what a verdict rests on. All but Record and Conflicts is of the commit
// that is trusted.
type Input struct {
	Type         *schema.Type // with the policy
	Record       *records.Record
	Before       *records.Record // on the base; nil where it is new
	Target       string          // "refs/heads/main"
	Desk         *desk.Desk
	Types        *schema.Types
	Set          *records.Set // services, assets, teams, people
	People       *People
	Parts        Parts
	Votes        []Vote
	Refused      []Refused
	Contributors []Contributor
	Conflicts    []conflict.Conflict
	Template     *Template
	Riding       []string  // trusted files that change together with the record: never approved
	Landed       time.Time // when the target got it; zero where it has not
	AsOf         time.Time
}

// State is a verdict in a word.
type State string

// The verdicts.
const (
	Approved State = "approved"
	Ahead    State = "ahead" // may go ahead; approval is due later
	Pending  State = "pending"
	Rejected State = "rejected"
	Failed   State = "error" // cannot ever be approved as it is: no rule, no possible approver, an unknown contributor
)

// Verdict is what is to be said of a record.
type Verdict struct {
	Version int           `json:"version"`
	ID      records.ID    `json:"id"`
	Type    records.Type  `json:"type"`
	State   State         `json:"verdict"`
	Reasons []string      `json:"reasons"`        // what is missing or wrong, in words
	Kind    string        `json:"kind,omitempty"` // what it counts as
	Risk    string        `json:"risk,omitempty"`
	Because []string      `json:"risk_reasons"`
	Covers  string        `json:"covers"`
	Policy  string        `json:"policy"`
	Due     string        `json:"due,omitempty"` // until when approval has to follow
	Rules   []RuleVerdict `json:"rules"`
	Refused []RefusedVote `json:"refused"`
}

// RuleVerdict is what is to be said of one rule.
type RuleVerdict struct {
	Name  string       `json:"name"`
	Need  int          `json:"need"`
	Have  int          `json:"have"`
	Could []records.ID `json:"could"` // who may approve and has not, sorted
	By    []records.ID `json:"by"`    // whose approval counts, sorted
	Void  []Void       `json:"void"`
}

// Void is an approval that does not count any more, or never did.
type Void struct {
	By     records.ID `json:"by"`
	Field  string     `json:"field"` // what was changed; "" where that is not the reason
	Reason string     `json:"reason"`
}

// RefusedVote is a file or review that proves nothing.
type RefusedVote struct {
	By     records.ID `json:"by"`
	Path   string     `json:"path,omitempty"`
	Reason string     `json:"reason"`
}
