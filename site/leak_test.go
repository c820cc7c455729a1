package site

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"frontdesk/schema"
)

// secrets are files in which every value that the public must not see holds
// CANARY and a number. What the public may see holds OPEN and a number.
var secrets = map[string]string{
	"schema/incident.yaml": `type: incident
extends: incident
fields:
  lead_time: {type: string, audience: team:network}
`,
	"records/incidents/2026-11/INC-2611-PUB1.md": `---
id: INC-2611-PUB1
title: OPEN01 mail is down
state: in-progress
audience: public
impact: medium
urgency: high
priority: P2
requester: canary01
opened_by: canary02
assignee: canary03
watchers: [canary04, canary05]
team: canary06
service: canary07-service
problem: PRB-2611-CANARY08
parent: INC-2611-CANARY09
caused_by: CHG-2611-CANARY10
satisfaction_comment: CANARY11
lead_time: CANARY12
x_own: CANARY13
unknown: {deep: [CANARY14]}
category: OPEN02
resolution: OPEN03
imported: {log: 1, made_sla: CANARY15}
log:
  - {at: 2026-11-03T09:12:00Z, by: canary16, state: new, priority: P2, assignee: canary17}
  - {at: 2026-11-03T09:20:00Z, by: canary18, assignee: canary19}
  - {at: 2026-11-03T09:30:00Z, by: canary20, state: in-progress, team: canary06, hold: OPEN04}
---

CANARY21 before the sections.

## Description

OPEN05 text with a [link](INC-2611-CANARY09.md) and <!-- CANARY22 --> and <b title="CANARY23">OPEN06</b>.

<!--
CANARY24
-->

![OPEN07](CANARY25.png) [OPEN08](../../services/canary07-service.md#canary26) [OPEN09](/etc/CANARY27)

## Comments

### 2026-11-03T09:41:00Z canary28

OPEN10 said.

## Work notes

CANARY29

### 2026-11-03T09:42:00Z lee

CANARY30

## Description

CANARY31 is in the second section of that name.

## Something else

CANARY32
`,
	"records/incidents/2026-11/INC-2611-CANARY09.md": `---
id: INC-2611-CANARY09
title: CANARY33
state: new
impact: medium
urgency: high
service: canary07-service
---

## Description

CANARY34 [public one](INC-2611-PUB1.md)
`,
	"records/incidents/2026-11/INC-2611-TYPO.md": "---\nid: INC-2611-TYPO\ntitle: CANARY35\naudience: pubic\nstate: new\nimpact: low\nurgency: low\n---\n",
	"records/incidents/2026-11/INC-2611-LIST.md": "---\nid: INC-2611-LIST\ntitle: CANARY36\naudience: [public]\nstate: new\nimpact: low\nurgency: low\n---\n",
	"records/incidents/2026-11/INC-2611-TEAM.md": "---\nid: INC-2611-TEAM\ntitle: CANARY37\naudience: team:network\nstate: new\nimpact: low\nurgency: low\nparent: INC-2611-PUB1\n---\n",
	"records/incidents/2026-11/INC-2611-BAD.md":  "---\nid: INC-2611-CANARY38\ntitle: [\n",
	"records/services/canary07-service.md":       "---\nid: canary07-service\ntitle: CANARY39\nstate: live\n---\n",
	"records/teams/canary06.md":                  "---\nid: canary06\ntitle: CANARY40\n---\n",
	"records/people/canary16.md":                 "---\nid: canary16\ntitle: CANARY41\nemail: canary42@example.org\n---\n",
	"records/knowledge/canary43/hidden.md":       "---\nid: hidden-canary44\ntitle: CANARY45\nkind: article\nstate: published\n---\nCANARY46\n",
	"records/knowledge/mail/draft.md":            "---\nid: draft-canary47\ntitle: CANARY48\nkind: article\naudience: public\nstate: draft\n---\nCANARY49\n",
	"records/knowledge/mail/sign-in.md": `---
id: sign-in
title: OPEN11
kind: article
audience: public
state: published
summary: OPEN12
owner: canary50
related: [hidden-canary44]
log:
  - {at: 2026-11-01T09:00:00Z, by: canary51, state: draft, owner: canary50, audience: CANARY52}
  - {at: 2026-11-02T09:00:00Z, by: canary51, state: published, review_by: 2027-01-01}
---

## OPEN13

See [OPEN14](hidden.md) and [OPEN15](../../incidents/2026-11/INC-2611-PUB1.md).
`,
}

