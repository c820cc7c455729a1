package evidence

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/git"
	"frontdesk/schema/signers"
)

// gnupg is a GnuPG of its own.
type gnupg struct {
	t    *testing.T
	home string
}

func newGnuPG(t *testing.T) *gnupg {
	t.Helper()
	home, err := os.MkdirTemp("", "gpg") // the path of its agent's socket must be short
	if err != nil {
		t.Fatal(err)
	}
	g := &gnupg{t: t, home: home}
	t.Cleanup(func() {
		end := exec.Command("gpgconf", "--kill", "all")
		end.Env = append(os.Environ(), "GNUPGHOME="+home)
		_ = end.Run()
		_ = os.RemoveAll(home)
	})
	return g
}

func (g *gnupg) try(stdin []byte, args ...string) ([]byte, error) {
	cmd := exec.Command("gpg", append([]string{"--batch", "--quiet", "--no-tty", "--yes", "--pinentry-mode", "loopback", "--passphrase", ""}, args...)...)
	cmd.Env = append(os.Environ(), "GNUPGHOME="+g.home)
	cmd.Stdin = bytes.NewReader(stdin)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		g.t.Logf("gpg %v: %s", args, said.String())
	}
	return out, err
}

func (g *gnupg) run(stdin []byte, args ...string) []byte {
	g.t.Helper()
	out, err := g.try(stdin, args...)
	if err != nil {
		g.t.Fatalf("gpg %v: %v", args, err)
	}
	return out
}

var fingerprintLine = regexp.MustCompile(`(?m)^fpr:+([0-9A-F]{40}):$`)

// key makes a key that signs and returns its fingerprint.
func (g *gnupg) key(user string, more ...string) string {
	g.t.Helper()
	if len(more) == 0 {
		more = []string{"ed25519", "sign", "never"}
	}
	g.run(nil, append([]string{"--quick-generate-key", user}, more...)...)
	return g.prints(user)[0]
}

// prints returns the fingerprints of a key and of its subkeys.
func (g *gnupg) prints(user string) []string {
	g.t.Helper()
	var all []string
	for _, m := range fingerprintLine.FindAllStringSubmatch(string(g.run(nil, "--with-colons", "--with-subkey-fingerprints", "--list-keys", user)), -1) {
		all = append(all, m[1])
	}
	return all
}

func (g *gnupg) export(user string) []byte {
	g.t.Helper()
	return g.run(nil, "--armor", "--export", user)
}

// sign has gpg sign a statement.
func (g *gnupg) sign(s *Statement, args ...string) Signed {
	g.t.Helper()
	out := signed(g.t, s, testKey(g.t, 9))
	out.Signature = g.run(out.Data, append([]string{"--armor", "--detach-sign"}, args...)...)
	return out
}

// openPGPSigners parses signers.d.
func openPGPSigners(t *testing.T, revoked string, keys map[records.ID][]byte) *signers.Signers {
	t.Helper()
	files := signers.Files{Revoked: []byte(revoked), OpenPGP: map[string][]byte{}}
	for person, armored := range keys {
		files.OpenPGP[string(person)+".asc"] = armored
	}
	s, ds := signers.Parse(files)
	if len(ds) > 0 {
		t.Fatalf("%+v", ds)
	}
	return s
}

