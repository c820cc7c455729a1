// Package signers provides who may sign what: the keys of a desk's signers file,
// in OpenSSH's allowed_signers format, those of its OpenPGP signers, and the keys
// that were revoked. It reads strictly, and knows no files: what it is handed is
// of the commit that is trusted.
package signers

import (
	"bytes"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// The files of a desk that say who may sign.
const (
	FileName    = "signers"         // OpenSSH's allowed_signers format
	RevokedName = "signers.revoked" // public keys, a line each, that never count (any more)
	FolderName  = "signers.d"       // PERSON.asc: the OpenPGP keys of a person
)

// KeyExtension ends the names of the files in FolderName.
const KeyExtension = ".asc"

// The namespaces of signatures.
const (
	Approval    = "frontdesk-approval"    // a person's own
	Attestation = "frontdesk-attestation" // an attestor's, who says what a person did on a forge
)

// The limits of what is read. What is larger is an error, and none of it counts.
const (
	MaxFile    = 1 << 20  // bytes of signers and of signers.revoked
	MaxLine    = 64 << 10 // bytes of a line
	MaxKeyFile = 64 << 10 // bytes of a file in FolderName
	MaxKeys    = 10000    // lines with a key, and files in FolderName
)

// The rules of these files.
const (
	RuleFile      diag.RuleID = "signers/file"       // a file that cannot be read, or is too large
	RuleLine      diag.RuleID = "signers/line"       // a line that cannot be understood
	RulePrincipal diag.RuleID = "signers/principal"  // a principal that is a pattern, or malformed
	RuleOption    diag.RuleID = "signers/option"     // an option that is unknown, refused or malformed
	RuleKey       diag.RuleID = "signers/key"        // a key that cannot be read, or is of a weak kind
	RuleDuplicate diag.RuleID = "signers/duplicate"  // a line that says what another said before
	RuleShared    diag.RuleID = "signers/shared-key" // a key that stands on more than one line
	RuleRevoked   diag.RuleID = "signers/revoked"    // a key that is listed and revoked
)

// Signers are the keys that may sign.
type Signers struct {
	SSH     []Key
	OpenPGP map[records.ID][]byte // armored public keys by person
	Revoked map[string]bool       // fingerprints: "SHA256:…" of SSH keys, hexadecimal upper case of OpenPGP's
	// Refusal is why no key counts at all, "" where keys do: of revoked keys that
	// cannot be read nobody knows which they are.
	Refusal string
}

// Key is an SSH key and what it may be used for.
type Key struct {
	Principals  []string  // literal: ids of persons, or their mail addresses; names of attestors
	Namespaces  []string  // nil: any but Attestation, which a key has to be given by name
	ValidAfter  time.Time // the first second at which it counts; zero: no limit
	ValidBefore time.Time // the last one; zero: no limit
	Wire        []byte    // the public key as SSH's wire format has it
	Fingerprint string    // "SHA256:…"
	Line        int
}

// IsFor reports whether the key may sign in a namespace.
func (k *Key) IsFor(namespace string) bool {
	if k.Namespaces == nil {
		return namespace != Attestation
	}
	return slices.Contains(k.Namespaces, namespace)
}

// IsValid reports whether the key counts at a time, by its line alone.
func (k *Key) IsValid(at time.Time) bool {
	at = at.Truncate(time.Second)
	return (k.ValidAfter.IsZero() || !at.Before(k.ValidAfter)) && (k.ValidBefore.IsZero() || !at.After(k.ValidBefore))
}

// Lines returns the lines of an SSH key, in the order of the file.
func (s *Signers) Lines(fingerprint string) []Key {
	var lines []Key
	for _, k := range s.SSH {
		if k.Fingerprint == fingerprint {
			lines = append(lines, k)
		}
	}
	return lines
}

// Principals returns everybody whom an SSH key stands for, sorted: on any line, at
// any time and in any namespace. Where these are different persons the key proves
// nobody's doing.
func (s *Signers) Principals(fingerprint string) []string {
	var all []string
	for _, k := range s.Lines(fingerprint) {
		all = append(all, k.Principals...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Files are the contents of the files that say who may sign, nil where they are
// not there.
type Files struct {
	Signers []byte
	Revoked []byte
	OpenPGP map[string][]byte // by file name in FolderName
}

// Parse reads them. A line that cannot be understood is an error among the
// diagnostics and gives nobody anything.
func Parse(f Files) (*Signers, []diag.Diagnostic) {
	p := &parser{said: map[string]int{}, signers: &Signers{OpenPGP: map[records.ID][]byte{}, Revoked: map[string]bool{}}}
	p.path = FileName
	p.lines(f.Signers, p.signer)
	p.path = RevokedName
	if !p.lines(f.Revoked, p.revoke) {
		p.signers.Refusal = RevokedName + " has errors, so that no key can be trusted"
	}
	p.openPGP(f.OpenPGP)
	p.compare()
	diag.Sort(p.found)
	return p.signers, p.found
}

// parser is a Parse at work.
type parser struct {
	signers *Signers
	found   []diag.Diagnostic
	path    string // of the file at hand
	line    int
	said    map[string]int // line by key, principals and namespaces
}

// report adds an error about the line at hand.
func (p *parser) report(rule diag.RuleID, hint, format string, args ...any) {
	d := diag.New(rule, diag.Error, p.path, diag.At(p.line), format, args...)
	if p.line == 0 {
		d.Span = diag.Span{}
	}
	d.Hint = hint
	p.found = append(p.found, d)
}

// lines hands each line of a file that is no comment on to read, and reports
// whether all could be understood. OpenSSH takes a line feed with or without a
// carriage return before it for a line's end.
func (p *parser) lines(data []byte, read func(line string) bool) bool {
	p.line = 0
	defer func() { p.line = 0 }()
	if len(data) > MaxFile {
		p.report(RuleFile, "remove keys that are not needed any more", "the file is %d bytes long; at most %d are read", len(data), MaxFile)
		return false
	}
	ok, keys := true, 0
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		p.line++
		line = bytes.Trim(bytes.TrimSuffix(line, []byte("\r")), " \t")
		if len(line) == 0 || line[0] == '#' && len(line) <= MaxLine {
			continue
		}
		keys++
		switch {
		case len(line) > MaxLine:
			p.report(RuleLine, "", "the line is %d bytes long; at most %d are read", len(line), MaxLine)
			ok = false
		case keys > MaxKeys:
			p.report(RuleFile, "remove keys that are not needed any more", "the file holds more than %d keys; from here on none is read", MaxKeys)
			return false
		case !isText(line):
			p.report(RuleLine, "write it anew, as plain text in UTF-8", "the line holds control characters, or bytes that are no UTF-8")
			ok = false
		default:
			ok = read(string(line)) && ok
		}
	}
	return ok
}
