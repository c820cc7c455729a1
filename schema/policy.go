package schema

import (
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema/rule"
)

// Policy says which records of a type need approval, what an approval covers and
// who may give it.
type Policy struct {
	States     []records.State // that a record enters, and is in, only with approval
	Cover      Cover
	Guard      []string // globs of files of the repository that change only together with a record of the type
	Window     *PlannedWindow
	Rules      []*ApprovalRule // in order; all that apply must be met, and at least one must apply
	Separation Separation
	Distinct   bool // nobody counts for more than one rule
	Standard   *Standard
	Risk       *Risk
	Raw        *records.Value // as written, after extends; what the policy's digest is of
	Span       diag.Span
	Broken     bool // the type file is at fault: nothing that the policy is about is approved
}

// Cover is what an approval is bound to.
type Cover struct {
	Fields   []string
	Sections []string // headings
	Paths    []string // globs over the repository: files that change together with the record
}

// PlannedWindow names the fields between whose times the record is carried out.
type PlannedWindow struct{ Start, End string }

// ApprovalRule says how many approvals are needed, and whose.
type ApprovalRule struct {
	Name     string
	Title    string
	When     *rule.Program // nil: always
	Need     int
	From     []Approver
	Each     bool          // Need approvals from the owner of each thing of an owner approver
	Template bool          // met by the approved template that the record keeps to; Need is 0
	Within   time.Duration // more than zero: the record may go ahead, and the approvals follow within this time
	NoBlock  bool          // a rejection does not block; it does unless the rule says rejection: ignore
	Span     diag.Span
}

// ApproverKind says how an approver is named.
type ApproverKind string

// The kinds of approvers.
const (
	ByPerson ApproverKind = "person" // Name is an id
	ByTeam   ApproverKind = "team"   // Name is an id
	ByRole   ApproverKind = "role"   // Name is a role of desk.yaml
	ByOwner  ApproverKind = "owner"  // Name is a field of the record that refers to things with an owner and a team
	ByField  ApproverKind = "field"  // Name is a field of the record that names persons or teams
	ByAnyone ApproverKind = "anyone" // any person whom signers or the people's records know
)

// Approver is one way to be somebody who may approve.
type Approver struct {
	Kind ApproverKind
	Name string
}

// Separation says who may not approve.
type Separation struct {
	Fields       []string // that name persons, such as requester and implementer
	Contributors bool     // who wrote, committed or co-wrote what is covered; true unless the policy says false
	Committers   []string // addresses of a forge's own committers, such as noreply@github.com, who are nobody
}

// Standard says how records of a type keep to a template that was approved once
// for all.
type Standard struct {
	When      *rule.Program // the records that claim to be standard
	Template  string        // field that refers to the template
	Version   string        // field that says which version of it
	Otherwise string        // what kind a record counts as that does not keep to its template
	Kind      string        // field that says the kind
	Span      diag.Span
}

// Risk says how risk is judged: the highest of what the table and all conditions
// that hold give.
type Risk struct {
	Field      string   // states a risk by hand, which can only raise it
	Levels     []string // lowest first
	Impact     string   // fields, the table's axes
	Likelihood string
	Table      map[string]map[string]string // level by impact and likelihood
	Conditions []RiskCondition
	Span       diag.Span
}

// RiskCondition gives a level to records for which it holds.
type RiskCondition struct {
	When   *rule.Program
	Level  string
	Reason string
	Span   diag.Span
}
