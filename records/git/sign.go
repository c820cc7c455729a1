package git

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"frontdesk/records/lazy"
)

var (
	// ErrNoSigningKey is returned by Sign where git knows no key to sign with.
	ErrNoSigningKey = errors.New("no signing key is configured; name one with " +
		"git config --global gpg.format ssh; git config --global user.signingkey ~/.ssh/id_ed25519.pub")
	// ErrX509 is returned by Sign where git signs with X.509 certificates.
	ErrX509 = errors.New("gpg.format is x509, and only SSH and OpenPGP signatures are accepted; " +
		"git config --global gpg.format ssh; git config --global user.signingkey ~/.ssh/id_ed25519.pub")
)

// maxSignature is how much of a signing program's output is read.
const maxSignature = 64 << 10

// signing is the user's configuration of signatures.
type signing struct {
	format, key, email string
	ssh, openpgp       string // programs
	ignored            string // the first setting of the repository's own that was passed over
}

// Sign signs data as the user signs commits: with the key that user.signingKey
// names, an SSH or an OpenPGP one as gpg.format says, in the namespace where the
// signature is SSH's. keyOverride, unless it is "", is used instead of
// user.signingKey; the file of a key is one of SSH, whatever gpg.format says. It
// returns the armored signature, and whose it is: "SHA256:…" of an SSH key, the
// fingerprint of an OpenPGP one.
//
// Programs and keys are taken from the user's and the system's configuration and
// the command line. What the repository's own says of them is passed over: it may
// be somebody else's, and would have a program run, or a key used, unasked.
// A passphrase is asked for on the terminal, where there is one.
func (r *Repo) Sign(ctx context.Context, namespace string, data []byte, keyOverride string) (armored []byte, who string, err error) {
	s, err := r.signing(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("sign: %w", err)
	}
	if isSSHKey(keyOverride) {
		s.format = "ssh"
	}
	switch s.format {
	case "ssh":
		armored, who, err = s.signSSH(ctx, namespace, data, keyOverride)
	case "openpgp":
		armored, who, err = s.signOpenPGP(ctx, data, keyOverride)
	case "x509":
		err = ErrX509
	default:
		err = fmt.Errorf("gpg.format %q is not one of ssh, openpgp", s.format)
	}
	if err != nil && s.ignored != "" {
		err = fmt.Errorf("%w (%s of the repository's own configuration is not used: only what stands in your own, git config --global)", err, s.ignored)
	}
	if err != nil {
		return nil, "", fmt.Errorf("sign: %w", err)
	}
	return armored, who, nil
}

// signing reads the configuration. A later entry replaces an earlier one, as
// everywhere in git.
func (r *Repo) signing(ctx context.Context) (signing, error) {
	s := signing{format: "openpgp", ssh: "ssh-keygen", openpgp: "gpg"}
	cmd := r.command(ctx, "config", "--null", "--show-scope", "--type=path", "--get-regexp", `^(gpg\.format|gpg\.program|gpg\.(ssh|openpgp)\.program|user\.(signingkey|email))$`)
	out, err := run(ctx, cmd, "config")
	if failed := (*Error)(nil); errors.As(err, &failed) && failed.Stderr == "" {
		return s, nil // nothing is set
	}
	if err != nil {
		return s, err
	}
	fields := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		key, value, _ := strings.Cut(fields[i+1], "\n")
		if !slices.Contains([]string{"system", "global", "command"}, fields[i]) {
			if s.ignored == "" && key != "user.email" {
				s.ignored = key
			}
			continue
		}
		s.set(key, value)
	}
	return s, nil
}

func (s *signing) set(key, value string) {
	switch key {
	case "gpg.format":
		s.format = value
	case "user.signingkey":
		s.key = value
	case "user.email":
		s.email = value
	case "gpg.program", "gpg.openpgp.program":
		s.openpgp = value
	case "gpg.ssh.program":
		s.ssh = value
	}
}

