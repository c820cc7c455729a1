package approval

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/evidence"
	"frontdesk/schema"
	"frontdesk/schema/desk"
	"frontdesk/schema/signers"
)

// The types and fields that say who is who.
const (
	personType records.Type = "person"
	teamType   records.Type = "team"

	fieldEmail    = "email"
	fieldEmails   = "emails"
	fieldAccounts = "accounts"
	fieldLeft     = "left_on"
	fieldMembers  = "members"
	fieldLead     = "lead"
)

// The domains of addresses that forges make up for accounts that show none, and
// what stands between number and account in them.
const (
	githubNoReply = "@users.noreply.github.com"
	gitlabNoReply = "@users.noreply.gitlab.com"
)

// People are the persons, teams and roles of the trusted commit. It is safe for
// concurrent use.
type People struct {
	known    map[records.ID]bool
	emails   map[string][]records.ID // by address; more than one person is nobody
	accounts map[string][]records.ID // by forge and account
	teams    map[records.ID][]records.ID
	roles    map[string][]records.ID
	left     map[records.ID]string // last days
	zone     *time.Location
}

// NewPeople makes them of the records of persons and teams, the roles of the desk
// and its signers.
func NewPeople(set *records.Set, d *desk.Desk, s *signers.Signers) *People {
	p := &People{
		known: map[records.ID]bool{}, emails: map[string][]records.ID{}, accounts: map[string][]records.ID{},
		teams: map[records.ID][]records.ID{}, roles: map[string][]records.ID{}, left: map[records.ID]string{},
		zone: time.UTC,
	}
	if set != nil {
		for _, r := range set.All() {
			switch r.Type {
			case personType:
				p.addPerson(r)
			case teamType:
				p.teams[r.ID] = append(p.teams[r.ID], ids(append(r.Get(fieldMembers).Strings(), r.Text(fieldLead)))...)
			}
		}
	}
	if s != nil {
		p.addSigners(s)
	}
	if d != nil {
		p.zone = d.TimeZone
		for role, names := range d.Roles {
			p.roles[role] = ids(names)
		}
	}
	return p
}

func (p *People) addPerson(r *records.Record) {
	if r.ID == "" {
		return
	}
	p.known[r.ID] = true
	for _, address := range append(r.Get(fieldEmails).Strings(), r.Text(fieldEmail)) {
		claim(p.emails, fold(address), r.ID)
	}
	if accounts := r.Get(fieldAccounts); accounts != nil {
		for _, a := range accounts.Pairs {
			for _, account := range a.Value.Strings() {
				claim(p.accounts, accountKey(a.Key, account), r.ID)
			}
		}
	}
	if v := r.Get(fieldLeft); !v.IsNull() {
		p.left[r.ID] = v.String()
	}
}

func claim(m map[string][]records.ID, key string, id records.ID) {
	if key != "" && !slices.Contains(m[key], id) {
		m[key] = append(m[key], id)
	}
}

// addSigners takes note of who may sign. People need no record: an id that has a
// key is a person, too.
func (p *People) addSigners(s *signers.Signers) {
	for _, k := range s.SSH {
		if s.Revoked[k.Fingerprint] || !k.IsFor(signers.Approval) {
			continue
		}
		for _, principal := range k.Principals {
			if isPersonID(records.ID(principal)) {
				p.known[records.ID(principal)] = true
			}
		}
	}
	for id := range s.OpenPGP {
		if isPersonID(id) {
			p.known[id] = true
		}
	}
}

// claimants returns the persons that a principal may mean: several where they
// claim one address.
func (p *People) claimants(principal string) []records.ID {
	if strings.Contains(principal, "@") {
		if id, ok := p.ByEmail(principal); ok {
			return []records.ID{id}
		}
		return p.emails[fold(principal)]
	}
	if p.known[records.ID(principal)] {
		return []records.ID{records.ID(principal)}
	}
	return nil
}

// Known reports whether a person has a record, or a key that may sign approvals.
func (p *People) Known(id records.ID) bool { return p.known[id] }

// All returns the persons who are known, sorted.
func (p *People) All() []records.ID { return slices.Sorted(maps.Keys(p.known)) }

// Team returns the members of a team and its lead; ok is false where the team has
// no record.
func (p *People) Team(id records.ID) (members []records.ID, ok bool) {
	members, ok = p.teams[id]
	return members, ok
}

// Role returns who has a role of desk.yaml; ok is false where it has no such role.
func (p *People) Role(name string) (members []records.ID, ok bool) {
	members, ok = p.roles[name]
	return members, ok
}

