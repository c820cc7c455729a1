package signers

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"
)

const blanks = " \t"

// maxName is how long a principal or a namespace may be. OpenSSH matches none
// that is longer than 1,023 bytes.
const maxName = 254

// minRSA is how many bits an RSA key must have.
const minRSA = 2048

// kinds are the kinds of keys that may sign.
var kinds = []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSA, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256}

// signer reads a line "principals [options] type key [comment]".
func (p *parser) signer(line string) bool {
	names, rest := cutBlank(line)
	k := Key{Line: p.line}
	var err error
	if k.Principals, err = literals("principal", names); err != nil {
		p.report(RulePrincipal, "name each person by id or mail address, with commas between", "%v", err)
		return false
	}
	if first, _ := cutBlank(rest); rest != "" && !isKeyType(first) {
		options, after := cutOptions(rest)
		if err := k.setOptions(options); err != nil {
			p.report(RuleOption, "", "%v", err)
			return false
		}
		rest = after
	}
	key, err := parseKey(rest)
	if err == nil {
		err = checkStrength(key)
	}
	if err != nil {
		p.report(RuleKey, "a line reads: PERSON ssh-ed25519 AAAA…", "%v", err)
		return false
	}
	k.Wire, k.Fingerprint = key.Marshal(), ssh.FingerprintSHA256(key)
	said := fmt.Sprintf("%s %q %q", k.Fingerprint, k.Principals, k.Namespaces)
	if first, twice := p.said[said]; twice {
		p.report(RuleDuplicate, "keep one of the two", "line %d gives the same key to the same principals already", first)
		return false
	}
	p.said[said] = p.line
	p.signers.SSH = append(p.signers.SSH, k)
	return true
}

// cutBlank splits a line after its first word.
func cutBlank(line string) (word, rest string) {
	i := strings.IndexAny(line, blanks)
	if i < 0 {
		return line, ""
	}
	return line[:i], strings.TrimLeft(line[i:], blanks)
}

// cutOptions splits off the options, in which blanks may stand within quotes.
func cutOptions(s string) (options, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && s[i+1] == '"':
			i++ // OpenSSH knows this escape and no other
		case c == '"':
			quoted = !quoted
		case !quoted && strings.IndexByte(blanks, c) >= 0:
			return s[:i], strings.TrimLeft(s[i:], blanks)
		}
	}
	return s, ""
}

// setOptions reads options, with commas between: NAME="VALUE".
func (k *Key) setOptions(s string) error {
	seen := map[string]bool{}
	for more := true; more; {
		name, rest, hasValue := strings.Cut(s, "=")
		if i := strings.IndexAny(name, `,"`); i >= 0 {
			name, hasValue = name[:i], false
		}
		name = strings.ToLower(name)
		if err := isOption(name, hasValue, seen[name]); err != nil {
			return err
		}
		seen[name] = true
		value, after, ok := cutQuoted(rest)
		if !ok {
			return fmt.Errorf(`the value of the option %s stands in no quotes; write %s="…"`, name, name)
		}
		if err := k.setOption(name, value); err != nil {
			return err
		}
		s, more = strings.CutPrefix(after, ",")
		if !more && s != "" {
			return fmt.Errorf("%.60q follows the option %s", s, name)
		}
	}
	return nil
}

// isOption says what is wrong with an option but for its value.
func isOption(name string, hasValue, seen bool) error {
	switch name {
	case "namespaces", "valid-after", "valid-before":
	case "cert-authority":
		return errors.New("certificates are not accepted; list each key on a line of its own")
	default:
		return fmt.Errorf("option %.60q is not one of namespaces, valid-after, valid-before, nor is it a key", name)
	}
	if !hasValue {
		return fmt.Errorf(`the option %s has no value; write %s="…"`, name, name)
	}
	if seen {
		return fmt.Errorf("the option %s stands twice", name)
	}
	return nil
}

// cutQuoted splits a value in quotes off. Neither times nor names hold quotes, so
// that no escapes are needed.
func cutQuoted(s string) (value, rest string, ok bool) {
	s, ok = strings.CutPrefix(s, `"`)
	if !ok {
		return "", "", false
	}
	return strings.Cut(s, `"`)
}

