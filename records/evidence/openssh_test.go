package evidence

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"frontdesk/records/git"
	"frontdesk/schema/signers"
)

// keygen runs ssh-keygen.
func keygen(t *testing.T, stdin []byte, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("ssh-keygen", args...)
	cmd.Stdin = bytes.NewReader(stdin)
	cmd.Env = append(os.Environ(), "TZ=UTC", "SSH_AUTH_SOCK=")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// realKey is a key that ssh-keygen made.
type realKey struct {
	file, public string
	signer       ssh.Signer
}

func newRealKey(t *testing.T, args ...string) realKey {
	t.Helper()
	k := realKey{file: filepath.Join(t.TempDir(), "id")}
	if out, err := keygen(t, nil, append([]string{"-q", "-N", "", "-C", "test", "-f", k.file}, args...)...); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	private, err := os.ReadFile(k.file)
	if err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(k.file + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	k.public = strings.Join(strings.Fields(string(public))[:2], " ")
	if k.signer, err = ParseKey(private); err != nil {
		t.Fatal(err)
	}
	return k
}

// sign has ssh-keygen sign a statement.
func (k realKey) sign(t *testing.T, s *Statement, namespace string) Signed {
	t.Helper()
	out := signed(t, s, k.signer)
	file := filepath.Join(t.TempDir(), "statement")
	if err := os.WriteFile(file, out.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := keygen(t, nil, "-q", "-Y", "sign", "-n", namespace, "-f", k.file, file); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	var err error
	if out.Signature, err = os.ReadFile(file + ".sig"); err != nil {
		t.Fatal(err)
	}
	return out
}

// question is what is put to ssh-keygen and to us.
type question struct {
	signers, revoked string
	signed           Signed
	principal        string // that ssh-keygen is asked for
	at               time.Time
}

// theirs returns what ssh-keygen -Y verify says.
func (q question) theirs(t *testing.T, principal string) (string, bool) {
	t.Helper()
	dir := t.TempDir()
	args := []string{"-Y", "verify", "-f", filepath.Join(dir, "signers"), "-I", principal, "-n", signers.Approval, "-s", filepath.Join(dir, "sig"),
		"-Overify-time=" + q.at.UTC().Format("20060102150405")}
	files := map[string]string{"signers": q.signers, "sig": string(q.signed.Signature)}
	if q.revoked != "" {
		files["revoked"] = q.revoked
		args = append(args, "-r", filepath.Join(dir, "revoked"))
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := keygen(t, q.signed.Data, args...)
	return out, err == nil
}

// compare puts a question to both. Where we accept, ssh-keygen must, for the
// principal that we name. Where it accepts, we must, or refuse for the reason that
// is given as stricter. It returns whether we accept.
func (q question) compare(t *testing.T, name, stricter string) bool {
	t.Helper()
	keys, _ := signers.Parse(signers.Files{Signers: []byte(q.signers), Revoked: []byte(q.revoked)})
	v, err := Verify(q.signed, keys, q.at)
	if err == nil {
		if stricter != "" {
			t.Errorf("%s: we are to be stricter and accept", name)
		}
		if said, ok := q.theirs(t, v.Principal); !ok {
			t.Errorf("%s: we accept %s; ssh-keygen says %s", name, v.Principal, said)
		}
		return true
	}
	said, ok := q.theirs(t, q.principal)
	switch {
	case ok && stricter == "":
		t.Errorf("%s: ssh-keygen accepts, and we say %v", name, err)
	case ok && !strings.Contains(err.Error(), stricter):
		t.Errorf("%s: we say %v, not %q", name, err, stricter)
	case !ok && stricter != "":
		t.Errorf("%s: ssh-keygen refuses, too: %s", name, said)
	}
	return false
}

func TestKeysOfEveryKindAreVerifiedAsBySSHKeygen(t *testing.T) {
	other := newRealKey(t, "-t", "ed25519")
	for name, args := range map[string][]string{
		"ed25519": {"-t", "ed25519"}, "ecdsa 256": {"-t", "ecdsa", "-b", "256"}, "ecdsa 384": {"-t", "ecdsa", "-b", "384"}, "ecdsa 521": {"-t", "ecdsa", "-b", "521"},
		"rsa 2048": {"-t", "rsa", "-b", "2048"}, "rsa in PEM": {"-t", "rsa", "-b", "2048", "-m", "PEM"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := newRealKey(t, args...)
			byThem, byUs := key.sign(t, approval(t), signers.Approval), signed(t, approval(t), key.signer)
			for from, s := range map[string]Signed{"ssh-keygen": byThem, "us": byUs} {
				q := question{signers: "lee " + key.public + "\n", signed: s, principal: "lee", at: now}
				if !q.compare(t, name+" signed by "+from, "") {
					t.Errorf("%s signed by %s is refused", name, from)
				}
				changed := q
				changed.signed.Data = bytes.Replace(s.Data, []byte("looks"), []byte("Looks"), 1)
				changed.signed.Path = "approvals/" + fileName("lee", changed.signed.Data)
				changed.compare(t, name+" of other bytes", "")
				wrong := q
				wrong.signers = "lee " + other.public + "\n"
				wrong.compare(t, name+" by another key", "")
			}
			elsewhere := question{signers: "lee " + key.public + "\n", signed: key.sign(t, approval(t), "git"), principal: "lee", at: now}
			elsewhere.compare(t, name+" in another namespace", "")
		})
	}
}

func TestWeakKeysAreRefusedThoughSSHKeygenTakesThem(t *testing.T) {
	key := newRealKey(t, "-t", "rsa", "-b", "1024")
	q := question{signers: "lee " + key.public + "\n", signed: key.sign(t, approval(t), signers.Approval), principal: "lee", at: now}
	q.compare(t, "rsa 1024", "is not in signers")
}

// TestSignersMeanWhatTheyMeanToSSHKeygen puts many files of signers to both.
func TestSignersMeanWhatTheyMeanToSSHKeygen(t *testing.T) {
	key, other := newRealKey(t, "-t", "ed25519"), newRealKey(t, "-t", "ed25519")
	s := key.sign(t, approval(t), signers.Approval)
	const unknown = "is not in signers"
	for _, c := range []struct{ name, text, revoked, stricter string }{
		{name: "the key", text: "lee KEY\n"},
		{name: "no line feed at the end", text: "lee KEY"},
		{name: "a comment behind", text: "lee KEY lee's laptop\n"},
		{name: "a comment above", text: "# lee\n\n  # more\nlee KEY\n"},
		{name: "blanks before, tabs between", text: " \tlee\t KEY\n"},
		{name: "lines of Windows", text: "# x\r\nlee KEY\r\n"},
		{name: "two principals", text: "dana,lee KEY\n"},
		{name: "another principal", text: "dana KEY\n"}, // that the person is the principal is judged above us
		{name: "a principal in capitals", text: "Lee KEY\n"},
		{name: "another's key first", text: "lee OTHER\nlee KEY\n"},
		{name: "another's key", text: "lee OTHER\n"},
		{name: "rubbish first", text: "lee rubbish\nlee ssh-ed25519 AAAA\nlee KEY\n"},
		{name: "nothing", text: ""},
		{name: "its namespace", text: "lee namespaces=\"frontdesk-approval\" KEY\n"},
		{name: "its namespace among others", text: "lee namespaces=\"git,frontdesk-approval,file\" KEY\n"},
		{name: "another namespace", text: "lee namespaces=\"git\" KEY\n"},
		{name: "another namespace first", text: "lee namespaces=\"git\" KEY\nlee namespaces=\"frontdesk-approval\" KEY\n"},
		{name: "an option in capitals", text: "lee NameSpaces=\"frontdesk-approval\" KEY\n"},
		{name: "two options", text: "lee namespaces=\"frontdesk-approval\",valid-after=\"20200101Z\" KEY\n"},
		{name: "no quotes", text: "lee namespaces=frontdesk-approval KEY\n"},
		{name: "one quote", text: "lee namespaces=\"frontdesk-approval KEY\n"},
		{name: "namespaces twice", text: "lee namespaces=\"git\",namespaces=\"frontdesk-approval\" KEY\n"},
		{name: "an unknown option", text: "lee restrict KEY\n"},
		{name: "an option without value", text: "lee namespaces KEY\n"},
		{name: "a comma at the end of options", text: "lee valid-after=\"20200101Z\", KEY\n"},
		{name: "a word between options and key", text: "lee valid-after=\"20200101Z\" x KEY\n"},
		{name: "valid", text: "lee valid-after=\"20261103Z\",valid-before=\"20261104Z\" KEY\n"},
		{name: "valid to the second", text: "lee valid-after=\"20261103115959Z\",valid-before=\"20261103120000Z\" KEY\n"},
		{name: "valid for no time", text: "lee valid-after=\"20261103120000Z\",valid-before=\"20261103120000Z\" KEY\n"},
		{name: "valid from the next second on", text: "lee valid-after=\"20261103120001Z\" KEY\n"},
		{name: "valid up to the second before", text: "lee valid-before=\"20261103115959Z\" KEY\n"},
		{name: "valid from the minute on", text: "lee valid-after=\"202611031200Z\" KEY\n"},
		{name: "valid from the next minute on", text: "lee valid-after=\"202611031201Z\" KEY\n"},
		{name: "a time that is none", text: "lee valid-after=\"yesterday\" KEY\n"},
		{name: "a time of 1970", text: "lee valid-after=\"19700101Z\" KEY\n"},
		{name: "revoked", text: "lee KEY\n", revoked: "KEY\n"},
		{name: "revoked with a comment", text: "lee KEY\n", revoked: "# lost\n\n KEY lee's laptop\n"},
		{name: "another revoked", text: "lee KEY\n", revoked: "OTHER\n"},
		{name: "revoked keys that cannot be read", text: "lee KEY\n", revoked: "OTHER\nrubbish\n"},
		{name: "revoked as a signer", text: "lee KEY\n", revoked: "lee KEY\n"},
		{name: "revoked by fingerprint", text: "lee KEY\n", revoked: "SHA256:0000\n"},
		{name: "an authority", text: "lee cert-authority KEY\n"},

		// Where we are stricter, and why.
		{name: "a pattern of principals", text: "le* KEY\n", stricter: unknown},
		{name: "everybody", text: "* KEY\n", stricter: unknown},
		{name: "everybody but", text: "!dana,lee KEY\n", stricter: unknown},
		{name: "a pattern of namespaces", text: "lee namespaces=\"frontdesk-*\" KEY\n", stricter: unknown},
		{name: "a time of no time zone", text: "lee valid-after=\"20261103\" KEY\n", stricter: unknown},
		{name: "a day that is none", text: "lee valid-after=\"20260230Z\" KEY\n", stricter: unknown},
		{name: "a zone by another name", text: "lee valid-before=\"20271103z\" KEY\n", stricter: unknown},
		{name: "a principal in quotes", text: "\"lee\" KEY\n", stricter: unknown},
		{name: "a principal twice", text: "lee,lee KEY\n", stricter: unknown},
		{name: "a comma too many", text: "lee, KEY\n", stricter: unknown},
	} {
		fill := strings.NewReplacer("KEY", key.public, "OTHER", other.public).Replace
		q := question{signers: fill(c.text), revoked: fill(c.revoked), signed: s, principal: "lee", at: now}
		q.compare(t, c.name, c.stricter)
	}
}

// TestSignersOfManySizesMeanWhatTheyMeanToSSHKeygen is about lines that readers cut.
func TestSignersOfManySizesMeanWhatTheyMeanToSSHKeygen(t *testing.T) {
	key := newRealKey(t, "-t", "ed25519")
	s := key.sign(t, approval(t), signers.Approval)
	long := strings.Repeat("x", 70<<10)
	for _, c := range []struct{ name, text, stricter string }{
		{"a long comment above", "# " + long + "\nlee " + key.public + "\n", ""},
		{"a long comment behind", "lee " + key.public + " " + long + "\n", "is not in signers"},
		{"a long line above", "dana ssh-ed25519 " + long + "\nlee " + key.public + "\n", ""},
		{"a long line that hides one", "dana ssh-ed25519 " + strings.Repeat("x", 64<<10) + "lee " + key.public + "\n", ""},
	} {
		question{signers: c.text, signed: s, principal: "lee", at: now}.compare(t, c.name, c.stricter)
	}
}

func TestWhatGitsKeySignsIsVerified(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	key := newRealKey(t, "-t", "ed25519")
	config := "[gpg]\n\tformat = ssh\n[user]\n\tsigningKey = " + key.file + ".pub\n"
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	repo, err := git.Init(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	s := signed(t, approval(t), key.signer)
	armored, who, err := repo.Sign(t.Context(), NamespaceOf(BySignature), s.Data, "")
	if err != nil {
		t.Fatal(err)
	}
	s.Signature = armored
	v, err := Verify(s, allow(t, "lee "+key.public), now)
	if err != nil || v.Key != who {
		t.Errorf("signed by %s: %+v, %v", who, v, err)
	}
}
