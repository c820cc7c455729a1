package approval

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/evidence"
	"frontdesk/schema/desk"
	"frontdesk/schema/signers"
)

func testPeople(t *testing.T, s *signers.Signers) *People {
	t.Helper()
	return NewPeople(baseSet(t), desk.Default(), s)
}

func TestWhoseAnAddressIs(t *testing.T) {
	p := testPeople(t, nil)
	for _, c := range []struct {
		name, address string
		want          records.ID
	}{
		{"theFirstOne", "dana@example.com", "dana"},
		{"aFurtherOneInAnyCase", "dana.ITO@Example.org", "dana"},
		{"withBlanks", " dana@example.com ", "dana"},
		{"twoPersonsClaimIt", "shared@example.com", ""},
		{"nobodyHasIt", "zoe@example.com", ""},
		{"empty", "", ""},
		{"aLookAlike", "\u212Aim@example.com", ""}, // the Kelvin sign
		{"githubsOwnWithNumber", "123+kim@users.noreply.github.com", "kim"},
		{"githubsOwn", "bo-codes@users.noreply.github.com", "bo"},
		{"gitlabsOwn", "123-bo@users.noreply.gitlab.com", "bo"},
		{"ofAnAccountNobodyHas", "1+zoe@users.noreply.github.com", ""},
		{"noNumberBeforeThePlus", "x+kim@users.noreply.github.com", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := p.ByEmail(c.address); got != c.want || ok != (c.want != "") {
				t.Errorf("%q is %q, %v", c.address, got, ok)
			}
		})
	}
}

func TestWhoseAnAccountIs(t *testing.T) {
	p := testPeople(t, nil)
	for _, c := range []struct {
		forge, account string
		want           records.ID
	}{
		{"github", "bo-codes", "bo"}, {"GitHub", "BO-CODES", "bo"}, {"gitlab", "bo", "bo"},
		{"github", "bo", ""}, {"gitea", "bo", ""}, {"", "", ""}, {"github", "", ""}, {"", "kim", ""},
	} {
		if got, ok := p.ByAccount(c.forge, c.account); got != c.want || ok != (c.want != "") {
			t.Errorf("%s of %s is %q, %v", c.account, c.forge, got, ok)
		}
	}
	set := records.NewSet([]*records.Record{
		newRecord(t, "person/a: {accounts: {github: x}}", ""), newRecord(t, "person/b: {accounts: {github: [y, X]}}", ""),
	})
	p = NewPeople(set, nil, nil)
	if got, ok := p.ByAccount("github", "x"); ok {
		t.Errorf("an account that two persons claim is %q's", got)
	}
	if got, ok := p.ByAccount("github", "y"); !ok || got != "b" {
		t.Errorf("the second account of a person is %q's", got)
	}
}

func TestWhoLeft(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	d := desk.Default()
	d.TimeZone = berlin
	set := records.NewSet([]*records.Record{
		newRecord(t, "person/max: {left_on: 2026-11-20}", ""), newRecord(t, "person/odd: {left_on: soon}", ""),
		newRecord(t, "person/list: {left_on: [2030-01-01]}", ""), newRecord(t, "person/none: {left_on: null}", ""),
	})
	p := NewPeople(set, d, nil)
	for _, c := range []struct {
		id   records.ID
		at   string
		want bool
	}{
		{"max", "2026-11-20T22:59:59Z", false}, {"max", "2026-11-20T23:00:00Z", true},
		{"odd", "2020-01-01T00:00:00Z", true}, {"list", "2020-01-01T00:00:00Z", true},
		{"none", "2099-01-01T00:00:00Z", false}, {"zoe", "2099-01-01T00:00:00Z", false},
	} {
		at, _ := records.ParseTime(c.at)
		if got := p.HasLeft(c.id, at); got != c.want {
			t.Errorf("%s has left at %s: %v", c.id, c.at, got)
		}
	}
}

