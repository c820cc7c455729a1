package approval

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/conflict"
	"frontdesk/records/evidence"
	"frontdesk/schema"
)

// play is one case: a policy, a record, what happens, and the verdict.
type play struct {
	name   string
	policy string // onePeer where it is empty
	fields string // normalFields where it is empty
	act    func(*scene)
	want   State
	says   []string
}

func run(t *testing.T, plays []play) {
	t.Helper()
	for _, p := range plays {
		t.Run(p.name, func(t *testing.T) {
			if p.policy == "" {
				p.policy = onePeer
			}
			if p.fields == "" {
				p.fields = normalFields
			}
			s := newScene(t, p.policy, p.fields)
			if p.act != nil {
				p.act(s)
			}
			s.want(p.want, p.says...)
		})
	}
}

func TestApprovals(t *testing.T) {
	run(t, []play{
		{name: "oneColleagueApproves", act: func(s *scene) { s.approve("kim") }, want: Approved},
		{name: "nobodyApproved", want: Pending, says: []string{"peer: 0 of 1; ann, bo, kim or lee may approve"}},
		{name: "twoAreNeededAndOneIsThere", policy: "  rules: [{name: peer, need: 2, from: [anyone]}]\n", act: func(s *scene) { s.approve("kim") },
			want: Pending, says: []string{"peer: 1 of 2; ann, bo or lee may approve"}},
		{name: "twoApprovalsOfOnePersonCountOnce", policy: "  rules: [{name: peer, need: 2, from: [anyone]}]\n", act: func(s *scene) {
			s.approve("kim")
			second := s.vote("kim", evidence.Approve)
			second.Evidence, second.Review = evidence.ByReview, &evidence.Review{Forge: "github", Account: "kim"}
		}, want: Pending, says: []string{"peer: 1 of 2"}},
		{name: "aPersonNobodyKnowsIsRefused", act: func(s *scene) { s.approve("zoe") }, want: Pending, says: []string{`refused zoe: nobody knows "zoe"`}},
		{name: "whoLeftMayNotApprove", act: func(s *scene) { s.vote("max", evidence.Approve).Observed = asOf },
			want: Pending, says: []string{"void: max approved on 2026-11-20 12:00 UTC and may not: they have left"}},
		{name: "onTheirLastDayTheyStillMay", act: func(s *scene) { s.approve("max") }, want: Approved},
		{name: "anApprovalOfAnotherRecordIsRefused", act: func(s *scene) { s.vote("kim", evidence.Approve).Record = "change/CHG-2611-ZZZZ" },
			want: Pending, says: []string{`refused kim: it is about "change/CHG-2611-ZZZZ"`}},
		{name: "anApprovalFromTheFutureIsRefused", act: func(s *scene) { s.vote("kim", evidence.Approve).At = "2027-01-01T00:00:00Z" },
			want: Pending, says: []string{"it is dated 2027-01-01 00:00 UTC, which is still to come"}},
		{name: "aTimeThatIsNoneIsRefused", act: func(s *scene) { s.vote("kim", evidence.Approve).At = "yesterday" }, want: Pending, says: []string{`"yesterday" is no time`}},
		{name: "aDecisionThatIsNoneIsRefused", act: func(s *scene) { s.vote("kim", "aprove") }, want: Pending, says: []string{`"aprove" is no decision`}},
		{name: "whatWasRefusedBeforeIsSaid", act: func(s *scene) {
			s.in.Refused = []Refused{{Person: "kim", Path: "approvals/kim-11112222.json", Reason: "there is no signature"}}
		}, want: Pending, says: []string{"refused kim: there is no signature"}},
		{name: "noRuleAsksForIt", policy: "  rules: [{name: boss, need: 1, from: [{person: ann}]}]\n", act: func(s *scene) { s.approve("kim") },
			want: Pending, says: []string{"boss: 0 of 1; ann may approve", "refused kim: no rule that applies asks for their approval"}},
		{name: "aRuleThatNeedsNobodyIsMet", policy: "  rules: [{name: free, need: 0}]\n", want: Approved},
		{name: "allRulesThatApplyMustBeMet", policy: "  rules: [{name: peer, need: 1, from: [anyone]}, {name: boss, need: 1, from: [{role: change-managers}]}]\n",
			act: func(s *scene) { s.approve("kim") }, want: Pending, says: []string{"boss: 0 of 1; ann or bo may approve"}},
		{name: "onePersonMayMeetTwoRules", policy: "  rules: [{name: peer, need: 1, from: [anyone]}, {name: boss, need: 1, from: [{role: change-managers}]}]\n",
			act: func(s *scene) { s.approve("ann") }, want: Approved},
		{name: "exceptWhereTheyMustBeDistinct", policy: "  distinct: true\n  rules: [{name: peer, need: 1, from: [anyone]}, {name: boss, need: 1, from: [{role: change-managers}]}]\n",
			act: func(s *scene) { s.approve("ann") }, want: Pending},
		{name: "distinctPeopleAreMatchedAndNotTakenInOrder", policy: "  distinct: true\n  rules: [{name: peer, need: 1, from: [anyone]}, {name: boss, need: 1, from: [{role: change-managers}]}]\n",
			act: func(s *scene) { s.approve("ann", "kim") }, want: Approved},
		{name: "tooFewDistinctPeopleIsAnError", policy: "  distinct: true\n  rules: [{name: a, need: 1, from: [{person: ann}]}, {name: b, need: 1, from: [{person: ann}]}]\n",
			act: func(s *scene) { s.approve("ann") }, want: Failed, says: []string{"nobody may count for two rules, and to meet them all takes 1 more who may approve"}},
		{name: "distinctPeopleCountFirstForWhatCannotWait",
			policy: "  distinct: true\n  rules: [{name: later, need: 1, from: [{role: change-managers}], within: PT24H}, {name: now, need: 1, from: [{role: change-managers}]}]\n",
			act:    func(s *scene) { s.approve("ann") }, want: Ahead, says: []string{"later: 0 of 1; it may go ahead", "bo may approve"}},
		{name: "anApprovalOfNothingIsAnError", act: func(s *scene) { s.in.Parts = Parts{}; s.approve("kim") }, want: Failed, says: []string{"an approval would cover nothing"}},
		{name: "aPolicyWithoutRulesSaysSo", act: func(s *scene) {
			s.approve("kim")
			change(s.in, func(p *schema.Policy) { p.Rules = nil })
		}, want: Failed, says: []string{"the policy of type change has no rules, and without a rule nothing is approved"}},
	})
}

