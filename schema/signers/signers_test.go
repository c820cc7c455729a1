package signers

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"frontdesk/records/diag"
)

// edKey returns the public key of a seed, as a line of signers has it.
func edKey(seed byte) string {
	raw := make([]byte, ed25519.SeedSize)
	raw[0] = seed
	return lineOf(ed25519.NewKeyFromSeed(raw).Public())
}

func lineOf(public any) string {
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// told writes diagnostics as "path:line rule severity".
func told(ds []diag.Diagnostic) string {
	var lines []string
	for _, d := range ds {
		lines = append(lines, fmt.Sprintf("%s:%d %s %s", d.Path, d.Span.Start.Line, d.Rule, d.Severity))
	}
	return strings.Join(lines, "\n")
}

func day(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestALineSaysWhoWhatForAndSinceWhen(t *testing.T) {
	s, ds := Parse(Files{Signers: []byte("# The desk's signers.\n\n" +
		"lee,lee@example.com " + edKey(1) + " lee's laptop\r\n" +
		"\tci-bot  namespaces=\"frontdesk-attestation\",Valid-After=\"20261103Z\",valid-before=\"20271103091200Z\"\t " + edKey(2) + "\n")})
	if len(ds) > 0 || len(s.SSH) != 2 || s.Refusal != "" {
		t.Fatalf("%+v\n%s", s, told(ds))
	}
	lee, ci := s.SSH[0], s.SSH[1]
	if fmt.Sprint(lee.Principals) != "[lee lee@example.com]" || lee.Namespaces != nil || lee.Line != 3 || !strings.HasPrefix(lee.Fingerprint, "SHA256:") || len(lee.Wire) != 51 {
		t.Errorf("%+v", lee)
	}
	if fmt.Sprint(ci.Principals, ci.Namespaces) != "[ci-bot] [frontdesk-attestation]" || ci.Line != 4 || !ci.ValidAfter.Equal(day("2026-11-03T00:00:00Z")) || !ci.ValidBefore.Equal(day("2027-11-03T09:12:00Z")) {
		t.Errorf("%+v", ci)
	}
	if !lee.IsFor(Approval) || lee.IsFor(Attestation) || ci.IsFor(Approval) || !ci.IsFor(Attestation) {
		t.Error("namespaces are mixed up")
	}
	for at, want := range map[string]bool{"2026-11-02T23:59:59Z": false, "2026-11-03T00:00:00Z": true, "2027-11-03T09:12:00Z": true, "2027-11-03T09:12:01Z": false} {
		if ci.IsValid(day(at)) != want || !lee.IsValid(day(at)) {
			t.Errorf("at %s valid is %v", at, ci.IsValid(day(at)))
		}
	}
	if !ci.IsValid(day("2027-11-03T09:12:00Z").Add(time.Millisecond)) {
		t.Error("a part of a second counts")
	}
}

func TestLinesThatCannotBeUnderstoodGiveNobodyAnything(t *testing.T) {
	key := edKey(1)
	kind, encoded, _ := strings.Cut(key, " ")
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, line string
		rule       diag.RuleID
		said       string
	}{
		{"no key", "lee", RuleKey, "there is no key"},
		{"no principal", key, RuleOption, "option"},
		{"no base64", "lee ssh-ed25519 %%%", RuleKey, "no key in base64"},
		{"nothing behind the kind", "lee ssh-ed25519", RuleKey, "no key in base64"},
		{"half a key", "lee ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA", RuleKey, "cannot be read"},
		{"a key of another kind than it says", "lee ssh-rsa " + encoded, RuleKey, `the line says "ssh-rsa", and its key is ssh-ed25519`},
		{"trailing bits", "lee " + kind + " " + encoded[:len(encoded)-1] + "=", RuleKey, "key"},
		{"a short RSA key", "lee " + lineOf(&short.PublicKey), RuleKey, "an RSA key of 1024 bits is too weak"},
		{"a certificate's kind", "lee ssh-ed25519-cert-v01@openssh.com " + encoded, RuleKey, `the line says "ssh-ed25519-cert-v01@openssh.com"`},
		{"a certificate", "lee " + certificate(t), RuleKey, "keys of the kind ssh-ed25519-cert-v01@openssh.com are not accepted"},
		{"a pattern", "*@example.com " + key, RulePrincipal, `principal "*@example.com" is a pattern`},
		{"a question mark", "le? " + key, RulePrincipal, "is a pattern"},
		{"a negation", "!lee,dana " + key, RulePrincipal, "is a pattern"},
		{"an empty principal", "lee,,dana " + key, RulePrincipal, "a principal is missing between commas"},
		{"a principal twice", "lee,lee " + key, RulePrincipal, "stands twice"},
		{"a principal in quotes", `"lee" ` + key, RulePrincipal, "holds a quote"},
		{"a long principal", strings.Repeat("x", 255) + " " + key, RulePrincipal, "too long"},
		{"an authority", "lee cert-authority " + key, RuleOption, "certificates are not accepted"},
		{"an authority among options", `lee namespaces="x",Cert-Authority ` + key, RuleOption, "certificates are not accepted"},
		{"an unknown option", "lee no-touch-required " + key, RuleOption, `option "no-touch-required" is not one of`},
		{"an unknown option with a value", `lee from="*" ` + key, RuleOption, `option "from" is not one of`},
		{"an option without value", "lee namespaces " + key, RuleOption, `write namespaces="…"`},
		{"a value without quotes", "lee namespaces=git " + key, RuleOption, `write namespaces="…"`},
		{"a quote that does not end", `lee namespaces="git ` + key, RuleOption, `write namespaces="…"`},
		{"rubbish behind a value", `lee namespaces="git"x ` + key, RuleOption, `"x" follows the option namespaces`},
		{"an option twice", `lee namespaces="a",namespaces="b" ` + key, RuleOption, "stands twice"},
		{"a comma at the end", `lee namespaces="a", ` + key, RuleOption, `option "" is not one of`},
		{"no namespace", `lee namespaces="" ` + key, RuleOption, "a namespace is missing"},
		{"a pattern of namespaces", `lee namespaces="frontdesk-*" ` + key, RuleOption, "is a pattern"},
		{"a namespace with a space", `lee namespaces="a b" ` + key, RuleOption, "or space"},
		{"a local time", `lee valid-after="20261103" ` + key, RuleOption, "write 20261103Z"},
		{"no time", `lee valid-after="soon" ` + key, RuleOption, `"soon" is no time`},
		{"no such day", `lee valid-after="20260230Z" ` + key, RuleOption, "is no time"},
		{"an hour", `lee valid-after="2026110309Z" ` + key, RuleOption, "is no time"},
		{"a time before there was time", `lee valid-after="19700101Z" ` + key, RuleOption, "is no time"},
		{"never valid", `lee valid-after="20261103Z",valid-before="20261102Z" ` + key, RuleOption, "never valid"},
		{"a zero byte", "lee\x00 " + key, RuleLine, "control characters"},
		{"an escape", "lee " + key + " \x1b[31m", RuleLine, "control characters"},
		{"a carriage return", "lee\rdana " + key, RuleLine, "control characters"},
		{"what is turned round", "lee " + key + " \u202e", RuleLine, "control characters"},
		{"no UTF-8", "lee\xff " + key, RuleLine, "UTF-8"},
		{"a BOM", "\ufefflee " + key, RuleLine, "control characters"},
		{"a line without end", "lee " + key + " " + strings.Repeat("x", MaxLine), RuleLine, "at most 65536 are read"},
	} {
		s, ds := Parse(Files{Signers: []byte("# x\n" + c.line + "\ndana " + edKey(9) + "\n")})
		if len(s.SSH) != 1 || s.SSH[0].Principals[0] != "dana" || s.SSH[0].Line != 3 {
			t.Errorf("%s: %+v", c.name, s.SSH)
		}
		if len(ds) != 1 || ds[0].Rule != c.rule || ds[0].Severity != diag.Error || ds[0].Span.Start.Line != 2 || ds[0].Path != FileName || !strings.Contains(ds[0].Message, c.said) {
			t.Errorf("%s: %s %+v", c.name, told(ds), ds)
		}
		if len(ds) > 0 && len(ds[0].Message) > 300 {
			t.Errorf("%s: a message of %d bytes", c.name, len(ds[0].Message))
		}
	}
}

// certificate returns a key that another signed.
func certificate(t *testing.T) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert := &ssh.Certificate{Key: signer.PublicKey(), CertType: ssh.UserCert, KeyId: "lee", ValidPrincipals: []string{"lee"}, ValidBefore: ssh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, signer); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(cert)))
}