func (k *Key) setOption(name, value string) (err error) {
	switch name {
	case "namespaces":
		k.Namespaces, err = literals("namespace", value)
	case "valid-after":
		k.ValidAfter, err = parseTime(value)
	case "valid-before":
		k.ValidBefore, err = parseTime(value)
	}
	if err == nil && !k.ValidAfter.IsZero() && !k.ValidBefore.IsZero() && !k.ValidBefore.After(k.ValidAfter) {
		err = errors.New("valid-before is not later than valid-after, so that the key is never valid")
	}
	return err
}

// literals splits a list of names. OpenSSH takes them for patterns; one that
// matches more than itself is refused, as nobody could say whom it means.
func literals(what, list string) ([]string, error) {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		switch {
		case name == "":
			return nil, fmt.Errorf("a %s is missing between commas", what)
		case len(name) > maxName:
			return nil, fmt.Errorf("a %s of %d bytes is too long; at most %d are read", what, len(name), maxName)
		case strings.ContainsAny(name, "*?") || name[0] == '!':
			return nil, fmt.Errorf("%s %.60q is a pattern; patterns are not accepted", what, name)
		case strings.ContainsAny(name, "\"\\= \t"):
			return nil, fmt.Errorf("%s %.60q holds a quote, backslash, equals sign or space", what, name)
		case slices.Contains(names, name):
			return nil, fmt.Errorf("%s %.60q stands twice", what, name)
		}
		names = append(names, name)
	}
	return names, nil
}

// parseTime reads the times of OpenSSH: YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS.
// Without a Z they would mean another time on each machine.
func parseTime(s string) (time.Time, error) {
	digits, utc := strings.CutSuffix(s, "Z")
	layout, ok := map[int]string{8: "20060102", 12: "200601021504", 14: "20060102150405"}[len(digits)]
	t, err := time.Parse(layout, digits)
	if !ok || err != nil || t.Unix() <= 0 {
		return time.Time{}, fmt.Errorf("%.60q is no time; write it as 20261103Z or 20261103091200Z", s)
	}
	if !utc {
		return time.Time{}, fmt.Errorf("%q is a time of no time zone; write %sZ", s, s)
	}
	return t, nil
}

// isKeyType reports whether a word begins a key, and no options.
func isKeyType(word string) bool {
	for _, prefix := range []string{"ssh-", "ecdsa-", "sk-", "rsa-", "webauthn-"} {
		if strings.HasPrefix(word, prefix) && !strings.ContainsAny(word, `,="`) {
			return true
		}
	}
	return false
}

// parseKey reads "type key [comment]".
func parseKey(s string) (ssh.PublicKey, error) {
	kind, rest := cutBlank(s)
	if kind == "" {
		return nil, errors.New("there is no key")
	}
	encoded, _ := cutBlank(rest)
	wire, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || encoded == "" {
		return nil, fmt.Errorf("after %.60q there is no key in base64", kind)
	}
	key, err := ssh.ParsePublicKey(wire)
	if err != nil {
		return nil, fmt.Errorf("the key cannot be read: %w", err)
	}
	if key.Type() != kind {
		return nil, fmt.Errorf("the line says %.60q, and its key is %s", kind, key.Type())
	}
	if string(key.Marshal()) != string(wire) {
		return nil, errors.New("the key is not written as SSH writes it")
	}
	return key, nil
}

// checkStrength refuses keys of weak kinds, certificates among them, which say
// themselves how long they are valid.
func checkStrength(key ssh.PublicKey) error {
	if !slices.Contains(kinds, key.Type()) {
		return fmt.Errorf("keys of the kind %s are not accepted; make one with ssh-keygen -t ed25519", key.Type())
	}
	if bits := rsaBits(key); bits > 0 && bits < minRSA {
		return fmt.Errorf("an RSA key of %d bits is too weak; it must have %d", bits, minRSA)
	}
	return nil
}

// isText reports whether a line is UTF-8 without control characters but for tabs.
func isText(line []byte) bool {
	if !utf8.Valid(line) {
		return false
	}
	for _, c := range string(line) {
		if c != '\t' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c)) {
			return false
		}
	}
	return true
}