func TestWhatVoidsAnApproval(t *testing.T) {
	approveThen := func(after func(*scene)) func(*scene) {
		return func(s *scene) { s.approve("kim"); after(s) }
	}
	then := func(fields string) func(*scene) { return approveThen(func(s *scene) { s.set(fields) }) }
	run(t, []play{
		{name: "coveredFieldChanged", act: then(with(normalFields, "planned_start: 2026-11-24T08:00:00Z")), want: Pending,
			says: []string{"void: kim approved on 2026-11-20 12:00 UTC; planned_start was changed since"}},
		{name: "coveredFieldRemoved", act: then(without(normalFields, "planned_end")), want: Pending, says: []string{"; planned_end was removed since"}},
		{name: "coveredFieldAdded", act: then(with(normalFields, "environment: test")), want: Pending, says: []string{"; environment was added since"}},
		{name: "sameMomentInAnotherForm", act: then(with(normalFields, "planned_start: 2026-11-24T10:00:00+01:00")), want: Approved},
		{name: "uncoveredFieldChanged", act: then(with(normalFields, "title: Virtual private network")), want: Approved},
		{name: "stateChanged", act: then(with(normalFields, "state: implement")), want: Approved},
		{name: "planChanged", act: approveThen(func(s *scene) {
			s.write(normalFields, strings.Replace(plan, "Pull", "Cut", 1)+work)
		}), want: Pending, says: []string{"; section Plan was changed since"}},
		{name: "secondPlanAdded", act: approveThen(func(s *scene) { s.write(normalFields, plan+work+"\n## Plan\n\nAnd burn it.\n") }),
			want: Pending, says: []string{"; section Plan was changed since"}},
		{name: "workNoteAdded", act: approveThen(func(s *scene) { s.write(normalFields, plan+work+"\nCalled the site.\n") }), want: Approved},
		{name: "blankLinesAdded", act: approveThen(func(s *scene) { s.write(normalFields, strings.ReplaceAll(plan, ".\n", ".  \n\n\n")+work) }), want: Approved},
		{name: "fileAdded", act: approveThen(func(s *scene) {
			s.files = []File{{Path: "deploy/web.yaml", Mode: "100644", Blob: "aa"}}
			s.set(normalFields)
		}), want: Pending, says: []string{"; file deploy/web.yaml was added since"}},
		{name: "fileChanged", act: func(s *scene) {
			s.files = []File{{Path: "deploy/web.yaml", Mode: "100644", Blob: "aa"}}
			s.set(normalFields)
			s.approve("kim")
			s.files[0].Mode = "100755"
			s.set(normalFields)
		}, want: Pending, says: []string{"; file deploy/web.yaml was changed since"}},
		{name: "retargeted", act: approveThen(func(s *scene) { s.in.Target = "refs/heads/release" }), want: Pending,
			says: []string{"void: kim approved on 2026-11-20 12:00 UTC for branch main; it goes to release"}},
		{name: "policyChanged", act: approveThen(func(s *scene) {
			other := newScene(s.t, "  rules: [{name: peer, need: 1, from: [anyone], title: Other}]\n", normalFields)
			s.in.Type = other.in.Type
		}), want: Pending, says: []string{"; the policy was changed since"}},
		{name: "laterMadeTheImplementer", act: then(with(normalFields, "implementer: kim")), want: Pending,
			says: []string{"and may not: implementer of it", "; implementer was added since"}},
		{name: "approvedAnewAfterTheChange", act: approveThen(func(s *scene) {
			s.set(with(normalFields, "impact: medium"))
			s.approve("kim")
		}), want: Approved},
		{name: "takenBack", act: approveThen(func(s *scene) { s.vote("kim", evidence.Lift) }), want: Pending},
	})
}