// signSSH signs with ssh-keygen. The data is handed over in a file: where its
// input is no terminal ssh-keygen asks for no passphrase.
func (s *signing) signSSH(ctx context.Context, namespace string, data []byte, override string) ([]byte, string, error) {
	dir, file, remove, err := putAside(data)
	if err != nil {
		return nil, "", err
	}
	defer remove()
	key, err := s.sshKey(dir, override)
	if err != nil {
		return nil, "", err
	}
	if _, _, err := runSigner(ctx, dir, s.ssh, "-Y", "sign", "-n", namespace, "-f", key, file); err != nil {
		return nil, "", err
	}
	f, err := os.Open(file + ".sig")
	if err != nil {
		return nil, "", fmt.Errorf("%s wrote no signature", filepath.Base(s.ssh))
	}
	defer f.Close()
	armored, err := io.ReadAll(io.LimitReader(f, maxSignature))
	if err != nil {
		return nil, "", err
	}
	who, err := sshSigner(armored)
	return withoutCR(armored), who, err
}

// isSSHKey reports whether a key that the user named is one of SSH: given itself,
// or as a file. OpenPGP keys are named by ids and addresses.
func isSSHKey(key string) bool {
	if strings.HasPrefix(key, "key::") || strings.HasPrefix(key, "ssh-") {
		return true
	}
	info, err := os.Stat(key)
	return key != "" && err == nil && info.Mode().IsRegular()
}

// sshKey returns the file of the key to sign with, private or public. A key that
// is given itself (key::ssh-ed25519 AAAA…) is held by ssh-agent.
func (s *signing) sshKey(dir, override string) (string, error) {
	key := s.key
	if override != "" {
		key = override
	}
	literal, isLiteral := strings.CutPrefix(key, "key::")
	switch {
	case key == "":
		return "", ErrNoSigningKey
	case isLiteral || strings.HasPrefix(key, "ssh-"):
		file := filepath.Join(dir, "key.pub")
		return file, os.WriteFile(file, []byte(literal+"\n"), 0o600)
	case override != "":
		return filepath.Abs(key) // the user typed it here
	case !filepath.IsAbs(key):
		return "", fmt.Errorf("user.signingKey is %q; write the whole path, or begin it with ~/", key)
	}
	return key, nil
}

// sshSigner returns the fingerprint of the key in an armored SSH signature, which
// begins with a magic word, a version and the key.
func sshSigner(armored []byte) (string, error) {
	const magic = "SSHSIG"
	block, _ := pem.Decode(armored)
	if block == nil || block.Type != "SSH SIGNATURE" || !bytes.HasPrefix(block.Bytes, []byte(magic)) || len(block.Bytes) < len(magic)+8 {
		return "", errors.New("what was made is no SSH signature")
	}
	rest := block.Bytes[len(magic)+4:]
	size := uint64(binary.BigEndian.Uint32(rest))
	if rest = rest[4:]; size > uint64(len(rest)) {
		return "", errors.New("what was made is no whole SSH signature")
	}
	sum := sha256.Sum256(rest[:size])
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:]), nil
}

// created is how gpg tells that it signed, and with which key.
var created = lazy.Regexp(`(?m)^\[GNUPG:\] SIG_CREATED D \d+ \d+ [0-9A-Fa-f]+ \d+ ([0-9A-F]{40,64})\r?$`)

// signOpenPGP signs with gpg, as git does by the user's mail address where no key
// is named.
func (s *signing) signOpenPGP(ctx context.Context, data []byte, override string) ([]byte, string, error) {
	key := s.key
	if key == "" && s.email != "" {
		key = "<" + s.email + ">"
	}
	if override != "" {
		key = override
	}
	if key == "" {
		return nil, "", ErrNoSigningKey
	}
	dir, file, remove, err := putAside(data)
	if err != nil {
		return nil, "", err
	}
	defer remove()
	out, said, err := runSigner(ctx, dir, s.openpgp, "--status-fd=2", "--armor", "--no-comments", "--no-emit-version",
		"--detach-sign", "--local-user="+key, "--output=-", "--", file)
	if err != nil && s.key == "" && override == "" {
		return nil, "", fmt.Errorf("%w (gpg was asked for a key of %s: %v)", ErrNoSigningKey, s.email, err)
	}
	if err != nil {
		return nil, "", err
	}
	m := created().FindStringSubmatch(said)
	if m == nil || !bytes.HasPrefix(out, []byte("-----BEGIN PGP SIGNATURE-----")) {
		return nil, "", fmt.Errorf("%s made no signature: %s", filepath.Base(s.openpgp), gpgWords(said))
	}
	return withoutHeaders(withoutCR(out)), m[1], nil
}