// HasLeft reports whether a person's last day is over at a moment, in the desk's
// time zone. A last day that cannot be read is over.
func (p *People) HasLeft(id records.ID, at time.Time) bool {
	last, ok := p.left[id]
	if !ok {
		return false
	}
	day, err := time.ParseInLocation(time.DateOnly, last, p.zone)
	return err != nil || !at.Before(day.AddDate(0, 0, 1))
}

// ByEmail returns the person with a mail address, whatever its letters' case.
// More than one, or none, is not ok. The addresses that GitHub and GitLab make up
// for an account are the account's.
func (p *People) ByEmail(address string) (records.ID, bool) {
	address = fold(address)
	if owners := p.emails[address]; len(owners) > 0 {
		return one(owners)
	}
	if name, ok := strings.CutSuffix(address, githubNoReply); ok {
		return p.ByAccount("github", after(name, "+"))
	}
	if name, ok := strings.CutSuffix(address, gitlabNoReply); ok {
		return p.ByAccount("gitlab", after(name, "-"))
	}
	return "", false
}

// after returns the name of an account without the number before it.
func after(name, sep string) string {
	number, rest, ok := strings.Cut(name, sep)
	if !ok || number == "" || strings.Trim(number, "0123456789") != "" {
		return name
	}
	return rest
}

// ByAccount returns the person with an account on a forge, whatever its letters'
// case. More than one, or none, is not ok.
func (p *People) ByAccount(forge, account string) (records.ID, bool) {
	return one(p.accounts[accountKey(forge, account)])
}

// Signer returns the person whose decision a verified statement proves. Where it
// proves none, reason says why. A person's own signature proves what the person
// decided and nothing of others; an attestor's proves what the owner of an account
// did on a forge.
func (p *People) Signer(v *evidence.Verified) (person records.ID, reason string) {
	switch {
	case v == nil || v.Statement == nil:
		return "", "there is no statement"
	case v.Evidence == evidence.BySignature:
		return p.signer(v)
	case v.Evidence == evidence.ByReview:
		return p.reviewer(v)
	}
	return "", fmt.Sprintf("nobody knows what evidence of kind %s proves", quote(string(v.Evidence)))
}

// signer returns whose a key is. All that signers have it stand for must be that
// one person: otherwise somebody else could have signed.
func (p *People) signer(v *evidence.Verified) (records.ID, string) {
	owners := map[records.ID]bool{}
	for _, principal := range append([]string{v.Principal}, v.Principals...) {
		claimants := p.claimants(principal)
		if len(claimants) == 0 {
			return "", fmt.Sprintf("the key that signed it is that of %s, and no record says who that is: add the address to emails of their person record", quote(principal))
		}
		for _, id := range claimants {
			owners[id] = true
		}
	}
	persons := sortedIDs(owners)
	switch {
	case len(persons) > 1:
		return "", fmt.Sprintf("the key that signed it belongs to %s: a key that persons share counts for nobody", and(persons))
	case persons[0] != v.Person:
		return "", fmt.Sprintf("%s signed it, not %s", persons[0], quote(string(v.Person)))
	}
	return persons[0], ""
}

func (p *People) reviewer(v *evidence.Verified) (records.ID, string) {
	if v.Review == nil {
		return "", "it says nothing of the review that it stands for"
	}
	account := fmt.Sprintf("account %s of %s", quote(v.Review.Account), quote(v.Review.Forge))
	person, ok := p.ByAccount(v.Review.Forge, v.Review.Account)
	switch {
	case !ok:
		return "", fmt.Sprintf("%s belongs to no one person: people's records name it in accounts", account)
	case person != v.Person:
		return "", fmt.Sprintf("%s belongs to %s, not to %s", account, person, quote(string(v.Person)))
	}
	return person, ""
}

func one(ids []records.ID) (records.ID, bool) {
	if len(ids) != 1 {
		return "", false
	}
	return ids[0], true
}

func accountKey(forge, account string) string {
	if forge == "" || account == "" {
		return ""
	}
	return fold(forge) + "\x00" + fold(account)
}

// fold returns a name in lower case. It folds no letter but A to Z: others have
// look-alikes among them.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, strings.TrimSpace(s))
}

// ids returns the persons that texts name, each once. "person/lee" is lee.
func ids(texts []string) []records.ID {
	out := []records.ID{}
	for _, text := range texts {
		typ, id := records.SplitRef(text)
		if id != "" && (typ == "" || typ == personType) && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// isPersonID reports whether a text can be the id of a person who has no record: one
// in lower case, so that Lee and lee are not two.
func isPersonID(id records.ID) bool {
	return (&schema.Type{Name: personType, Scheme: schema.Slug}).CheckID(id) == nil
}