// TestOpenPGPSignatures does everything with one GnuPG: keys take their time.
func TestOpenPGPSignatures(t *testing.T) {
	g := newGnuPG(t)
	lee, dana := g.key("Lee <lee@example.com>"), g.key("Dana <dana@example.com>")
	keys := map[records.ID][]byte{"lee": g.export("lee@"), "dana": g.export("dana@")}
	all := openPGPSigners(t, "", keys)
	at := time.Now().Add(time.Minute)
	s := g.sign(approval(t), "-u", "lee@")
	v, err := Verify(s, all, at)
	if err != nil || v.Principal != "lee" || v.Format != FormatOpenPGP || v.Key != lee || strings.Join(v.Principals, " ") != "lee" {
		t.Fatalf("%+v, %v", v, err)
	}
	t.Run("of another person", func(t *testing.T) {
		s := g.sign(approval(t), "-u", "dana@")
		if v, err := Verify(s, all, at); err != nil || v.Principal != "dana" || v.Person != "lee" || v.Key != dana {
			t.Errorf("%+v, %v", v, err) // that this is not lee is judged above us
		}
		fails(t, "with no such key", s, openPGPSigners(t, "", map[records.ID][]byte{"lee": keys["lee"]}), at, "is in no file of signers.d")
	})
	t.Run("of a key of two persons", func(t *testing.T) {
		both := openPGPSigners(t, "", map[records.ID][]byte{"lee": keys["lee"], "dana": append(bytes.Clone(keys["lee"]), '\n'), "ann": keys["dana"]})
		if v, err := Verify(s, both, at); err != nil || v.Principal != "lee" || strings.Join(v.Principals, " ") != "dana lee" {
			t.Errorf("%+v, %v", v, err)
		}
	})
	t.Run("attests no review", func(t *testing.T) {
		fails(t, "a review", g.sign(review(t), "-u", "lee@"), all, at, "only an SSH signature can attest a review")
	})
	t.Run("revoked here", func(t *testing.T) {
		for _, how := range []string{lee, strings.ToLower(lee), lee[:4] + " " + lee[4:]} {
			fails(t, how, s, openPGPSigners(t, "# lost\n"+how+"\n", keys), at, "is revoked")
		}
		if _, err := Verify(s, openPGPSigners(t, dana, keys), at); err != nil {
			t.Errorf("another revoked: %v", err)
		}
	})
	t.Run("the time is the observer's", func(t *testing.T) {
		fails(t, "before the key was made", s, all, at.AddDate(-1, 0, 0), "cannot sign at")
	})
	t.Run("malformed", func(t *testing.T) { malformedOpenPGP(t, g, s, all, at) })
	t.Run("mutated", func(t *testing.T) { mutatedOpenPGP(t, s, all, at) })
	t.Run("weak", func(t *testing.T) {
		for _, hash := range []string{"SHA1", "RIPEMD160"} {
			weak := g.sign(approval(t), "-u", "lee@", "--allow-weak-digest-algos", "--digest-algo", hash)
			fails(t, hash, weak, all, at, "hash")
		}
	})
	t.Run("of git's key", func(t *testing.T) { gitsOpenPGPKey(t, g, lee, all, at) })
	t.Run("revoked by its owner", func(t *testing.T) {
		certificate, err := os.ReadFile(filepath.Join(g.home, "openpgp-revocs.d", lee+".rev"))
		if err != nil {
			t.Fatal(err)
		}
		g.run(bytes.Replace(certificate, []byte(":-----"), []byte("-----"), 1), "--import")
		fails(t, "afterwards", s, openPGPSigners(t, "", map[records.ID][]byte{"lee": g.export("lee@")}), at, "cannot sign at")
	})
}