func TestKeysOfEveryAcceptedKindAreRead(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sk := ssh.Marshal(struct {
		Kind        string
		Key         []byte
		Application string
	}{ssh.KeyAlgoSKED25519, bytes.Repeat([]byte{7}, ed25519.PublicKeySize), "ssh:"})
	for _, key := range []string{edKey(1), lineOf(&ec.PublicKey), lineOf(&long.PublicKey), ssh.KeyAlgoSKED25519 + " " + base64.StdEncoding.EncodeToString(sk)} {
		if s, ds := Parse(Files{Signers: []byte("lee " + key)}); len(s.SSH) != 1 || len(ds) > 0 {
			t.Errorf("%.40s: %s", key, told(ds))
		}
	}
}

func TestDSAKeysAreRefusedAndCanBeRevoked(t *testing.T) {
	wire := ssh.Marshal(struct {
		Kind       string
		P, Q, G, Y *big.Int
	}{"ssh-dss", new(big.Int).Lsh(big.NewInt(1), 1023), new(big.Int).Lsh(big.NewInt(1), 159), big.NewInt(5), big.NewInt(7)})
	line := "ssh-dss " + base64.StdEncoding.EncodeToString(wire)
	s, ds := Parse(Files{Signers: []byte("lee " + line), Revoked: []byte(line)})
	if len(s.SSH) != 0 || len(ds) != 1 || !strings.Contains(ds[0].Message, "keys of the kind ssh-dss are not accepted") || len(s.Revoked) != 1 || s.Refusal != "" {
		t.Errorf("%+v, %+v", s, ds)
	}
}

