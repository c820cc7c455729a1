package evidence

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"frontdesk/records/diag"
	"frontdesk/schema/signers"
)

var now = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// testKey returns an Ed25519 key that is the same each time.
func testKey(t testing.TB, seed byte) ssh.Signer {
	t.Helper()
	raw := make([]byte, ed25519.SeedSize)
	raw[0] = seed
	key, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(raw))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func public(key ssh.Signer) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey())))
}

// allow parses lines of signers, which must have no errors.
func allow(t testing.TB, lines ...string) *signers.Signers {
	t.Helper()
	s, ds := signers.Parse(signers.Files{Signers: []byte(strings.Join(lines, "\n"))})
	for _, d := range ds {
		if d.Severity < diag.Error {
			continue
		}
		t.Fatalf("%s:%d: %s", d.Path, d.Span.Start.Line, d.Message)
	}
	return s
}

// approval returns a statement that is well formed.
func approval(t testing.TB) *Statement {
	t.Helper()
	s := &Statement{
		Version: 1, Record: "change/CHG-2611-AB3D", Target: "refs/heads/main", Decision: Approve, Person: "lee", At: "2026-11-03T09:12:00Z",
		Parts: map[string]string{"field:planned_start": "sha256:1", "path:deploy/<web>.yaml": "100644:2"}, Policy: "sha256:" + strings.Repeat("0", 64), Evidence: BySignature, Note: "looks good",
	}
	return covering(t, s)
}

func covering(t testing.TB, s *Statement) *Statement {
	t.Helper()
	var err error
	if s.Covers, err = Digest(s.Parts); err != nil {
		t.Fatal(err)
	}
	return s
}

// signed returns a statement's files.
func signed(t testing.TB, s *Statement, key ssh.Signer) Signed {
	t.Helper()
	data, err := s.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	name, err := s.FileName()
	if err != nil {
		t.Fatal(err)
	}
	sig, err := SignSSH(key, s.Evidence, data)
	if err != nil {
		t.Fatal(err)
	}
	return Signed{Path: "records/changes/2026-11/CHG-2611-AB3D/approvals/" + name, Data: data, Signature: sig}
}

func TestASignedStatementIsVerified(t *testing.T) {
	key := testKey(t, 1)
	v, err := Verify(signed(t, approval(t), key), allow(t, "lee,lee@example.com "+public(key)), now)
	if err != nil {
		t.Fatal(err)
	}
	if v.Principal != "lee" || v.Format != FormatSSH || v.Key != ssh.FingerprintSHA256(key.PublicKey()) || fmt.Sprint(v.Principals) != "[lee lee@example.com]" || v.Record != "change/CHG-2611-AB3D" {
		t.Errorf("got %+v", v)
	}
}

// encoded returns base64 in lines of 64.
func encoded(blob []byte) string {
	text := base64.StdEncoding.EncodeToString(blob)
	var lines []string
	for len(text) > 64 {
		lines, text = append(lines, text[:64]), text[64:]
	}
	return strings.Join(append(lines, text), "\n")
}
