package main

import (
	"fmt"
	"strings"
	"time"
)

// ticket is a made-up incident: the same for Frontdesk and for every program
// that it is compared with.
type ticket struct {
	id, title, state                                    string
	impact, urgency, priority                           string
	service, team, requester, assignee, hold            string
	opened, taken, held, resolved, closed               time.Time // zero where it has not come to that
	description, question, answer, resolution, findings string
}

// rareWord stands in one ticket of rareEvery, and is what text is searched for.
const (
	rareWord  = "kestrel"
	rareEvery = 97
)

// tickets makes n tickets, always the same ones: ticket i does not depend on n.
func tickets(n int) []ticket {
	out := make([]ticket, n)
	for i := range out {
		out[i] = newTicket(i)
	}
	return out
}

// pick returns one of the words for ticket i; salt makes fields vary apart from
// each other.
func pick(i, salt int, words ...string) string {
	x := uint64(i+1)*0x9e3779b97f4a7c15 + uint64(salt)*0xbf58476d1ce4e5b9
	x ^= x >> 31
	x *= 0x94d049bb133111eb
	x ^= x >> 29
	return words[x%uint64(len(words))]
}

func newTicket(i int) ticket {
	t := ticket{
		id:        ticketID(i),
		state:     pick(i, 1, "new", "in-progress", "in-progress", "on-hold", "resolved", "closed", "closed", "closed", "closed", "closed"),
		impact:    pick(i, 2, "high", "medium", "medium", "low", "low"),
		urgency:   pick(i, 3, "high", "medium", "low"),
		service:   pick(i, 4, services()...),
		team:      pick(i, 5, teams()...),
		requester: pick(i, 6, "dana", "omar", "ines", "kofi", "mei", "ruth", "tomas", "yara"),
		opened:    opened(i),
	}
	t.priority = fmt.Sprintf("P%d", 1+strings.Index("high medium low", t.impact)/5+strings.Index("high medium low", t.urgency)/5)
	what := pick(i, 7, "drops every ten minutes", "asks for the password again", "is slow since this morning", "cannot be reached", "prints empty pages", "shows yesterday's figures", "refuses to start", "loses its settings")
	where := pick(i, 8, "Ferry Yard", "the second floor", "the warehouse", "home", "Harbour Street", "the old mill")
	t.title = fmt.Sprintf("%s %s at %s, case %d", t.service, what, where, i)
	t.description = fmt.Sprintf("Since %s the service %s for everybody at %s. It comes back by itself after some\nminutes, and then everything has to be opened again. Desk %d is hit hardest.",
		t.opened.Format("Monday 15:04"), what, where, i%400)
	t.question = "Could you send the log of the client, and say when it happened last?"
	t.answer = pick(i, 9, "It is attached. The client says \"keep-alive timeout\".", "Five minutes ago, while a colleague was signing in.", "I restarted twice, it made no difference.")
	t.findings = pick(i, 10, "- gateway 2 restarts every ten minutes\n- gateway 1 is fine", "- the certificate expires today\n- renewed on one node of three", "- the queue holds 4,000 jobs\n- cleared by hand")
	if i%rareEvery == 0 {
		t.findings += "\n- host " + rareWord + " is full"
	}
	t.proceed(i)
	return t
}

// proceed sets what a ticket has once it has come as far as its state.
func (t *ticket) proceed(i int) {
	if t.state == "new" {
		return
	}
	t.assignee, t.taken = pick(i, 11, "lee", "priya", "sam", "noor"), t.opened.Add(8*time.Minute)
	switch t.state {
	case "on-hold":
		t.hold, t.held = pick(i, 12, "user", "vendor"), t.opened.Add(90*time.Minute)
	case "resolved", "closed":
		t.resolved, t.resolution = t.opened.Add(5*time.Hour), "Restarted the gateway and told the supplier."
	}
	if t.state == "closed" {
		t.closed = t.opened.Add(76 * time.Hour)
	}
}