func TestRejections(t *testing.T) {
	run(t, []play{
		{name: "aRejectionBlocks", act: func(s *scene) { s.approve("kim"); s.vote("lee", evidence.Reject).Note = "no way\x1b[31m back" },
			want: Rejected, says: []string{`lee rejected it on 2026-11-20 12:01 UTC ("no way[31m back"): that blocks it until lee approves it or lifts the rejection`}},
		{name: "whateverIsChanged", act: func(s *scene) {
			s.vote("lee", evidence.Reject)
			s.set(with(normalFields, "impact: medium"))
			s.approve("kim")
		}, want: Rejected},
		{name: "whateverBranchItWasFor", act: func(s *scene) { s.vote("lee", evidence.Reject).Target = "refs/heads/release"; s.approve("kim") }, want: Rejected},
		{name: "untilItsAuthorApproves", act: func(s *scene) { s.vote("lee", evidence.Reject); s.approve("lee") }, want: Approved},
		{name: "untilItsAuthorLiftsIt", act: func(s *scene) { s.vote("lee", evidence.Reject); s.approve("kim"); s.vote("lee", evidence.Lift) }, want: Approved},
		{name: "liftingRevivesNoOlderApproval", act: func(s *scene) { s.approve("lee"); s.vote("lee", evidence.Reject); s.vote("lee", evidence.Lift) }, want: Pending},
		{name: "aVoidApprovalRevivesNoRejection", act: func(s *scene) {
			s.vote("lee", evidence.Reject)
			s.approve("lee")
			s.set(with(normalFields, "impact: medium"))
			s.approve("kim")
		}, want: Approved},
		{name: "anotherPersonLiftsNothing", act: func(s *scene) { s.vote("lee", evidence.Reject); s.vote("kim", evidence.Lift); s.approve("kim") }, want: Rejected},
		{name: "atTheSameSecondRejectionWins", act: func(s *scene) {
			no := s.vote("lee", evidence.Reject)
			at := no.At
			s.vote("lee", evidence.Approve).At = at
		}, want: Rejected},
		{name: "theAuthorsOwnRejectionBlocks", act: func(s *scene) { s.approve("kim"); s.vote("dana", evidence.Reject) }, want: Rejected},
		{name: "ofWhomNoRuleAsksToo", policy: "  rules: [{name: boss, need: 1, from: [{person: ann}]}]\n", act: func(s *scene) { s.approve("ann"); s.vote("lee", evidence.Reject) }, want: Rejected},
		{name: "unlessTheRuleIgnoresIt", policy: "  rules: [{name: peer, need: 1, from: [anyone], rejection: ignore}]\n",
			act: func(s *scene) { s.approve("kim"); s.vote("lee", evidence.Reject) }, want: Approved, says: []string{"by the rules that does not block it"}},
		{name: "ofAStandardChangeToo", policy: "  rules: [{name: free, need: 0}]\n", act: func(s *scene) { s.vote("lee", evidence.Reject) }, want: Rejected},
		{name: "ofSomebodyWhoLeftStays", act: func(s *scene) { s.approve("kim"); s.vote("max", evidence.Reject) },
			want: Rejected, says: []string{"max rejected it on 2026-11-20 12:01 UTC and has left, so that nobody can lift it: open a new record"}},
		{name: "anApprovalForAnotherBranchLiftsNothing", act: func(s *scene) {
			s.approve("kim")
			s.vote("lee", evidence.Reject)
			s.vote("lee", evidence.Approve).Target = "refs/heads/release"
		}, want: Rejected},
		{name: "evenFromTheFuture", act: func(s *scene) { s.approve("kim"); s.vote("lee", evidence.Reject).At = "2036-01-01T00:00:00Z" }, want: Rejected},
		{name: "evenWithoutATime", act: func(s *scene) { s.approve("kim"); s.vote("kim", evidence.Reject).At = "soon" }, want: Rejected, says: []string{`kim rejected it on "soon"`}},
		{name: "ofSomebodyUnknownIsRefused", act: func(s *scene) { s.approve("kim"); s.vote("zoe", evidence.Reject) }, want: Approved, says: []string{"refused zoe"}},
	})
}