func TestSigners(t *testing.T) {
	key := func(fingerprint string, principals ...string) signers.Key {
		return signers.Key{Fingerprint: fingerprint, Principals: principals}
	}
	attestor := key("SHA256:ci", "ci")
	attestor.Namespaces = []string{signers.Attestation}
	gone := key("SHA256:gone", "pat")
	attested := key("SHA256:ci2", "ci")
	attested.Namespaces = []string{signers.Attestation}
	keys := &signers.Signers{
		SSH: []signers.Key{
			key("SHA256:kim", "kim", "kim@example.com"), key("SHA256:kim2", "kim@example.com"), key("SHA256:new", "eva"), key("SHA256:Lee", "Lee"),
			key("SHA256:both", "kim", "lee@example.com"), key("SHA256:split", "bo"), key("SHA256:split", "ann"),
			key("SHA256:shared", "shared@example.com"), key("SHA256:far", "zoe@example.net"), attestor, gone,
			key("SHA256:half", "kim", "zoe@example.net"), key("SHA256:ci2", "kim"), attested,
		},
		OpenPGP: map[records.ID][]byte{"pgp": nil},
		Revoked: map[string]bool{"SHA256:gone": true},
	}
	p := testPeople(t, keys)
	for id, want := range map[records.ID]bool{"kim": true, "eva": true, "pgp": true, "ci": false, "pat": false, "Lee": false, "zoe@example.net": false} {
		if p.Known(id) != want {
			t.Errorf("%s is known: %v", id, !want)
		}
	}
	for _, c := range []struct {
		name, key, principal string
		person               records.ID
		want                 records.ID
		reason               string
	}{
		{"byId", "SHA256:kim", "kim", "kim", "kim", ""},
		{"byMail", "SHA256:kim2", "kim@example.com", "kim", "kim", ""},
		{"withoutRecord", "SHA256:new", "eva", "eva", "eva", ""},
		{"aValidSignatureByTheWrongPerson", "SHA256:kim", "kim", "lee", "", `kim signed it, not "lee"`},
		{"aKeyThatTwoShareOnOneLine", "SHA256:both", "kim", "kim", "", "belongs to kim and lee: a key that persons share counts for nobody"},
		{"aKeyThatIsAlsoSomebodysNobodyKnows", "SHA256:half", "kim", "kim", "", `is that of "zoe@example.net", and no record says who that is`},
		{"aKeyThatIsAlsoAnAttestors", "SHA256:ci2", "kim", "kim", "", `is that of "ci"`},
		{"aKeyThatTwoShareOnTwoLines", "SHA256:split", "bo", "bo", "", "belongs to ann and bo"},
		{"anAddressThatTwoClaim", "SHA256:shared", "shared@example.com", "lee", "", "belongs to lee and max"},
		{"anAddressNobodyHas", "SHA256:far", "zoe@example.net", "zoe", "", `is that of "zoe@example.net", and no record says who that is: add the address to emails`},
		{"anIdInAnotherCase", "SHA256:Lee", "Lee", "lee", "", `is that of "Lee"`},
		{"anAttestorIsNoPerson", "SHA256:ci", "ci", "ci", "", `is that of "ci"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, reason := p.Signer(&evidence.Verified{
				Statement: &evidence.Statement{Person: c.person, Evidence: evidence.BySignature}, Principal: c.principal, Principals: keys.Principals(c.key), Key: c.key,
			})
			if got != c.want || (reason == "") != (c.reason == "") || !strings.Contains(reason, c.reason) {
				t.Errorf("%q, %q", got, reason)
			}
		})
	}
}

func TestAttestedReviews(t *testing.T) {
	p := testPeople(t, nil)
	for _, c := range []struct {
		name   string
		person records.ID
		review *evidence.Review
		reason string
	}{
		{"ofTheAccountsOwner", "kim", &evidence.Review{Forge: "github", Account: "KIM"}, ""},
		{"ofAnotherPerson", "lee", &evidence.Review{Forge: "github", Account: "kim"}, `account "kim" of "github" belongs to kim, not to "lee"`},
		{"ofAnAccountNobodyHas", "kim", &evidence.Review{Forge: "gitea", Account: "kim"}, "belongs to no one person"},
		{"ofNothing", "kim", nil, "it says nothing of the review"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, reason := p.Signer(&evidence.Verified{Statement: &evidence.Statement{Person: c.person, Evidence: evidence.ByReview, Review: c.review}, Principal: "ci"})
			if (got == c.person) != (c.reason == "") || !strings.Contains(reason, c.reason) {
				t.Errorf("%q, %q", got, reason)
			}
		})
	}
	if _, reason := p.Signer(&evidence.Verified{Statement: &evidence.Statement{Person: "kim", Evidence: "word of mouth"}}); reason == "" {
		t.Error("evidence of an unknown kind proves something")
	}
	if _, reason := p.Signer(nil); reason == "" {
		t.Error("nothing proves something")
	}
}

func TestTeamsAndRoles(t *testing.T) {
	d := desk.Default()
	d.Roles = map[string][]string{"managers": {"kim", "person/lee", "kim", ""}}
	set := records.NewSet([]*records.Record{newRecord(t, "team/network: {members: [person/kim, lee, team/other], lead: lee}", "")})
	p := NewPeople(set, d, nil)
	if got, ok := p.Role("managers"); !ok || !slices.Equal(got, []records.ID{"kim", "lee"}) {
		t.Errorf("managers are %q", got)
	}
	if got, ok := p.Team("network"); !ok || !slices.Equal(got, []records.ID{"kim", "lee"}) {
		t.Errorf("network is %q", got)
	}
	if _, ok := p.Role("kings"); ok {
		t.Error("there is a role of kings")
	}
	if _, ok := p.Team("sales"); ok {
		t.Error("there is a team sales")
	}
}
