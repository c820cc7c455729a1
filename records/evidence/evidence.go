// Package evidence provides approvals as signed statements: what they say, in
// canonical JSON, and whether a signature proves it. It verifies in process, with
// the keys it is handed, and must not read files, nor ask a repository or its
// configuration.
package evidence

import (
	"frontdesk/records"
)

// Folder is the name of the folder of statements, in the record's own folder.
const Folder = "approvals"

// Decision is what a statement says of a record.
type Decision string

// The decisions.
const (
	Approve Decision = "approve"
	Reject  Decision = "reject" // blocks until its author says otherwise, whatever is changed
	Lift    Decision = "lift"   // takes back what the person said before, and approves nothing
)

// Kind is how a statement is proven.
type Kind string

// The kinds of evidence.
const (
	BySignature Kind = "signature" // the person signed it
	ByReview    Kind = "review"    // an attestor signed what the person did on a forge
)

// Statement is an approval or a rejection.
type Statement struct {
	Version  int               `json:"version"`
	Record   string            `json:"record"` // "change/CHG-2611-AB3D"
	Target   string            `json:"target"` // full name of the branch it is for: "refs/heads/main"
	Decision Decision          `json:"decision"`
	Person   records.ID        `json:"person"`
	At       string            `json:"at"`     // as its author claims, records.TimeFormat
	Covers   string            `json:"covers"` // "sha256:…" of Parts
	Parts    map[string]string `json:"parts"`  // what is covered, part by part; see approval.Parts
	Policy   string            `json:"policy"` // "sha256:…" of the policy in force
	Evidence Kind              `json:"evidence"`
	Note     string            `json:"note,omitempty"`
	Review   *Review           `json:"review,omitempty"` // of kind review
}

// Review is what a person did on a forge.
type Review struct {
	Forge       string `json:"forge"` // github, gitlab or gitea
	Host        string `json:"host"`
	Repository  string `json:"repository"` // "owner/name"
	Pull        int64  `json:"pull"`
	ID          string `json:"id"`
	Account     string `json:"account"`
	Commit      string `json:"commit"` // that was reviewed
	State       string `json:"state"`  // as the forge has it
	SubmittedAt string `json:"submitted_at"`
}

// Extension ends the name of a statement's file, and SignatureExtension follows it
// in that of its signature.
const (
	Extension          = ".json"
	SignatureExtension = ".sig"
)

// Signed is a statement's file and that of its signature.
type Signed struct {
	Path      string // of the statement, from the desk's root
	Data      []byte
	Signature []byte // armored; nil where there is none
}

// Verified is a statement whose signature holds.
type Verified struct {
	*Statement
	Path      string
	Principal string // whose key signed it, as signers has it: the statement's person where it is theirs
	// Principals is everybody whom the key stands for on any line of signers, sorted.
	// Where these are different persons, the key proves nobody's doing.
	Principals []string
	Format     string // "ssh" or "openpgp"
	Key        string // fingerprint; of OpenPGP that of the primary key
}