// opened spreads the tickets over a year.
func opened(i int) time.Time {
	month := time.Date(2025, time.November, 1, 6, 0, 0, 0, time.UTC).AddDate(0, i%12, 0)
	return month.Add(time.Duration(i/12*37%36000) * time.Minute)
}

// ticketID returns an id with the month and letters that look drawn; no two are
// alike below a million.
func ticketID(i int) string {
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	n := (i/12*7919 + 12345) & (1<<20 - 1) // odd factor: one to one
	drawn := make([]byte, 4)
	for k := range drawn {
		drawn[k] = letters[n>>(5*k)&31]
	}
	return fmt.Sprintf("INC-%s-%s", opened(i).Format("0601"), drawn)
}

func services() []string { return []string{"vpn", "mail", "erp", "wifi", "printing", "payroll"} }

func teams() []string { return []string{"network", "workplace", "platform", "service-desk"} }

// isOpen tells whether work on the ticket goes on.
func (t *ticket) isOpen() bool {
	return t.state == "new" || t.state == "in-progress" || t.state == "on-hold"
}

// path returns where Frontdesk keeps the ticket.
func (t *ticket) path() string {
	return "records/incidents/" + t.opened.Format("2006-01") + "/" + t.id + ".md"
}

// record writes the ticket as Frontdesk does.
func (t *ticket) record() string {
	var b strings.Builder
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	at := func(moment time.Time) string {
		if moment.IsZero() {
			return ""
		}
		return moment.Format(time.RFC3339)
	}
	b.WriteString("---\n")
	for _, f := range [][2]string{
		{"id", t.id}, {"title", t.title}, {"state", t.state}, {"requester", t.requester}, {"team", t.team}, {"assignee", t.assignee},
		{"service", t.service}, {"impact", t.impact}, {"urgency", t.urgency}, {"priority", t.priority}, {"hold", t.hold},
		{"opened_at", at(t.opened)}, {"resolved_at", at(t.resolved)}, {"closed_at", at(t.closed)},
	} {
		field(f[0], f[1])
	}
	if t.resolution != "" {
		b.WriteString("resolution_code: fixed\nresolution: " + t.resolution + "\n")
	}
	b.WriteString("log:\n")
	t.writeLog(&b, at)
	fmt.Fprintf(&b, "---\n\n## Description\n\n%s\n\n## Comments\n\n", t.description)
	if !t.taken.IsZero() {
		fmt.Fprintf(&b, "### %s %s\n\n%s\n\n### %s %s\n\n%s\n\n", at(t.taken), t.assignee, t.question, at(t.taken.Add(11*time.Minute)), t.requester, t.answer)
	}
	fmt.Fprintf(&b, "## Work notes\n\n### %s %s\n\n%s\n", at(t.opened.Add(30*time.Minute)), "lee", t.findings)
	return b.String()
}

func (t *ticket) writeLog(b *strings.Builder, at func(time.Time) string) {
	fmt.Fprintf(b, "  - {at: %s, by: %s, state: new, priority: %s, team: %s}\n", at(t.opened), t.requester, t.priority, t.team)
	if !t.taken.IsZero() {
		fmt.Fprintf(b, "  - {at: %s, by: %s, state: in-progress, assignee: %s}\n", at(t.taken), t.assignee, t.assignee)
	}
	if !t.held.IsZero() {
		fmt.Fprintf(b, "  - {at: %s, by: %s, state: on-hold, hold: %s}\n", at(t.held), t.assignee, t.hold)
	}
	if !t.resolved.IsZero() {
		fmt.Fprintf(b, "  - {at: %s, by: %s, state: resolved}\n", at(t.resolved), t.assignee)
	}
	if !t.closed.IsZero() {
		fmt.Fprintf(b, "  - {at: %s, by: %s, state: closed}\n", at(t.closed), t.assignee)
	}
}