func TestTheSameLineTwiceAndSharedKeysAreToldOf(t *testing.T) {
	one, two := edKey(1), edKey(2)
	s, ds := Parse(Files{
		Signers: []byte("lee " + one + "\nlee " + one + " again\nlee valid-before=\"20300101Z\" " + one + "\nlee namespaces=\"git\" " + one + "\ndana " + one + "\nkim " + two + "\n"),
		Revoked: []byte(two),
	})
	want := "signers:2 signers/duplicate error\nsigners:3 signers/duplicate error\nsigners:5 signers/shared-key warning\nsigners:6 signers/revoked warning"
	if got := told(ds); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	print := s.SSH[0].Fingerprint
	if got := strings.Join(s.Principals(print), " "); got != "dana lee" || len(s.Lines(print)) != 3 || s.Principals("SHA256:x") != nil {
		t.Errorf("principals are %s", got)
	}
}

func TestRevokedKeysThatCannotBeReadStopEverything(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"none": {"", true}, "comments": {"# none yet\n\n", true}, "a key": {edKey(1) + " comment", true}, "lines of Windows": {edKey(1) + "\r\n", true},
		"a fingerprint of OpenPGP": {"0123 4567 89ab cdef 0123  4567 89AB CDEF 0123 4567", true}, "one of version 6": {strings.Repeat("0a", 32), true},
		"a word": {"lee", false}, "a signer": {"lee " + edKey(1), false}, "a fingerprint of SSH": {"SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", false},
		"a short id": {"0123456789ABCDEF", false}, "39 digits": {strings.Repeat("a", 39), false}, "half a key": {"ssh-ed25519 AAAAC3", false},
		"a control character": {edKey(1) + "\x00", false}, "a long line": {edKey(1) + strings.Repeat(" x", MaxLine), false}, "a large file": {strings.Repeat("#\n", MaxFile), false},
	} {
		s, ds := Parse(Files{Revoked: []byte(c.text)})
		if ok := s.Refusal == "" && len(ds) == 0; ok != c.ok {
			t.Errorf("%s: %q, %s", name, s.Refusal, told(ds))
		}
		if diag.Count(ds, diag.Error) == 0 && !c.ok {
			t.Errorf("%s is not told of", name)
		}
	}
	s, _ := Parse(Files{Revoked: []byte("0123 4567 89ab cdef 0123  4567 89AB CDEF 0123 4567\n" + edKey(1))})
	if !s.Revoked["0123456789ABCDEF0123456789ABCDEF01234567"] || len(s.Revoked) != 2 {
		t.Errorf("revoked are %v", s.Revoked)
	}
}