var canary = regexp.MustCompile(`(?i).{0,40}canary[0-9]{2}.{0,40}`)

func TestNothingRestrictedReachesThePublic(t *testing.T) {
	text := build(t, newInput(t, secrets, schema.Public)).text(t)
	for _, found := range canary.FindAllString(text, -1) {
		t.Errorf("leaked: %s", found)
	}
	for _, word := range []string{"INC-2611-TYPO", "INC-2611-LIST", "INC-2611-TEAM", "INC-2611-BAD", "Work notes", "audience: ", "unreadable.html", "team:network"} {
		if strings.Contains(text, word) {
			t.Errorf("leaked: %s", word)
		}
	}
	for i := 1; i <= 15; i++ {
		if word := fmt.Sprintf("OPEN%02d", i); !strings.Contains(text, word) {
			t.Errorf("%s is public and missing", word)
		}
	}
}

func TestStaffSeesAllButWhatIsATeamsOwn(t *testing.T) {
	text := build(t, newInput(t, secrets, schema.Staff)).text(t)
	hidden := map[string]bool{
		"12": true,                                                 // a team's field
		"22": true, "23": true, "24": true, "25": true, "27": true, // never shown: comments, attributes, targets of dropped links
		"35": true, "36": true, "37": true, "38": true, // records of others, and one that cannot be read
	}
	for i := 1; i <= 52; i++ {
		n := fmt.Sprintf("%02d", i)
		shown := strings.Contains(strings.ToLower(text), "canary"+n)
		if shown == hidden[n] {
			t.Errorf("canary%s: shown is %v", n, shown)
		}
	}
}

func TestATeamSeesWhatIsItsOwn(t *testing.T) {
	text := build(t, newInput(t, secrets, "team:network")).text(t)
	for _, want := range []string{"CANARY12", "CANARY37", "CANARY29"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing", want)
		}
	}
	other := build(t, newInput(t, secrets, "team:mail")).text(t)
	for _, hidden := range []string{"CANARY12", "CANARY37"} {
		if strings.Contains(other, hidden) {
			t.Errorf("%s reaches another team", hidden)
		}
	}
}

func TestRecordsForNobodyAreReported(t *testing.T) {
	for _, audience := range []schema.Audience{schema.Public, schema.Staff} {
		b := build(t, newInput(t, secrets, audience))
		rules := map[string]int{}
		for _, d := range b.Problems {
			rules[string(d.Rule)]++
		}
		if rules["site/audience"] != 2 {
			t.Errorf("%s: problems are %v", audience, b.Problems)
		}
		_, listed := b.pages[problemsPath]
		if listed != (audience == schema.Staff) {
			t.Errorf("%s: page of problems is %v", audience, listed)
		}
	}
}

func TestAudiencesAreOrdered(t *testing.T) {
	for _, c := range []struct {
		readers, meant schema.Audience
		want           bool
	}{
		{"public", "public", true}, {"public", "staff", false}, {"public", "team:a", false},
		{"staff", "public", true}, {"staff", "staff", true}, {"staff", "team:a", false},
		{"team:a", "public", true}, {"team:a", "staff", true}, {"team:a", "team:a", true}, {"team:a", "team:b", false},
		{"staff", "", false}, {"staff", "Staff", false}, {"team:", "team:", false}, {"staff", "unreadable", false},
	} {
		if got := mayRead(c.readers, c.meant); got != c.want {
			t.Errorf("mayRead(%q, %q) = %v", c.readers, c.meant, got)
		}
	}
}