func malformedOpenPGP(t *testing.T, g *gnupg, s Signed, all *signers.Signers, at time.Time) {
	text := string(s.Signature)
	two := g.sign(approval(t), "-u", "lee@", "-u", "dana@")
	inText := g.run(s.Data, "--armor", "--detach-sign", "--textmode", "-u", "lee@")
	for name, c := range map[string]struct{ sig, want string }{
		"two signatures in one armor": {string(two.Signature), "more than one"},
		"two armors":                  {text + text, "line"},
		"something after it":          {text + "x", "does not end with"},
		"something before it":         {"x\n" + text, "neither"},
		"a header":                    {strings.Replace(text, "\n", "\nComment: hello\n", 1), "its armor has headers"},
		"no empty line":               {strings.Replace(text, "\n\n", "\n", 1), "its armor has headers"},
		"a wrong checksum":            {regexp.MustCompile(`(?m)^=....$`).ReplaceAllString(text, "=AAAA"), "checksum"},
		"a signed text":               {string(g.run(s.Data, "--clearsign", "-u", "lee@")), "neither"},
		"a signed message":            {string(g.run(s.Data, "--armor", "--sign", "-u", "lee@")), "neither"},
		"a message named a signature": {strings.ReplaceAll(string(g.run(s.Data, "--armor", "--sign", "-u", "lee@")), "PGP MESSAGE", "PGP SIGNATURE"), "it"},
		"a key named a signature":     {strings.ReplaceAll(string(all.OpenPGP["lee"])+"\n", "PGP PUBLIC KEY BLOCK", "PGP SIGNATURE"), "more than one signature, or something else"},
		"a signature of text":         {string(inText), "a signature of text or of a key"},
		"SSH's armor":                 {strings.Replace(strings.ReplaceAll(text, "PGP SIGNATURE", "SSH SIGNATURE"), "\n\n", "\n", 1), "not whole base64"},
		"nothing within":              {"-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n", "not whole base64"},
		"of no bytes":                 {"-----BEGIN PGP SIGNATURE-----\n\n=twTO\n-----END PGP SIGNATURE-----\n", "not whole base64"},
	} {
		changed := s
		changed.Signature = []byte(c.sig)
		fails(t, name, changed, all, at, c.want)
	}
	short := s
	short.Signature = regexp.MustCompile(`(?m)^=....\n`).ReplaceAll(s.Signature, nil)
	if _, err := Verify(short, all, at); err != nil {
		t.Errorf("without checksum: %v", err)
	}
}

// mutatedOpenPGP flips each bit of a statement, of its signature's armor and of the
// bytes within. What is not signed of an OpenPGP signature may change; the verdict
// must not.
func mutatedOpenPGP(t *testing.T, s Signed, all *signers.Signers, at time.Time) {
	v := NewVerifier(all)
	flip := func(what string, whole []byte, try func(changed []byte) Signed) {
		for i := range whole {
			for bit := range 8 {
				changed := bytes.Clone(whole)
				changed[i] ^= 1 << bit
				got, err := v.Verify(try(changed), at)
				if err == nil && (what != "blob" || got.Principal != "lee" || got.Key == "") {
					t.Errorf("%s, byte %d, bit %d: accepted as by %s", what, i, bit, got.Principal)
				}
			}
		}
	}
	flip("statement", s.Data, func(b []byte) Signed {
		return Signed{Path: fileName("lee", b), Data: b, Signature: s.Signature}
	})
	flip("armor", s.Signature, func(b []byte) Signed { return Signed{Path: s.Path, Data: s.Data, Signature: b} })
	_, blob, err := unarmor(s.Signature)
	if err != nil {
		t.Fatal(err)
	}
	flip("blob", blob, func(b []byte) Signed {
		return Signed{Path: s.Path, Data: s.Data, Signature: armorOf(b)}
	})
}

func armorOf(blob []byte) []byte {
	return []byte("-----BEGIN PGP SIGNATURE-----\n\n" + encoded(blob) + "\n-----END PGP SIGNATURE-----\n")
}

