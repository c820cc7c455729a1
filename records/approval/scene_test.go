package approval

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/evidence"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
	"frontdesk/schema/desk"
	"frontdesk/schema/signers"
)

const target = "refs/heads/main"

var asOf = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// onePeer is a policy that one colleague meets.
const onePeer = `  rules:
    - {name: peer, need: 1, from: [anyone]}
`

// tester is what testing.T and rapid.T have in common.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

// scene is a record, and who said what of it.
type scene struct {
	t     tester
	in    *Input
	files []File
}

// base are the records of the trusted commit.
func base() []string {
	return []string{
		"person/ann: {title: Ann, email: ann@example.com}",
		"person/bo: {title: Bo, email: bo@example.com, accounts: {github: Bo-Codes, gitlab: bo}}",
		"person/dana: {title: Dana, email: dana@example.com, emails: [Dana.Ito@example.org]}",
		"person/kim: {title: Kim, email: kim@example.com, accounts: {github: kim}}",
		"person/lee: {title: Lee, email: lee@example.com, emails: [shared@example.com], accounts: {github: lee}}",
		"person/max: {title: Max, emails: [shared@example.com], left_on: 2026-11-20}",
		"team/network: {title: Network, members: [kim, lee], lead: ann}",
		"team/empty: {title: Empty}",
		"service/vpn: {title: VPN, kind: business, state: live, owner: kim, team: network, criticality: high}",
		"service/core: {title: Core, kind: business, state: live, owner: ann, criticality: critical}",
		"service/lost: {title: Lost, kind: business, state: live}",
		"asset/web-1: {title: Web 1, owner: bo}",
		"template/patches: {title: Patches, state: published, version: 3, owner: kim, services: [vpn], assets: [web-1], categories: [network], environments: [production]}",
	}
}

const (
	plan = "\n## Plan\n\nPull the plug.\n\n## Test plan\n\nLook.\n\n## Backout plan\n\nPlug it in.\n"
	work = "\n## Work notes\n\nNothing yet.\n"
)

// newRecord makes a record of its ref and its fields in flow style.
func newRecord(t tester, line, body string) *records.Record {
	t.Helper()
	ref, fields, _ := strings.Cut(line, ": ")
	typ, id := records.SplitRef(ref)
	src := fmt.Sprintf("---\nid: %s\n%s---\n%s", id, blockOf(fields), body)
	r, ds := frontmatter.Parse("records/x/"+string(id)+".md", typ, []byte(src))
	if r == nil || len(ds) > 0 {
		t.Fatalf("%s: %v", line, ds)
	}
	return r
}

// blockOf writes the entries of a flow map on lines of their own.
func blockOf(flow string) string {
	var out strings.Builder
	depth, start := 0, 0
	inner := strings.TrimSuffix(strings.TrimPrefix(flow, "{"), "}")
	for i, c := range inner + "," {
		switch {
		case strings.ContainsRune("[{", c):
			depth++
		case strings.ContainsRune("]}", c):
			depth--
		case c == ',' && depth == 0:
			if entry := strings.TrimSpace(inner[start:i]); entry != "" {
				out.WriteString(entry + "\n")
			}
			start = i + 1
		}
	}
	return out.String()
}

// newScene makes a record with the fields, in a desk whose changes have the
// policy: keys that it does not give are those of the built-in one.
func newScene(t tester, policy, fields string) *scene {
	t.Helper()
	types := loadTypes(t, policy)
	d := desk.Default()
	d.Roles = map[string][]string{"change-managers": {"ann", "bo"}, "nobody": {}}
	set := baseSet(t)
	s := &scene{t: t, in: &Input{
		Type: types.Get("change"), Target: target, Desk: d, Types: types, Set: set,
		People: NewPeople(set, d, &signers.Signers{}), AsOf: asOf,
	}}
	s.in.Contributors = []Contributor{{Person: "dana", Identity: "Dana <dana@example.com>", As: AsAuthor, Commit: "3f9a2c1d07aa"}}
	s.set(fields)
	return s
}

var (
	loaded sync.Map // types by policy: reading them takes longest
	parsed sync.Map // records of the base
)