func TestSeparationOfDuties(t *testing.T) {
	run(t, []play{
		{name: "authorCannotApprove", act: func(s *scene) { s.approve("dana") }, want: Pending, says: []string{"dana approved on 2026-11-20 12:00 UTC and may not: requester of it and author of 3f9a2c1d07"}},
		{name: "coAuthorCannotApprove", act: func(s *scene) { s.contribute("kim", "Kim <kim@example.com>", AsCoAuthor).approve("kim") }, want: Pending, says: []string{"co-author of 77aa00bb11"}},
		{name: "committerCannotApprove", act: func(s *scene) { s.contribute("kim", "Kim <kim@example.com>", AsCommitter).approve("kim") }, want: Pending, says: []string{"committer of 77aa00bb11"}},
		{name: "requesterCannotApprove", fields: with(normalFields, "requester: kim"), act: func(s *scene) { s.approve("kim") }, want: Pending, says: []string{"requester of it"}},
		{name: "requesterInAnotherSpellingCannotEither", fields: with(normalFields, "requester: person/Kim"), act: func(s *scene) { s.approve("kim") }, want: Pending},
		{name: "requesterByMailCannotEither", fields: with(normalFields, `requester: "kim@example.com"`), act: func(s *scene) { s.approve("kim") }, want: Pending},
		{name: "implementerCannotApprove", fields: with(normalFields, "implementer: kim"), act: func(s *scene) { s.approve("kim") }, want: Pending},
		{name: "whoWasTheRequesterOnTheBaseCannotApprove", act: func(s *scene) {
			s.in.Before = newRecord(s.t, "change/CHG-2611-AB3D: "+with(normalFields, "requester: kim"), plan)
			s.approve("kim")
		}, want: Pending, says: []string{"requester of it"}},
		{name: "unknownAuthorIsAnError", act: func(s *scene) { s.contribute("", "Lee <l33@example.net>", AsAuthor).approve("kim") },
			want: Failed, says: []string{`nobody knows who "Lee <l33@example.net>" is, the author of 77aa00bb11: add the address to emails of their person record on main`}},
		{name: "whoOpenedThePullRequestCannotApprove", act: func(s *scene) {
			s.in.Contributors = append(s.in.Contributors, Contributor{Person: "kim", Identity: "kim on github", As: "opener of the pull request"})
			s.approve("kim")
		}, want: Pending, says: []string{"kim approved on 2026-11-20 12:00 UTC and may not: opener of the pull request"}},
		{name: "manyUnknownAuthorsAreCounted", act: func(s *scene) {
			for i := range 30 {
				s.contribute("", fmt.Sprintf("x <x%d@example.net>", i), AsAuthor)
				s.contribute("", fmt.Sprintf("x <x%d@example.net>", i), AsCommitter)
			}
		}, want: Failed, says: []string{"nobody knows 10 more of those who contributed"}},
		{name: "unknownCommitterIsAnError", act: func(s *scene) { s.contribute("", "bot <bot@example.net>", AsCommitter).approve("kim") }, want: Failed},
		{name: "theForgesCommitterIsNobody", act: func(s *scene) { s.contribute("", "GitHub <noreply@github.com>", AsCommitter).approve("kim") }, want: Approved},
		{name: "theForgesCommitterIsNoAuthor", act: func(s *scene) { s.contribute("", "GitHub <noreply@github.com>", AsAuthor).approve("kim") }, want: Failed},
		{name: "aNameLikeTheForgesIsNoAddress", act: func(s *scene) {
			s.contribute("", "noreply@github.com <bot@example.net>", AsCommitter).approve("kim")
		}, want: Failed},
		{name: "aPolicyMayAllowContributors", policy: "  separation: {fields: [], contributors: false}\n" + onePeer, act: func(s *scene) { s.approve("dana") }, want: Approved},
		{name: "aRebaseByABotLeavesTheAuthor", act: func(s *scene) {
			s.in.Contributors[0].As = AsAuthor
			s.contribute("", "GitHub <noreply@github.com>", AsCommitter).approve("dana")
		}, want: Pending},
	})
}

