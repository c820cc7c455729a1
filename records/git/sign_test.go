package git

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sshKeyFile makes an SSH key and returns its private file.
func sshKeyFile(t *testing.T, args ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "id")
	if len(args) == 0 {
		args = []string{"-t", "ed25519"}
	}
	if out, err := exec.Command("ssh-keygen", append([]string{"-q", "-N", "", "-C", "dana", "-f", file}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return file
}

// fingerprintOf returns what ssh-keygen calls a key.
func fingerprintOf(t *testing.T, file string) string {
	t.Helper()
	out, err := exec.Command("ssh-keygen", "-l", "-f", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))[1]
}

// own sets a key of the user's own configuration.
func own(t *testing.T, r *Repo, key, value string) {
	t.Helper()
	mustRun(t, r, "config", "--global", key, value)
}

// checkSSH has ssh-keygen itself look at a signature.
func checkSSH(t *testing.T, data, armored []byte, key string) {
	t.Helper()
	dir := t.TempDir()
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"signers": append([]byte("dana "), public...), "sig": armored} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("ssh-keygen", "-Y", "verify", "-f", filepath.Join(dir, "signers"), "-I", "dana", "-n", "frontdesk-approval", "-s", filepath.Join(dir, "sig"))
	cmd.Stdin = bytes.NewReader(data)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("ssh-keygen says %s", out)
	}
}

func TestSignUsesTheSSHKeyOfTheUser(t *testing.T) {
	r, ctx, data := newRepo(t), context.Background(), []byte("{}\n")
	home := os.Getenv("HOME")
	key := sshKeyFile(t)
	if err := os.Symlink(key+".pub", filepath.Join(home, "id.pub")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(key, filepath.Join(home, "id")); err != nil {
		t.Fatal(err)
	}
	other := sshKeyFile(t)
	for name, c := range map[string]struct{ format, configured, override, want string }{
		"a private key": {"ssh", key, "", key},
		"a public key with the private one beside":  {"ssh", key + ".pub", "", key},
		"a key below the home folder":               {"ssh", "~/id.pub", "", key},
		"a key that was asked for":                  {"ssh", key, other, other},
		"a file is an SSH key, whatever the format": {"openpgp", "", other + ".pub", other},
		"in a format that is refused, too":          {"x509", "", other, other},
	} {
		own(t, r, "gpg.format", c.format)
		own(t, r, "user.signingkey", c.configured)
		armored, who, err := r.Sign(ctx, "frontdesk-approval", data, c.override)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if who != fingerprintOf(t, c.want) {
			t.Errorf("%s: signed by %s", name, who)
		}
		checkSSH(t, data, armored, c.want)
	}
}

func TestSignUsesAKeyThatAnAgentHolds(t *testing.T) {
	r, ctx, data := newRepo(t), context.Background(), []byte("{}\n")
	key := sshKeyFile(t)
	dir, err := os.MkdirTemp("", "fd") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	agent := exec.Command("ssh-agent", "-D", "-a", socket)
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = agent.Process.Kill()
		_ = agent.Wait()
		_ = os.RemoveAll(dir)
	})
	t.Setenv("SSH_AUTH_SOCK", socket)
	added := false
	for range 500 { // until it listens
		if added = exec.Command("ssh-add", "-q", key).Run() == nil; added {
			break
		}
	}
	public, err := os.ReadFile(key + ".pub")
	if err != nil || !added {
		t.Fatalf("%v, %v", added, err)
	}
	own(t, r, "gpg.format", "ssh")
	for _, prefix := range []string{"key::", ""} {
		own(t, r, "user.signingkey", prefix+strings.TrimSpace(string(public)))
		armored, who, err := r.Sign(ctx, "frontdesk-approval", data, "")
		if err != nil || who != fingerprintOf(t, key) {
			t.Fatalf("%q: %s, %v", prefix, who, err)
		}
		checkSSH(t, data, armored, key)
	}
	own(t, r, "user.signingkey", "key::ssh-ed25519 AAAA")
	if _, _, err := r.Sign(ctx, "frontdesk-approval", data, ""); err == nil {
		t.Error("a key that is none signs")
	}
}