func loadTypes(t tester, policy string) *schema.Types {
	t.Helper()
	if types, ok := loaded.Load(policy); ok {
		return types.(*schema.Types)
	}
	types, ds := schema.Load([]schema.File{{Path: "schema/change.yaml", Data: []byte("type: change\nextends: change\npolicy:\n" + policy)}})
	for _, d := range ds {
		if d.Severity == diag.Error {
			t.Fatalf("policy: %s", d.Message)
		}
	}
	loaded.Store(policy, types)
	return types
}

func baseSet(t tester) *records.Set {
	t.Helper()
	if set, ok := parsed.Load(""); ok {
		return set.(*records.Set)
	}
	var all []*records.Record
	for _, line := range base() {
		all = append(all, newRecord(t, line, ""))
	}
	set := records.NewSet(all)
	parsed.Store("", set)
	return set
}

// standardFields are those of a change that keeps to template patches.
const standardFields = "{title: VPN, state: scheduled, kind: standard, template: patches, template_version: 3, services: [vpn], category: network, environment: production, risk: low, requester: dana}"

const normalFields = "{title: VPN, state: scheduled, kind: normal, impact: low, likelihood: low, risk: low, services: [vpn], requester: dana, planned_start: 2026-11-24T09:00:00Z, planned_end: 2026-11-24T10:00:00Z}"

// set replaces the record.
func (s *scene) set(fields string) { s.write(fields, plan+work) }

func (s *scene) write(fields, body string) {
	s.t.Helper()
	s.in.Record = newRecord(s.t, "change/CHG-2611-AB3D: "+fields, body)
	parts, err := PartsOf(s.in.Type.Policy, s.in.Type, s.in.Record, s.files)
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	s.in.Parts = parts
}

// with replaces or adds a field of the fields.
func with(fields, entry string) string {
	key, _, _ := strings.Cut(entry, ":")
	lines := strings.Split(strings.TrimSpace(blockOf(fields)), "\n")
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, key+":") })
	return "{" + strings.Join(append(lines, entry), ", ") + "}"
}

// without removes a field.
func without(fields, key string) string {
	lines := strings.Split(strings.TrimSpace(blockOf(fields)), "\n")
	return "{" + strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, key+":") }), ", ") + "}"
}

// vote adds what a person says of the record as it is now, an hour after what was
// said before.
func (s *scene) vote(person records.ID, d evidence.Decision) *Vote {
	at := asOf.Add(-48*time.Hour + time.Duration(len(s.in.Votes))*time.Minute)
	s.in.Votes = append(s.in.Votes, Vote{
		Statement: &evidence.Statement{
			Version: 1, Record: s.in.Record.Ref(), Target: s.in.Target, Decision: d, Person: person, At: records.FormatTime(at),
			Covers: s.in.Parts.Digest(), Parts: s.in.Parts, Policy: PolicyDigest(s.in.Type.Policy), Evidence: evidence.BySignature,
		},
		Proof: "signed", Observed: at,
	})
	return &s.in.Votes[len(s.in.Votes)-1]
}

func (s *scene) approve(persons ...records.ID) *scene {
	for _, p := range persons {
		s.vote(p, evidence.Approve)
	}
	return s
}

func (s *scene) judge() *Verdict { return Judge(s.in) }

// want fails unless the verdict is as it should be, and all texts are among its
// reasons, voids and refused votes.
func (s *scene) want(state State, texts ...string) *Verdict {
	s.t.Helper()
	v := s.judge()
	said := strings.Join(spoken(v), "\n")
	if v.State != state {
		s.t.Fatalf("verdict %s, want %s:\n%s", v.State, state, said)
	}
	for _, text := range texts {
		if !strings.Contains(said, text) {
			s.t.Fatalf("nothing says %q:\n%s", text, said)
		}
	}
	return v
}

// spoken is all that a verdict says in words.
func spoken(v *Verdict) []string {
	lines := slices.Concat(v.Reasons, v.Because)
	for _, r := range v.Rules {
		for _, void := range r.Void {
			lines = append(lines, "void: "+void.Reason)
		}
	}
	for _, r := range v.Refused {
		lines = append(lines, fmt.Sprintf("refused %s: %s", r.By, r.Reason))
	}
	return lines
}

func (s *scene) contribute(person records.ID, identity, as string) *scene {
	s.in.Contributors = append(s.in.Contributors, Contributor{Person: person, Identity: identity, As: as, Commit: "77aa00bb11cc22"})
	return s
}