func TestWhoMayApprove(t *testing.T) {
	from := func(who string) string { return "  rules: [{name: r, need: 1, from: [" + who + "]}]\n" }
	each := "  rules: [{name: owner, need: 1, each: true, from: [{owner: services}, {owner: assets}]}]\n"
	run(t, []play{
		{name: "aPerson", policy: from("{person: ann}"), want: Pending, says: []string{"r: 0 of 1; ann may approve"}},
		{name: "aTeamWithItsLead", policy: from("{team: network}"), want: Pending, says: []string{"r: 0 of 1; ann, kim or lee may approve"}},
		{name: "aRole", policy: from("{role: change-managers}"), want: Pending, says: []string{"r: 0 of 1; ann or bo may approve"}},
		{name: "theOwnerAndTheirTeam", policy: from("{owner: services}"), want: Pending, says: []string{"r: 0 of 1; ann, kim or lee may approve"}},
		{name: "whomAFieldNames", policy: from("{field: assignee}"), fields: with(normalFields, "assignee: bo"), want: Pending, says: []string{"r: 0 of 1; bo may approve"}},
		{name: "theTeamThatAFieldNames", policy: from("{field: team}"), fields: with(normalFields, "team: network"), want: Pending, says: []string{"ann, kim or lee may approve"}},
		{name: "anUnknownPersonIsAnError", policy: from("{person: zoe}, anyone"), act: func(s *scene) { s.approve("kim") }, want: Failed, says: []string{`r: person "zoe" has neither a record nor a key`}},
		{name: "anUnknownTeamIsAnError", policy: from("{team: sales}, anyone"), act: func(s *scene) { s.approve("kim") }, want: Failed, says: []string{`r: team "sales" has no record`}},
		{name: "anUnknownRoleIsAnError", policy: from("{role: kings}, anyone"), act: func(s *scene) { s.approve("kim") }, want: Failed, says: []string{`r: desk.yaml has no role "kings"`}},
		{name: "anEmptyTeamIsAnError", policy: from("{team: empty}"), want: Failed, says: []string{"r: it asks for 1 approval, and nobody can give one: team empty is empty"}},
		{name: "anEmptyRoleIsAnError", policy: from("{role: nobody}"), want: Failed, says: []string{"role nobody is empty"}},
		{name: "aFieldThatNamesNobodyIsAnError", policy: from("{field: assignee}"), want: Failed, says: []string{"the record names nobody in assignee"}},
		{name: "onlyTheAuthorCouldIsAnError", policy: from("{person: dana}"), want: Failed, says: []string{"nobody can give one: dana may not: requester of it and author of 3f9a2c1d07"}},
		{name: "tooFewForTwoIsAnError", policy: "  rules: [{name: r, need: 3, from: [{role: change-managers}]}]\n", want: Failed, says: []string{"r: it asks for 3 approvals, and only ann and bo can give them"}},
		{name: "nothingOwnedIsAnError", policy: each, fields: without(normalFields, "services"), want: Failed, says: []string{"the record names nothing that has an owner"}},
		{name: "aThingWithoutOwnerIsAnError", policy: each, fields: with(normalFields, "services: [lost]"), want: Failed, says: []string{"owner: service/lost: it asks for 1 approval, and nobody can give one: service/lost has neither an owner nor a team"}},
		{name: "aThingThatTheBaseLacksIsAnError", policy: each, fields: with(normalFields, "services: [new]"), want: Failed, says: []string{"service/new is not on main, so that nobody owns it yet"}},
		{name: "eachThingIsAskedFor", policy: each, fields: with(normalFields, "assets: [web-1]"), act: func(s *scene) { s.approve("kim") },
			want: Pending, says: []string{"owner: asset/web-1: 0 of 1; bo may approve"}},
		{name: "eachThingWasApproved", policy: each, fields: with(normalFields, "assets: [web-1]"), act: func(s *scene) { s.approve("kim", "bo") }, want: Approved},
	})
}

