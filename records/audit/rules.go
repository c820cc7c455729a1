package audit

// Rule names what kind of exception something is.
type Rule string

// The rules. Those of information do not make an audit fail.
const (
	NotApproved      Rule = "not-approved"
	Riding           Rule = "riding"
	GuardedFile      Rule = "guarded-file-without-record"
	LateApproval     Rule = "late-approval"
	MissingApproval  Rule = "missing-retro-approval"
	SelfApproval     Rule = "self-approval"
	RefusedStatement Rule = "refused-statement"
	ApprovalChanged  Rule = "approval-changed"
	KeyRevoked       Rule = "key-revoked"
	RecordRemoved    Rule = "record-removed"
	UnmappedCommit   Rule = "unmapped"
	NoDesk           Rule = "desk-removed"
	TimeBackwards    Rule = "time-backwards"
	TimeAhead        Rule = "time-ahead"
	BackDated        Rule = "log-back-dated"
	FutureLine       Rule = "log-future"
	LogChanged       Rule = "log-changed"
	NotJudged        Rule = "not-judged"
	Shallow          Rule = "shallow"

	Due            Rule = "retro-approval-due"
	Reciprocal     Rule = "reciprocal-approval"
	TrustedChanged Rule = "trusted-changed"
)

// Kind is what is to be known of a rule.
type Kind struct {
	Rule        Rule
	Title       string // what happened
	Hint        string // what to do
	Information bool   // worth knowing, and no exception
}

// Kinds returns all rules in the order in which a report has them.
func Kinds() []Kind {
	return []Kind{
		{NotApproved, "Landed without the approval that it needs", "find out who let it in and why the gate did not stop it; review it now, and put the outcome into the record", false},
		{Riding, "Landed together with what it is judged by", "review both halves; policy, people and signers are changed on their own, with nothing else but the record that asks for it", false},
		{GuardedFile, "Guarded files changed with no record that covers them", "write a record for it after the fact, and have it reviewed; ask why it came past the gate", false},
		{MissingApproval, "Went ahead as an emergency, and was not approved in time", "have somebody independent review it now, and note in the record why it is late", false},
		{LateApproval, "Went ahead as an emergency, and was approved late", "note in the record why it was late", false},
		{SelfApproval, "Somebody tried to approve what is their own", "the vote did not count; ask its author", false},
		{RefusedStatement, "Statements that prove nothing", "they did not count; find out who wrote them", false},
		{ApprovalChanged, "Statements or signatures were changed or removed", "statements are only ever added: git log -p on the file shows what it said; restore it", false},
		{KeyRevoked, "Approved with a key that has been revoked since", "ask the approver whether the approval was theirs; if not, review the change again", false},
		{RecordRemoved, "Records that need approval were removed", "restore them: what is not wanted any more is cancelled or closed", false},
		{UnmappedCommit, "Commits that no record accounts for", "find out what they are for, and note the commit in a record; let messages name records, as frontdesk hooks install arranges", false},
		{NoDesk, "The desk was removed", "ask who did that and why; nothing was judged while it was gone", false},
		{TimeBackwards, "Commits that are dated before the one they follow", "a committer's clock was wrong, or somebody dated a commit back: compare with when it was pushed", false},
		{TimeAhead, "Commits that are dated later than now", "a committer's clock is wrong", false},
		{BackDated, "Log lines dated before the last one that was there", "compare with when they were committed; frontdesk log ID --git shows it", false},
		{FutureLine, "Log lines dated later than their commit", "compare with when they were committed; frontdesk log ID --git shows it", false},
		{LogChanged, "Log lines were altered or removed", "a log only grows; frontdesk log ID --git shows what it said", false},
		{NotJudged, "Could not be judged", "what could not be judged counts as not approved; mend the cause and audit again", false},
		{Shallow, "The history of this clone is cut off", "git fetch --unshallow brings the rest; audit again then", false},
		{Due, "Went ahead as an emergency; approval is due", "have it reviewed in time", true},
		{Reciprocal, "Persons who approved each other's changes", "usual in small teams; look whether others could review instead", true},
		{TrustedChanged, "Changes to policy, people and signers", "see that each was asked for", true},
	}
}

// kindOf returns what is to be known of a rule.
func kindOf(r Rule) Kind {
	for _, k := range Kinds() {
		if k.Rule == r {
			return k
		}
	}
	return Kind{Rule: r, Title: string(r)}
}