// putAside writes data to a file in a folder of its own.
func putAside(data []byte) (dir, file string, remove func(), err error) {
	if dir, err = os.MkdirTemp("", "frontdesk-sign-*"); err != nil {
		return "", "", nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) }
	file = filepath.Join(dir, "statement")
	if err = os.WriteFile(file, data, 0o600); err != nil {
		remove()
	}
	return dir, file, remove, err
}

// runSigner runs a signing program in a folder and returns what it wrote. A
// program is a name to look for in PATH or a whole path: a relative one would be
// the repository's.
func runSigner(ctx context.Context, dir, program string, args ...string) (stdout []byte, stderr string, err error) {
	if filepath.Base(program) != program && !filepath.IsAbs(program) {
		return nil, "", fmt.Errorf("the program %q is no name and no whole path", program)
	}
	found, err := exec.LookPath(program)
	if err != nil {
		return nil, "", fmt.Errorf("%s is not installed, or git's configuration names the wrong program", program)
	}
	cmd := exec.CommandContext(ctx, found, args...)
	cmd.Dir = dir
	cmd.Env = append(readSurroundings().without(), "PWD="+dir)
	cmd.WaitDelay = lastWords
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if tty, name := terminal(); tty != nil {
		defer tty.Close()
		cmd.Stdin, cmd.Stderr = tty, io.MultiWriter(&said, &prompts{to: tty})
		if !slices.ContainsFunc(cmd.Env, func(e string) bool { return strings.HasPrefix(e, "GPG_TTY=") }) {
			cmd.Env = append(cmd.Env, "GPG_TTY="+name)
		}
	}
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, "", ctx.Err()
	}
	if err != nil {
		return nil, "", fmt.Errorf("%s: %s", filepath.Base(program), gpgWords(said.String()))
	}
	return out.Bytes(), said.String(), nil
}

// gpgWords returns what a signing program said, without what gpg says to
// programs, on one line.
func gpgWords(said string) string {
	var words []string
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "[GNUPG:]") {
			words = append(words, strings.Fields(line)...)
		}
	}
	if len(words) == 0 {
		return "it failed without a word"
	}
	return strings.Join(words, " ")
}

// terminal opens the terminal that the process was started on, nil where it was
// started on none. A gpg-agent, which belongs to no terminal, needs its own name
// instead of /dev/tty.
func terminal() (*os.File, string) {
	name := "/dev/tty"
	if runtime.GOOS == "windows" {
		name = "CONIN$"
	}
	for _, fd := range []string{"0", "2", "1"} {
		if link, err := os.Readlink("/proc/self/fd/" + fd); err == nil && (strings.HasPrefix(link, "/dev/pts/") || strings.HasPrefix(link, "/dev/tty")) {
			name = link
			break
		}
	}
	tty, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, ""
	}
	return tty, name
}

// prompts passes on what a signing program wants of the user, such as to touch a
// security key, which ssh-keygen says where it says what went wrong.
type prompts struct{ to io.Writer }

func (p *prompts) Write(said []byte) (int, error) {
	for line := range bytes.Lines(said) {
		if bytes.HasPrefix(line, []byte("Confirm user presence")) || bytes.HasPrefix(line, []byte("Enter ")) {
			_, _ = p.to.Write(line) // a prompt that does not arrive is no reason not to sign
		}
	}
	return len(said), nil
}

// withoutCR makes every line end with a line feed alone.
func withoutCR(armored []byte) []byte { return bytes.ReplaceAll(armored, []byte("\r\n"), []byte("\n")) }

// withoutHeaders removes what stands between the first line of an armor and the
// empty one: a comment, that nobody signs.
func withoutHeaders(armored []byte) []byte {
	first, rest, ok := bytes.Cut(armored, []byte("\n"))
	if _, body, found := bytes.Cut(rest, []byte("\n\n")); ok && found && !bytes.HasPrefix(rest, []byte("\n")) {
		return slices.Concat(first, []byte("\n\n"), body)
	}
	return armored
}