// gitsOpenPGPKey signs with what git would sign with.
func gitsOpenPGPKey(t *testing.T, g *gnupg, print string, all *signers.Signers, at time.Time) {
	home := t.TempDir()
	for key, value := range map[string]string{"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GNUPGHOME": g.home} {
		t.Setenv(key, value)
	}
	repo, err := git.Init(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	s := signed(t, approval(t), testKey(t, 9))
	if err := os.WriteFile(filepath.Join(g.home, "gpg.conf"), []byte("comment hello\nemit-version\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ config, override string }{
		"by mail address": {"[user]\n\temail = lee@example.com\n", ""},
		"by fingerprint":  {"[user]\n\tsigningKey = " + print + "\n[gpg]\n\tformat = openpgp\n", ""},
		"as asked for":    {"[user]\n\tsigningKey = dana@example.com\n", print},
	} {
		if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(c.config), 0o600); err != nil {
			t.Fatal(err)
		}
		armored, who, err := repo.Sign(t.Context(), NamespaceOf(BySignature), s.Data, c.override)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s.Signature = armored
		if v, err := Verify(s, all, at); err != nil || v.Principal != "lee" || who != print {
			t.Errorf("%s: by %s: %+v, %v", name, who, v, err)
		}
	}
	if _, _, err := repo.Sign(t.Context(), NamespaceOf(BySignature), s.Data, "nobody@example.com"); err == nil || !strings.Contains(err.Error(), "gpg: ") {
		t.Errorf("by nobody: %v", err)
	}
}

// findings writes what CheckKeys finds as "rule severity", with commas between.
func findings(keys *signers.Signers, at time.Time) string {
	var all []string
	for _, d := range CheckKeys(keys, at) {
		all = append(all, string(d.Rule)+" "+d.Severity.String())
	}
	return strings.Join(all, ",")
}

func TestOpenPGPKeysExpireAndHaveSubkeys(t *testing.T) {
	g := newGnuPG(t)
	print := g.key("Lee <lee@example.com>", "ed25519", "cert", "1y")
	g.run(nil, "--quick-add-key", print, "ed25519", "sign", "30d")
	sub := g.prints("lee@")[1]
	keys := map[records.ID][]byte{"lee": g.export("lee@")}
	all, at := openPGPSigners(t, "", keys), time.Now().Add(time.Minute)
	s := g.sign(approval(t), "-u", "lee@")
	if v, err := Verify(s, all, at); err != nil || v.Key != print {
		t.Errorf("by a subkey: %+v, %v", v, err)
	}
	fails(t, "a subkey that expired since", s, all, at.AddDate(0, 0, 31), "cannot sign at")
	fails(t, "a key that expired since", s, all, at.AddDate(1, 1, 0), "cannot sign at")
	fails(t, "a revoked subkey", s, openPGPSigners(t, sub, keys), at, "the key "+sub+" is revoked")
	fails(t, "a subkey of a revoked key", s, openPGPSigners(t, print, keys), at, "the key "+print+" is revoked")
	for _, c := range []struct {
		keys *signers.Signers
		at   time.Time
		want string
	}{
		{all, at, ""}, {all, at.AddDate(0, 0, 31), "signers/key warning"},
		{openPGPSigners(t, print, keys), at, "signers/key warning,signers/revoked warning"},
	} {
		if got := findings(c.keys, c.at); got != c.want {
			t.Errorf("at %s got %s, want %s", c.at, got, c.want)
		}
	}
}

func TestOpenPGPKeysOfWeakKindsAreRefused(t *testing.T) {
	g := newGnuPG(t)
	at := time.Now().Add(time.Minute)
	for user, algo := range map[string]string{"short@example.com": "rsa1024", "dsa@example.com": "dsa2048", "coin@example.com": "secp256k1"} {
		g.key(user, algo, "sign", "never")
		s := g.sign(approval(t), "-u", user, "--digest-algo", "SHA256")
		keys := openPGPSigners(t, "", map[records.ID][]byte{"lee": g.export(user)})
		fails(t, algo, s, keys, at, "cannot sign at")
		if got := findings(keys, at); got != "signers/key warning" {
			t.Errorf("of %s is said %q", algo, got)
		}
	}
}

func TestOpenPGPKeysThatCannotBeReadAreToldOf(t *testing.T) {
	keys := openPGPSigners(t, "", map[records.ID][]byte{"lee": []byte("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n")})
	s := signed(t, approval(t), testKey(t, 1))
	s.Signature = armorOf([]byte{0x88, 0x75, 0x04})
	fails(t, "half a signature", s, keys, now, "it")
	if got := findings(keys, now); got != "signers/key error" {
		t.Errorf("of it is said %q", got)
	}
}