func TestTheRulesThatApply(t *testing.T) {
	run(t, []play{
		{name: "noRuleAppliesIsAnError", policy: "  rules: [{name: never, when: \"self.kind == 'emergency'\", need: 0}]\n", act: func(s *scene) { s.approve("kim") },
			want: Failed, says: []string{"no rule of the policy applies to it"}},
		{name: "aConditionThatFailsIsAnError", policy: "  rules: [{name: odd, when: \"self.assignee < 3\", need: 0}, {name: free, need: 0}]\n",
			want: Failed, says: []string{"odd: it cannot be told whether the rule applies: "}},
		{name: "factsOfServices", policy: "  rules: [{name: core, when: \"facts.services.exists(s, s.criticality == 'critical')\", need: 1, from: [{person: bo}]}, {name: free, need: 0}]\n",
			fields: with(normalFields, "services: [vpn, core]"), want: Pending, says: []string{"core: 0 of 1; bo may approve"}},
		{name: "factsOfAServiceThatTheBaseLacksAreAnError", policy: "  rules: [{name: core, when: \"facts.services.exists(s, s.criticality == 'critical')\", need: 1, from: [anyone]}, {name: free, need: 0}]\n",
			fields: with(normalFields, "services: [new]"), want: Failed},
		{name: "factsOfConflicts", policy: "  rules: [{name: boss, when: \"facts.freeze && 'same-asset' in facts.conflicts\", need: 1, from: [{person: bo}]}, {name: free, need: 0}]\n",
			act: func(s *scene) {
				s.in.Conflicts = []conflict.Conflict{{Kind: conflict.InFreeze}, {Kind: conflict.SameAsset}}
			}, want: Pending, says: []string{"boss: 0 of 1"}},
		{name: "factsOfPaths", policy: "  rules: [{name: db, when: \"facts.paths.exists(p, p.startsWith('db/'))\", need: 1, from: [{person: bo}]}, {name: free, need: 0}]\n",
			act: func(s *scene) { s.files = []File{{Path: "db/1.sql", Mode: "100644", Blob: "aa"}}; s.set(normalFields) }, want: Pending},
		{name: "whatItWasBefore", policy: "  rules: [{name: fresh, when: \"old == null\", need: 1, from: [anyone]}, {name: free, need: 0}]\n", want: Pending},
	})
}

func TestEmergencies(t *testing.T) {
	const policy = "  rules: [{name: emergency, need: 1, from: [anyone], within: PT24H}]\n"
	landed := func(ago time.Duration) func(*scene) { return func(s *scene) { s.in.Landed = asOf.Add(-ago) } }
	run(t, []play{
		{name: "mayGoAheadBeforeItIsMerged", policy: policy, want: Ahead, says: []string{"emergency: 0 of 1; it may go ahead, and approval has to follow within 24 hours of the merge"}},
		{name: "mayGoAheadWithinTheTime", policy: policy, act: landed(2 * time.Hour), want: Ahead, says: []string{"approval is due by 2026-11-23 10:00 UTC"}},
		{name: "isOverdueAfterIt", policy: policy, act: landed(25 * time.Hour), want: Pending, says: []string{"approval was due by 2026-11-22 11:00 UTC and is overdue"}},
		{name: "isApprovedThen", policy: policy, act: func(s *scene) { landed(2 * time.Hour)(s); s.approve("kim") }, want: Approved},
		{name: "isStoppedByARejection", policy: policy, act: func(s *scene) { s.vote("kim", evidence.Reject) }, want: Rejected},
		{name: "anotherRuleDoesNotWait", policy: "  rules: [{name: emergency, need: 1, from: [anyone], within: PT24H}, {name: boss, need: 1, from: [{person: ann}]}]\n", want: Pending},
		{name: "needsSomebodyWhoCould", policy: "  rules: [{name: emergency, need: 1, from: [{person: dana}], within: PT24H}]\n", want: Failed},
	})
	s := newScene(t, policy, normalFields)
	s.in.Landed = asOf.Add(-time.Hour)
	if v := s.judge(); v.Due != "2026-11-23T11:00:00Z" {
		t.Errorf("due %q", v.Due)
	}
}

