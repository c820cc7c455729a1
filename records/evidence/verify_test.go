package evidence

import (
	"bytes"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"frontdesk/schema/signers"
)

// fails checks that a statement is refused for a reason.
func fails(t *testing.T, name string, s Signed, keys *signers.Signers, at time.Time, want string) {
	t.Helper()
	if v, err := Verify(s, keys, at); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: got %+v, %v; want %q", name, v, err, want)
	}
}

func TestAKeyCountsForWhatItsLineSaysAlone(t *testing.T) {
	key, other := testKey(t, 1), testKey(t, 2)
	s, r := signed(t, approval(t), key), signed(t, review(t), key)
	for _, c := range []struct {
		name  string
		line  string
		s     Signed
		wants string // "" where it is to be accepted
	}{
		{"its own line", "lee " + public(key), s, ""},
		{"named for approvals", `lee namespaces="git,frontdesk-approval" ` + public(key), s, ""},
		{"another's line", "lee " + public(other), s, "is not in signers"},
		{"no line", "", s, "is not in signers"},
		{"named for commits", `lee namespaces="git" ` + public(key), s, "may not sign in the namespace frontdesk-approval"},
		{"named for attestations", `ci namespaces="frontdesk-attestation" ` + public(key), s, "may not sign in the namespace frontdesk-approval"},
		{"valid by now", `lee valid-after="20261103120000Z" ` + public(key), s, ""},
		{"valid later", `lee valid-after="20261103120001Z" ` + public(key), s, "is not valid at 2026-11-03T12:00:00Z"},
		{"valid still", `lee valid-before="20261103120000Z" ` + public(key), s, ""},
		{"valid before, when it claims to have been made", `lee valid-before="20261103115959Z" ` + public(key), s, "is not valid at 2026-11-03T12:00:00Z"},
		{"an attestor's", `ci namespaces="frontdesk-attestation" ` + public(key), r, ""},
		{"an attestor's whose line does not say so", "ci " + public(key), r, "may not sign in the namespace frontdesk-attestation"},
		{"a person's that attests", `lee namespaces="frontdesk-approval" ` + public(key), r, "may not sign in the namespace frontdesk-attestation"},
	} {
		keys := allow(t, c.line)
		if c.wants != "" {
			fails(t, c.name, c.s, keys, now, c.wants)
		} else if _, err := Verify(c.s, keys, now); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestTheNamespaceIsThatOfTheEvidence(t *testing.T) {
	key := testKey(t, 1)
	keys := allow(t, `lee namespaces="frontdesk-approval,frontdesk-attestation,git" `+public(key))
	for _, c := range []struct {
		s    *Statement
		kind Kind
		want string
	}{
		{approval(t), ByReview, `it is for the namespace "frontdesk-attestation", not frontdesk-approval`},
		{review(t), BySignature, `it is for the namespace "frontdesk-approval", not frontdesk-attestation`},
	} {
		s := signed(t, c.s, key)
		var err error
		if s.Signature, err = SignSSH(key, c.kind, s.Data); err != nil {
			t.Fatal(err)
		}
		fails(t, "signed as "+string(c.kind), s, keys, now, c.want)
	}
	s := signed(t, approval(t), key)
	sig, err := sshsig.Sign(bytes.NewReader(s.Data), key, sshsig.HashSHA512, "git")
	if err != nil {
		t.Fatal(err)
	}
	s.Signature = sshsig.Armor(sig)
	fails(t, "signed as a commit", s, keys, now, `it is for the namespace "git"`)
}

func TestARevokedKeyNeverCounts(t *testing.T) {
	key, other := testKey(t, 1), testKey(t, 2)
	s, line := signed(t, approval(t), key), "lee "+public(key)+"\n"
	for name, c := range map[string]struct{ revoked, want string }{
		"itself":           {"# lost\n" + public(key) + " lee's laptop\n", "is revoked"},
		"another":          {public(other), ""},
		"a line misspelt":  {"ssh-ed25519 AAAA\n", "signers.revoked has errors, so that no key can be trusted"},
		"one not by SSH":   {"0123456789ABCDEF0123456789ABCDEF01234567", ""},
		"its fingerprint":  {ssh.FingerprintSHA256(key.PublicKey()), "signers.revoked has errors"},
		"more than a file": {strings.Repeat("#\n", signers.MaxFile), "signers.revoked has errors"},
	} {
		keys, _ := signers.Parse(signers.Files{Signers: []byte(line), Revoked: []byte(c.revoked)})
		if c.want != "" {
			fails(t, name, s, keys, now, c.want)
			fails(t, name+", years ago", s, keys, now.AddDate(-5, 0, 0), c.want)
		} else if _, err := Verify(s, keys, now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAKeyOfSeveralPrincipalsIsToldOf(t *testing.T) {
	key := testKey(t, 1)
	s := signed(t, approval(t), key)
	for _, c := range []struct{ lines, principal, all string }{
		{"dana,lee " + public(key), "lee", "dana lee"},
		{"dana " + public(key) + "\nlee@example.com,lee " + public(key), "lee", "dana lee lee@example.com"},
		{"dana " + public(key), "dana", "dana"},
		{`dana valid-before="20200101Z" ` + public(key) + "\nlee " + public(key), "lee", "dana lee"},
		{"dana " + public(key) + "\n" + `lee valid-before="20200101Z" ` + public(key), "dana", "dana lee"},
		{`ci namespaces="frontdesk-attestation" ` + public(key) + "\nlee " + public(key), "lee", "ci lee"},
	} {
		v, err := Verify(s, allow(t, c.lines), now)
		if err != nil || v.Principal != c.principal || strings.Join(v.Principals, " ") != c.all {
			t.Errorf("%s\ngot %+v, %v", c.lines, v, err)
		}
	}
}

// rearm puts a changed signature into its armor again.
func rearm(t *testing.T, armored []byte, change func(b []byte) []byte) []byte {
	t.Helper()
	b, _ := pem.Decode(armored)
	if b == nil {
		t.Fatalf("no armor: %s", armored)
	}
	return pem.EncodeToMemory(&pem.Block{Type: b.Type, Bytes: change(b.Bytes)})
}

func TestASignatureIsOneArmoredBlockAndNothingElse(t *testing.T) {
	key := testKey(t, 1)
	s, keys := signed(t, approval(t), key), allow(t, "lee "+public(key))
	text := string(s.Signature)
	for name, c := range map[string]struct{ sig, want string }{
		"none":                      {"", "there is no signature"},
		"a line feed":               {"\n", "neither an armored SSH signature"},
		"something before it":       {"x\n" + text, "neither an armored SSH signature"},
		"an empty line before it":   {"\n" + text, "neither an armored SSH signature"},
		"a space before it":         {" " + text, "neither an armored SSH signature"},
		"something after it":        {text + "x\n", "does not end with"},
		"an empty line after it":    {text + "\n", "does not end with"},
		"two of them":               {text + text, "not whole base64"},
		"carriage returns":          {strings.ReplaceAll(text, "\n", "\r\n"), "neither an armored SSH signature"},
		"an empty line in it":       {strings.Replace(text, "\n", "\n\n", 2), "an empty line"},
		"a header":                  {strings.Replace(text, "\n", "\nComment: x\n\n", 1), "an empty line"},
		"no end":                    {strings.Split(text, "-----END")[0], "does not end with"},
		"nothing within":            {"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n", "not whole base64"},
		"the first line alone":      {"-----BEGIN SSH SIGNATURE-----", "does not end with"},
		"a private key":             {strings.ReplaceAll(text, "SSH SIGNATURE", "OPENSSH PRIVATE KEY"), "neither an armored SSH signature"},
		"the end of another":        {strings.Replace(text, "END SSH", "END PGP", 1), "does not end with"},
		"SSH's in OpenPGP's armor":  {strings.Replace(strings.ReplaceAll(text, "SSH SIGNATURE", "PGP SIGNATURE"), "\n", "\n\n", 1), "cannot be read"},
		"base64 of the web":         {strings.Replace(text, "U1NI", "U1N_", 1), "not whole base64"},
		"more than is read":         {text + strings.Repeat("x", MaxSignature), "at most 16384 are read"},
		"bytes after the signature": {string(rearm(t, s.Signature, func(b []byte) []byte { return append(b, 0) })), "it"},
		"half of it":                {string(rearm(t, s.Signature, func(b []byte) []byte { return b[:len(b)/2] })), "cannot be read"},
		"another version":           {string(rearm(t, s.Signature, func(b []byte) []byte { b[9] = 2; return b })), "cannot be read"},
		"not SSHSIG":                {string(rearm(t, s.Signature, func(b []byte) []byte { b[0] = 'X'; return b })), "cannot be read"},
	} {
		changed := s
		changed.Signature = []byte(c.sig)
		fails(t, name, changed, keys, now, c.want)
	}
	for name, sig := range map[string]string{"no line feed at the end": strings.TrimSuffix(text, "\n"), "lines of another length": relined(text)} {
		changed := s
		changed.Signature = []byte(sig)
		if _, err := Verify(changed, keys, now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// relined writes an armor with lines of 70 characters, as ssh-keygen does.
func relined(text string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	body := strings.Join(lines[1:len(lines)-1], "")
	out := lines[0] + "\n"
	for len(body) > 70 {
		out, body = out+body[:70]+"\n", body[70:]
	}
	return out + body + "\n" + lines[len(lines)-1] + "\n"
}

// TestEveryFlippedBitIsSeen flips each bit of a statement and of its signature.
func TestEveryFlippedBitIsSeen(t *testing.T) {
	key := testKey(t, 1)
	s := signed(t, approval(t), key)
	v := NewVerifier(allow(t, "lee "+public(key)))
	if _, err := v.Verify(s, now); err != nil {
		t.Fatal(err)
	}
	for _, part := range []*[]byte{&s.Data, &s.Signature} {
		whole := *part
		for i := range whole {
			for bit := range 8 {
				*part = bytes.Clone(whole)
				(*part)[i] ^= 1 << bit
				// Even under the name that belongs to it.
				named := s
				named.Path = "approvals/" + fileName("lee", s.Data)
				if _, err := v.Verify(named, now); err == nil {
					t.Errorf("byte %d, bit %d: %q is accepted", i, bit, *part)
				}
			}
			*part = append(bytes.Clone(whole[:i]), whole[i+1:]...)
			named := s
			named.Path = "approvals/" + fileName("lee", s.Data)
			_, err := v.Verify(named, now)
			layout := part == &s.Signature && whole[i] == '\n' // where lines end is nobody's matter
			if err == nil && !layout {
				t.Errorf("without byte %d: %q is accepted", i, *part)
			}
		}
		*part = whole
	}
}

func TestASignatureByAnotherKeyThatNamesOursIsRefused(t *testing.T) {
	ours, theirs := testKey(t, 1), testKey(t, 2)
	s := signed(t, approval(t), theirs)
	sig, err := sshsig.Unarmor(s.Signature)
	if err != nil {
		t.Fatal(err)
	}
	sig.PublicKey = ours.PublicKey()
	s.Signature = sshsig.Armor(sig)
	fails(t, "a key exchanged", s, allow(t, "lee "+public(ours)), now, "it is not one of these bytes by")
}

func TestASignatureOfAnotherStatementIsRefused(t *testing.T) {
	key := testKey(t, 1)
	keys := allow(t, "lee "+public(key))
	a, changed := signed(t, approval(t), key), approval(t)
	changed.Target = "refs/heads/release"
	b := signed(t, changed, key)
	a.Signature = b.Signature
	fails(t, "a signature of another target", a, keys, now, "it is not one of these bytes by")
}

func TestSigningWithAKeyOfEd25519GivesTheSameBytes(t *testing.T) {
	a, b := signed(t, approval(t), testKey(t, 1)), signed(t, approval(t), testKey(t, 1))
	if !bytes.Equal(a.Signature, b.Signature) {
		t.Error("two signatures of the same differ")
	}
}

func TestNoKeysVerifyNothing(t *testing.T) {
	s := signed(t, approval(t), testKey(t, 1))
	fails(t, "nil", s, nil, now, "is not in signers")
	fails(t, "none", s, &signers.Signers{}, now, "is not in signers")
}