func TestSignSaysWhatToTypeWhereNoKeyIsConfigured(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	for name, c := range map[string]struct {
		set  map[string]string
		want error
		said string
	}{
		"nothing at all":          {nil, ErrNoSigningKey, "git config --global user.signingkey ~/.ssh/id_ed25519.pub"},
		"a format, and no key":    {map[string]string{"gpg.format": "ssh"}, ErrNoSigningKey, "git config --global gpg.format ssh"},
		"certificates":            {map[string]string{"gpg.format": "x509"}, ErrX509, "git config --global gpg.format ssh"},
		"an unknown format":       {map[string]string{"gpg.format": "pgp"}, nil, `gpg.format "pgp" is not one of ssh, openpgp`},
		"a relative key":          {map[string]string{"gpg.format": "ssh", "user.signingkey": "id.pub"}, nil, "write the whole path"},
		"a key that is not there": {map[string]string{"gpg.format": "ssh", "user.signingkey": "/nowhere/id.pub"}, nil, "ssh-keygen: Couldn't load"},
		"no such program":         {map[string]string{"gpg.format": "ssh", "user.signingkey": "/x", "gpg.ssh.program": "no-such-program"}, nil, "no-such-program is not installed"},
		"a relative program":      {map[string]string{"gpg.format": "ssh", "user.signingkey": "/x", "gpg.ssh.program": "./sign"}, nil, "no whole path"},
		"an address without gpg":  {map[string]string{"user.email": "dana@example.com", "gpg.program": "no-such-gpg"}, ErrNoSigningKey, "dana@example.com"},
	} {
		if err := os.WriteFile(filepath.Join(os.Getenv("HOME"), ".gitconfig"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		for key, value := range c.set {
			own(t, r, key, value)
		}
		_, _, err := r.Sign(ctx, "frontdesk-approval", []byte("x"), "")
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.said) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestARepositoryCannotHaveItsProgramsOrKeysUsed guards against a repository that
// somebody else made: its configuration, and that of its work tree, name programs
// which touch a canary, and a key.
func TestARepositoryCannotHaveItsProgramsOrKeysUsed(t *testing.T) {
	r, ctx, data := newRepo(t), context.Background(), []byte("{}\n")
	canary := filepath.Join(t.TempDir(), "canary")
	write(t, r, "trap", "#!/bin/sh\ntouch '"+canary+"'\nexec ssh-keygen \"$@\"\n")
	write(t, r, "ssh-keygen", "#!/bin/sh\ntouch '"+canary+"'\n")
	write(t, r, "gpg", "#!/bin/sh\ntouch '"+canary+"'\n")
	for _, name := range []string{"trap", "ssh-keygen", "gpg"} {
		if err := os.Chmod(filepath.Join(r.Dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	trap, theirs, mine := filepath.Join(r.Dir, "trap"), sshKeyFile(t), sshKeyFile(t)
	write(t, r, "included", "[gpg]\n\tformat = ssh\n[gpg \"ssh\"]\n\tprogram = "+trap+"\n")
	mustRun(t, r, "config", "extensions.worktreeConfig", "true")
	mustRun(t, r, "config", "include.path", filepath.Join(r.Dir, "included"))
	for _, scope := range []string{"--local", "--worktree"} {
		for key, value := range map[string]string{
			"gpg.program": trap, "gpg.ssh.program": trap, "gpg.openpgp.program": trap, "gpg.x509.program": trap, "gpg.format": "ssh",
			"user.signingkey": theirs, "gpg.ssh.defaultKeyCommand": trap, "gpg.ssh.allowedSignersFile": trap, "gpg.ssh.revocationFile": trap,
		} {
			mustRun(t, r, "config", scope, key, value)
		}
	}
	t.Chdir(r.Dir)
	t.Setenv("PATH", "."+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("GNUPGHOME", t.TempDir())
	if err := os.WriteFile(filepath.Join(os.Getenv("HOME"), ".gitconfig"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := r.Sign(ctx, "frontdesk-approval", data, "")
	if !errors.Is(err, ErrNoSigningKey) || !strings.Contains(err.Error(), "of the repository's own configuration is not used") {
		t.Errorf("with no key of the user's: %v", err)
	}
	own(t, r, "gpg.format", "ssh")
	own(t, r, "user.signingkey", mine)
	armored, who, err := r.Sign(ctx, "frontdesk-approval", data, "")
	if err == nil && who != fingerprintOf(t, mine) {
		t.Errorf("signed by %s", who)
	}
	if err == nil {
		checkSSH(t, data, armored, mine)
	} else if !strings.Contains(err.Error(), "is not installed") { // a dot in PATH finds the repository's program: refused
		t.Error(err)
	}
	own(t, r, "gpg.format", "openpgp")
	own(t, r, "user.signingkey", "dana@example.com")
	if _, _, err := r.Sign(ctx, "frontdesk-approval", data, ""); err == nil {
		t.Error("signed with a key that is not there")
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("what the repository names was run")
	}
}

func TestProgramsOfTheUserAndTheCommandLineAreUsed(t *testing.T) {
	r, ctx, data := newRepo(t), context.Background(), []byte("{}\n")
	key, ran := sshKeyFile(t), filepath.Join(t.TempDir(), "ran")
	program := filepath.Join(t.TempDir(), "signer")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$0\" >> '"+ran+"'\nexec ssh-keygen \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	own(t, r, "gpg.format", "ssh")
	own(t, r, "gpg.ssh.program", program)
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "user.signingKey")
	t.Setenv("GIT_CONFIG_VALUE_0", key)
	r, err := Open(r.Dir) // as a program is started with them
	if err != nil {
		t.Fatal(err)
	}
	armored, _, err := r.Sign(ctx, "frontdesk-approval", data, "")
	if err != nil {
		t.Fatal(err)
	}
	checkSSH(t, data, armored, key)
	if _, err := os.Stat(ran); err != nil {
		t.Error("the user's own program was not used")
	}
}

func TestAKeyWithAPassphraseFailsWhereThereIsNobodyToAsk(t *testing.T) {
	r := newRepo(t)
	if tty, _ := terminal(); tty != nil {
		_ = tty.Close()
		t.Log("there is a terminal, on which it would be asked for")
		return
	}
	own(t, r, "gpg.format", "ssh")
	own(t, r, "user.signingkey", sshKeyFile(t, "-t", "ed25519", "-N", "secret"))
	if _, _, err := r.Sign(context.Background(), "frontdesk-approval", []byte("x"), ""); err == nil || !strings.Contains(err.Error(), "passphrase") {
		t.Errorf("got %v", err)
	}
}

func TestArmorIsHandedOverWithoutWhatNobodySigns(t *testing.T) {
	const want = "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n=BBBB\n-----END PGP SIGNATURE-----\n"
	for _, armored := range []string{want, strings.ReplaceAll(want, "\n", "\r\n"), strings.Replace(want, "\n", "\nVersion: 1\nComment: hello\n", 1)} {
		if got := string(withoutHeaders(withoutCR([]byte(armored)))); got != want {
			t.Errorf("%q became %q", armored, got)
		}
	}
	for _, bad := range []string{"", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n", "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAf////8=\n-----END SSH SIGNATURE-----\n"} {
		if who, err := sshSigner([]byte(bad)); err == nil {
			t.Errorf("%q is by %s", bad, who)
		}
	}
}