func TestHoldAndRiding(t *testing.T) {
	run(t, []play{
		{name: "onHoldApprovalsAreSuspended", fields: with(normalFields, "hold: vendor"), act: func(s *scene) { s.approve("kim") },
			want: Pending, says: []string{"it is on hold (vendor): approvals are suspended until hold is removed"}},
		{name: "onHoldARejectionStillBlocks", fields: with(normalFields, "hold: vendor"), act: func(s *scene) { s.vote("kim", evidence.Reject) }, want: Rejected},
		{name: "anEmergencyOnHoldWaits", policy: "  rules: [{name: e, need: 1, from: [anyone], within: PT24H}]\n", fields: with(normalFields, "hold: vendor"), want: Pending},
		{name: "ridingWithItsPolicyIsAnError", act: func(s *scene) { s.in.Riding = []string{"schema/change.yaml", "desk.yaml"}; s.approve("kim") },
			want: Failed, says: []string{"it comes together with desk.yaml and schema/change.yaml, which says who may approve"}},
	})
}

func TestNothingIsApprovedByWhatIsMissing(t *testing.T) {
	for name, breakIt := range map[string]func(*Input){
		"noRecord":     func(in *Input) { in.Record = nil },
		"noType":       func(in *Input) { in.Type = nil },
		"noPolicy":     func(in *Input) { c := *in.Type; c.Policy = nil; in.Type = &c },
		"noRules":      func(in *Input) { change(in, func(p *schema.Policy) { p.Rules = nil }) },
		"brokenPolicy": func(in *Input) { change(in, func(p *schema.Policy) { p.Broken = true }) },
		"noRiskLevels": func(in *Input) { change(in, func(p *schema.Policy) { p.Risk = &schema.Risk{} }) },
		"negativeNeed": func(in *Input) {
			change(in, func(p *schema.Policy) { p.Rules = []*schema.ApprovalRule{{Name: "r", Need: -1}} })
		},
		"nilRule":   func(in *Input) { change(in, func(p *schema.Policy) { p.Rules = []*schema.ApprovalRule{nil} }) },
		"noDesk":    func(in *Input) { in.Desk = nil },
		"noPeople":  func(in *Input) { in.People = nil },
		"noTarget":  func(in *Input) { in.Target = "" },
		"noTime":    func(in *Input) { in.AsOf = time.Time{} },
		"noParts":   func(in *Input) { in.Parts = nil },
		"noRecords": func(in *Input) { in.Set = nil },
		"emptyVote": func(in *Input) { in.Votes = []Vote{{}} },
		"noTypes":   func(in *Input) { in.Types = nil; in.Votes = nil },
		"badPart":   func(in *Input) { in.Parts = Parts{"path:\xff": ""} },
		"templateAlone": func(in *Input) {
			change(in, func(p *schema.Policy) { p.Rules = []*schema.ApprovalRule{{Name: "t", Template: true}} })
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, "  rules: [{name: owner, need: 1, from: [{owner: services}]}]\n", normalFields)
			s.approve("kim")
			breakIt(s.in)
			if v := s.judge(); v.State == Approved || v.State == Ahead || len(v.Reasons) == 0 {
				t.Errorf("verdict %s, %q", v.State, v.Reasons)
			}
		})
	}
	if v := Judge(nil); v.State != Failed {
		t.Errorf("nothing at all is %s", v.State)
	}
}