func TestFilesThatAreTooLargeGiveNobodyAnything(t *testing.T) {
	s, ds := Parse(Files{Signers: []byte("lee " + edKey(1) + "\n" + strings.Repeat("# x\n", MaxFile/4))})
	if len(s.SSH) > 0 || told(ds) != "signers:0 signers/file error" {
		t.Errorf("%+v %s", s.SSH, told(ds))
	}
	s, ds = Parse(Files{Signers: []byte(strings.Repeat("x y\n", MaxKeys+5))})
	if len(s.SSH) > 0 || len(ds) != MaxKeys+1 || ds[MaxKeys].Rule != RuleFile {
		t.Errorf("%d findings", len(ds))
	}
}

func TestOpenPGPKeysAreTakenInByPerson(t *testing.T) {
	const block = beginKeys + "\n\nmDME\n=abcd\n" + endKeys
	s, ds := Parse(Files{OpenPGP: map[string][]byte{
		"lee.asc": []byte(block), "dana.asc": []byte("\n" + block + "\n"), "kim.gpg": []byte(block), ".asc": []byte(block), "a b.asc": []byte(block), "..asc": []byte(block),
		"bin.asc": {0x99, 0x01}, "two.asc": []byte(block + "\n" + block), "none.asc": nil, "sig.asc": []byte(strings.ReplaceAll(block, "PUBLIC KEY BLOCK", "SIGNATURE")),
		"private.asc": []byte(strings.ReplaceAll(block, "PUBLIC", "PRIVATE")), "text.asc": []byte("hello\n" + block), "large.asc": []byte(block + strings.Repeat("x", MaxKeyFile)),
	}})
	if len(s.OpenPGP) != 2 || string(s.OpenPGP["lee"]) != block || string(s.OpenPGP["dana"]) != block {
		t.Errorf("got %v", s.OpenPGP)
	}
	want := "signers.d/..asc:0 signers/file error\nsigners.d/.asc:0 signers/file error\nsigners.d/a b.asc:0 signers/file error\nsigners.d/bin.asc:0 signers/key error\nsigners.d/kim.gpg:0 signers/file error\n" +
		"signers.d/large.asc:0 signers/file error\nsigners.d/none.asc:0 signers/key error\nsigners.d/private.asc:0 signers/key error\nsigners.d/sig.asc:0 signers/key error\nsigners.d/text.asc:0 signers/key error\nsigners.d/two.asc:0 signers/key error"
	if got := told(ds); got != want {
		t.Errorf("got\n%s", got)
	}
}

// FuzzParse looks for files that crash, and for lines that give what they must not.
func FuzzParse(f *testing.F) {
	f.Add([]byte("lee,dana namespaces=\"frontdesk-approval\",valid-after=\"20261103Z\" "+edKey(1)+" x\n# y\n"), []byte(edKey(2)), []byte(beginKeys+"\n"+endKeys))
	f.Add([]byte("lee cert-authority "+edKey(1)+"\r\n* "+edKey(2)), []byte("0123456789ABCDEF0123456789ABCDEF01234567"), []byte(""))
	f.Fuzz(func(t *testing.T, text, revoked, armored []byte) {
		s, ds := Parse(Files{Signers: text, Revoked: revoked, OpenPGP: map[string][]byte{"lee.asc": armored}})
		if bad := s.Refusal != ""; bad && diag.Count(ds, diag.Error) == 0 {
			t.Error("nothing counts, and nothing says why")
		}
		for _, k := range s.SSH {
			if len(k.Principals) == 0 || k.Namespaces != nil && len(k.Namespaces) == 0 || k.Line < 1 || k.Line > bytes.Count(text, []byte("\n"))+1 {
				t.Errorf("%+v", k)
			}
			for _, name := range append(append([]string{}, k.Principals...), k.Namespaces...) {
				if name == "" || name[0] == '!' || strings.ContainsAny(name, "*?\" \t\r\n\x00") {
					t.Errorf("%q", name)
				}
			}
		}
		for _, d := range ds {
			if d.Message == "" || d.Path == "" || len(d.Message) > 600 {
				t.Errorf("%+v", d)
			}
		}
	})
}
