package signers

import (
	"bytes"
	"crypto/rsa"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"frontdesk/records"
	"frontdesk/records/diag"
)

const (
	beginKeys = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
	endKeys   = "-----END PGP PUBLIC KEY BLOCK-----"
)

// rsaBits returns how many bits an RSA key has, 0 for other kinds.
func rsaBits(key ssh.PublicKey) int {
	k, ok := key.(ssh.CryptoPublicKey)
	if !ok {
		return 0
	}
	pub, ok := k.CryptoPublicKey().(*rsa.PublicKey)
	if !ok {
		return 0
	}
	return pub.N.BitLen()
}

// revoke reads a line of revoked keys: "type key [comment]" of SSH, which may be
// of any kind, or the fingerprint of an OpenPGP key.
func (p *parser) revoke(line string) bool {
	if print, ok := openPGPFingerprint(line); ok {
		p.signers.Revoked[print] = true
		return true
	}
	key, err := parseKey(line)
	if err != nil {
		p.report(RuleKey, "a line holds a public key (ssh-ed25519 AAAA…) or an OpenPGP fingerprint of 40 digits; until it is right, no key counts", "%v", err)
		return false
	}
	p.signers.Revoked[ssh.FingerprintSHA256(key)] = true
	return true
}

// openPGPFingerprint reads a fingerprint of version 4 or 6, as gpg prints it, with
// or without spaces.
func openPGPFingerprint(line string) (string, bool) {
	print := strings.ToUpper(strings.Join(strings.Fields(line), ""))
	if _, err := hex.DecodeString(print); err != nil || len(print) != 40 && len(print) != 64 {
		return "", false
	}
	return print, true
}

// openPGP takes in the files of FolderName. What is in their armor is read when a
// signature is verified.
func (p *parser) openPGP(files map[string][]byte) {
	p.line = 0
	for i, name := range slices.Sorted(maps.Keys(files)) {
		p.path = FolderName + "/" + name
		if i >= MaxKeys {
			p.report(RuleFile, "remove keys that are not needed any more", "the folder holds more than %d files; from here on none is read", MaxKeys)
			return
		}
		person, ok := strings.CutSuffix(name, KeyExtension)
		data := bytes.TrimSpace(files[name])
		switch {
		case !ok || person == "" || !isName(person):
			p.report(RuleFile, "name it after the person: lee.asc", "the file is not named PERSON%s", KeyExtension)
		case len(data) > MaxKeyFile:
			p.report(RuleFile, "export the key alone: gpg --armor --export-options export-minimal --export", "the file is %d bytes long; at most %d are read", len(data), MaxKeyFile)
		case bytes.Contains(data, []byte("PRIVATE KEY BLOCK")):
			p.report(RuleKey, "take it out of the history, and revoke it", "the file holds a private key")
		case !bytes.HasPrefix(data, []byte(beginKeys)) || !bytes.HasSuffix(data, []byte(endKeys)) || bytes.Count(data, []byte("-----BEGIN ")) != 1:
			p.report(RuleKey, "write it with: gpg --armor --export "+person, "the file is not one armored public key block")
		default:
			p.signers.OpenPGP[records.ID(person)] = data
		}
	}
}

// isName reports whether a person's id can be a file's name.
func isName(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-_.@+", c) {
			return false
		}
	}
	return s[0] != '.' && len(s) <= maxName
}

// compare says which keys stand on more than one line, and which are revoked.
func (p *parser) compare() {
	p.path = FileName
	first := map[string]Key{}
	for _, k := range p.signers.SSH {
		at := diag.At(k.Line)
		if p.signers.Revoked[k.Fingerprint] {
			p.found = append(p.found, diag.New(RuleRevoked, diag.Warning, FileName, at, "the key %s is revoked, so that the line gives nobody anything", k.Fingerprint).WithHint("remove the line"))
		}
		other, twice := first[k.Fingerprint]
		if !twice {
			first[k.Fingerprint] = k
			continue
		}
		if !slices.Equal(other.Principals, k.Principals) {
			p.found = append(p.found, diag.New(RuleShared, diag.Warning, FileName, at, "the key is that of %s, too", strings.Join(other.Principals, ", ")).
				WithHint("a key of two persons counts for neither; each needs one of their own").
				WithNote(FileName, diag.At(other.Line), "the other line"))
		}
	}
}