// change alters the policy of the input's type, and of no other.
func change(in *Input, alter func(*schema.Policy)) {
	typ, p := *in.Type, *in.Type.Policy
	alter(&p)
	typ.Policy = &p
	in.Type = &typ
}

func TestTheVerdictAsJSON(t *testing.T) {
	s := newScene(t, onePeer, normalFields)
	s.approve("kim")
	s.set(with(normalFields, "impact: medium"))
	data, err := json.Marshal(s.judge())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"version":1,"id":"CHG-2611-AB3D","type":"change","verdict":"pending",`,
		`"rules":[{"name":"peer","need":1,"have":0,"could":["ann","bo","kim","lee"],"by":[],"void":[{"by":"kim","field":"impact","reason":"kim approved on 2026-11-20 12:00 UTC; impact was changed since"}]}]`,
		`"refused":[]`,
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("%s lacks %s", data, want)
		}
	}
	for _, in := range []*Input{nil, s.in, {Record: s.in.Record}} {
		data, err := json.Marshal(Judge(in))
		if err != nil || strings.Contains(string(data), "null") {
			t.Errorf("%s: %v", data, err)
		}
	}
}

func TestPartsAndTheirDifferences(t *testing.T) {
	s := newScene(t, "  cover: {fields: [impact, justification], sections: [Plan], paths: [\"**\", \"!docs/**\", \"docs/api.md\"]}\n"+onePeer, normalFields)
	s.files = []File{{Path: "a.go", Mode: "100644", Blob: "aa"}, {Path: "gone.go"}, {Path: "docs/x.md", Mode: "100644", Blob: "bb"}, {Path: "docs/api.md", Mode: "100644", Blob: "cc"}, {Path: "b\xff", Mode: "100644", Blob: "dd"}}
	s.set(normalFields)
	var names []string
	for name := range s.in.Parts {
		names = append(names, name)
	}
	slices.Sort(names)
	if want := []string{"field:impact", `path:"b\xff"`, "path:a.go", "path:docs/api.md", "path:gone.go", "section:Plan"}; !slices.Equal(names, want) {
		t.Errorf("parts %q, want %q", names, want)
	}
	if got := s.in.Parts["path:a.go"]; got != "100644:aa" {
		t.Errorf("a file's part is %q", got)
	}
	if got := s.in.Parts["path:gone.go"]; got != "" {
		t.Errorf("a deleted file's part is %q", got)
	}
	o := Parts{"field:impact": "other", "section:Plan": s.in.Parts["section:Plan"], "section:Test plan": "x"}
	want := []string{"impact", "section Test plan", `file "b\xff"`, "file a.go", "file docs/api.md", "file gone.go"}
	var got []string
	for _, name := range s.in.Parts.changed(o) {
		got = append(got, words(name))
	}
	if !slices.Equal(got, want) {
		t.Errorf("differences %q, want %q", got, want)
	}
	if got := s.in.Parts.changed(s.in.Parts); len(got) > 0 {
		t.Errorf("differences from itself: %q", got)
	}
	if d := s.in.Parts.Digest(); !strings.HasPrefix(d, "sha256:") || len(d) != len("sha256:")+64 {
		t.Errorf("digest %q", d)
	}
}

func TestWhatCannotBeCoveredIsAnError(t *testing.T) {
	s := newScene(t, onePeer, normalFields)
	bomb := newRecord(t, "change/CHG-2611-AB3D: "+normalFields, plan+"\n"+strings.Repeat("> ", 5000)+"x\n")
	if _, err := PartsOf(s.in.Type.Policy, s.in.Type, bomb, nil); err == nil {
		t.Error("a body that no parser reads is covered")
	}
	p := *s.in.Type.Policy
	p.Cover.Paths = []string{"[a"}
	if _, err := PartsOf(&p, s.in.Type, s.in.Record, []File{{Path: "a"}}); err == nil {
		t.Error("a glob that is none covers something")
	}
	if _, err := PartsOf(nil, nil, nil, nil); err == nil {
		t.Error("no policy covers something")
	}
	for _, id := range []records.ID{"9007199254740993", "9007199254740992"} {
		s.set(with(normalFields, "risk: "+string(id)))
		s.files = append(s.files, File{Path: s.in.Parts["field:risk"]})
	}
	if s.files[0] == s.files[1] {
		t.Error("two integers have one digest")
	}
}
