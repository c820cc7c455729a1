package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"frontdesk/records"
	"frontdesk/schema/signers"
)

// The formats of signatures.
const (
	FormatSSH     = "ssh"
	FormatOpenPGP = "openpgp"
)

// errNotSigned is why a statement without a signature proves nothing.
var errNotSigned = errors.New("there is no signature")

// Verify checks a statement's form and its signature, with the keys that were valid
// at a time, which is that of the observer and not of the author. That the
// principal is the statement's person is left to whoever knows persons. Whoever
// verifies many has a Verifier.
func Verify(s Signed, keys *signers.Signers, at time.Time) (*Verified, error) {
	return NewVerifier(keys).Verify(s, at)
}

// Verifier verifies with the keys of one commit. It is safe for concurrent use.
type Verifier struct {
	keys    *signers.Signers
	byPrint map[string][]signers.Key
	ring    func() *keyring // OpenPGP keys, read when first needed
}

// NewVerifier returns a verifier with some keys, which must not be changed.
func NewVerifier(keys *signers.Signers) *Verifier {
	v := &Verifier{keys: keys, byPrint: map[string][]signers.Key{}}
	if keys == nil {
		v.keys = &signers.Signers{}
	}
	for _, k := range v.keys.SSH {
		v.byPrint[k.Fingerprint] = append(v.byPrint[k.Fingerprint], k)
	}
	v.ring = sync.OnceValue(func() *keyring { return readKeyring(v.keys.OpenPGP) })
	return v
}

// Verify is the function Verify, with the verifier's keys.
func (v *Verifier) Verify(s Signed, at time.Time) (*Verified, error) {
	st, err := Parse(path.Base(s.Path), s.Data)
	if err != nil {
		return nil, err
	}
	out := &Verified{Statement: st, Path: s.Path}
	if err := v.verify(out, s, at); err != nil {
		return nil, fmt.Errorf("verify signature of %s: %w", path.Base(s.Path), err)
	}
	return out, nil
}

func (v *Verifier) verify(out *Verified, s Signed, at time.Time) error {
	if v.keys.Refusal != "" {
		return errors.New(v.keys.Refusal)
	}
	if len(s.Signature) == 0 {
		return errNotSigned
	}
	kind, blob, err := unarmor(s.Signature)
	if err != nil {
		return err
	}
	if kind == armorSSH {
		return v.verifySSH(out, s.Data, blob, at)
	}
	if out.Evidence != BySignature {
		return errors.New("only an SSH signature can attest a review")
	}
	return v.verifyOpenPGP(out, s.Data, blob, at)
}

// NamespaceOf returns the namespace in which a kind of evidence is signed.
func NamespaceOf(k Kind) string {
	if k == ByReview {
		return signers.Attestation
	}
	return signers.Approval
}

// verifySSH checks an SSH signature as ssh-keygen -Y verify does, where that finds
// the principal in signers.
func (v *Verifier) verifySSH(out *Verified, data, blob []byte, at time.Time) error {
	sig, err := sshsig.ParseSignature(blob)
	if err != nil {
		return fmt.Errorf("it cannot be read: %w", err)
	}
	if !bytes.Equal(sig.Marshal(), blob) {
		return errors.New("it is not written as SSH writes it")
	}
	print := ssh.FingerprintSHA256(sig.PublicKey)
	if v.keys.Revoked[print] {
		return fmt.Errorf("the key %s is revoked", print)
	}
	k, err := v.lineOf(print, NamespaceOf(out.Evidence), out.Person, at)
	if err != nil {
		return err
	}
	// The key is taken from signers, not from the signature.
	key, err := ssh.ParsePublicKey(k.Wire)
	if err != nil {
		return fmt.Errorf("the key %s cannot be read: %w", print, err)
	}
	if sig.Namespace != NamespaceOf(out.Evidence) {
		return fmt.Errorf("it is for the namespace %.60q, not %s", sig.Namespace, NamespaceOf(out.Evidence))
	}
	if err := sshsig.Verify(bytes.NewReader(data), sig, key, sig.HashAlgorithm, sig.Namespace); err != nil {
		return fmt.Errorf("it is not one of these bytes by %s: %w", print, err)
	}
	out.Format, out.Key, out.Principals = FormatSSH, print, v.keys.Principals(print)
	out.Principal = k.Principals[0]
	if slices.Contains(k.Principals, string(out.Person)) {
		out.Principal = string(out.Person)
	}
	return nil
}

// lineOf returns the line of signers by which a key may sign, that of the person
// first where there is more than one.
func (v *Verifier) lineOf(print, namespace string, person records.ID, at time.Time) (signers.Key, error) {
	var found []signers.Key
	err := fmt.Errorf("the key %s is not in %s", print, signers.FileName)
	for _, k := range v.byPrint[print] {
		switch {
		case !k.IsFor(namespace):
			err = fmt.Errorf("the key %s may not sign in the namespace %s", print, namespace)
		case !k.IsValid(at):
			err = fmt.Errorf("the key %s is not valid at %s", print, records.FormatTime(at))
		default:
			found = append(found, k)
		}
	}
	for _, k := range found {
		if slices.Contains(k.Principals, string(person)) {
			return k, nil
		}
	}
	if len(found) == 0 {
		return signers.Key{}, err
	}
	return found[0], nil
}
