package evidence

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/plain"
	"frontdesk/schema/signers"
)

// tagSignature is the number of the packets that are signatures.
const tagSignature = 2

// keyring is the OpenPGP keys of all persons.
type keyring struct {
	entities openpgp.EntityList
	persons  map[string][]records.ID // by fingerprint of the primary key, sorted
	broken   map[records.ID]error    // persons whose file cannot be read
}

// readKeyring reads the keys of signers.d. A person may have more than one.
func readKeyring(armored map[records.ID][]byte) *keyring {
	ring := &keyring{persons: map[string][]records.ID{}, broken: map[records.ID]error{}}
	for _, person := range slices.Sorted(maps.Keys(armored)) {
		list, err := readKeys(armored[person])
		if err != nil {
			ring.broken[person] = err
			continue
		}
		for _, e := range list {
			print := fingerprint(e.PrimaryKey)
			if ring.persons[print] == nil {
				ring.entities = append(ring.entities, e)
			}
			if !slices.Contains(ring.persons[print], person) {
				ring.persons[print] = append(ring.persons[print], person)
			}
		}
	}
	return ring
}

// readKeys reads an armored block of public keys.
func readKeys(armored []byte) (list openpgp.EntityList, err error) {
	defer recoverAs(&err)
	list, err = openpgp.ReadArmoredKeyRing(bytes.NewReader(armored))
	if err != nil {
		return nil, fmt.Errorf("read OpenPGP key: %w", err)
	}
	for _, e := range list {
		if e.PrivateKey != nil {
			return nil, errors.New("read OpenPGP key: it is a private one")
		}
	}
	return list, nil
}

// recoverAs makes an error of a panic of the OpenPGP library: what it was handed is
// anybody's, and a program that ends there has not refused it.
func recoverAs(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("it cannot be read: %v", p)
	}
}

// CheckKeys says what is wrong with the OpenPGP keys of signers at a time: those
// that cannot be read, and persons none of whose keys can sign (any more).
func CheckKeys(keys *signers.Signers, at time.Time) []diag.Diagnostic {
	var found []diag.Diagnostic
	for person, armored := range keys.OpenPGP {
		p := signers.FolderName + "/" + string(person) + signers.KeyExtension
		list, err := readKeys(armored)
		if err != nil {
			found = append(found, diag.New(signers.RuleKey, diag.Error, p, diag.Span{}, "%s", plain.Line(err.Error())).WithHint("write it with: gpg --armor --export %s", person))
			continue
		}
		able := false
		for _, e := range list {
			if print := fingerprint(e.PrimaryKey); keys.Revoked[print] {
				found = append(found, diag.New(signers.RuleRevoked, diag.Warning, p, diag.Span{}, "the key %s is revoked, so that it gives nobody anything", print).WithHint("remove it"))
			} else {
				able = able || canSign(e, at)
			}
		}
		if !able {
			found = append(found, diag.New(signers.RuleKey, diag.Warning, p, diag.Span{}, "no key can sign: expired, revoked, of a weak kind, or made for something else").
				WithHint("replace it by a key that can sign: gpg --armor --export %s", person))
		}
	}
	diag.Sort(found)
	return found
}

func canSign(e *openpgp.Entity, at time.Time) (ok bool) {
	var err error
	defer func() { ok = ok && err == nil }()
	defer recoverAs(&err)
	_, ok = e.SigningKey(at, strictness(at))
	return ok
}

// strictness is what is asked of keys and signatures at a time.
func strictness(at time.Time) *packet.Config {
	return &packet.Config{
		Time:       func() time.Time { return at },
		MinRSABits: 2048,
		RejectPublicKeyAlgorithms: map[packet.PublicKeyAlgorithm]bool{
			packet.PubKeyAlgoElGamal: true, packet.PubKeyAlgoDSA: true,
		},
		RejectHashAlgorithms:        map[crypto.Hash]bool{crypto.SHA1: true, crypto.MD5: true, crypto.RIPEMD160: true},
		RejectMessageHashAlgorithms: map[crypto.Hash]bool{crypto.SHA1: true, crypto.MD5: true, crypto.RIPEMD160: true},
		RejectCurves:                map[packet.Curve]bool{packet.CurveSecP256k1: true},
	}
}

// verifyOpenPGP checks a detached OpenPGP signature.
func (v *Verifier) verifyOpenPGP(out *Verified, data, blob []byte, at time.Time) (err error) {
	defer recoverAs(&err)
	sig, err := oneSignature(blob)
	if err != nil {
		return err
	}
	ring := v.ring()
	if broken := ring.broken[out.Person]; broken != nil {
		err = broken
	} else {
		err = fmt.Errorf("its key %016X is in no file of %s", *sig.IssuerKeyId, signers.FolderName)
	}
	for _, e := range ring.entities.EntitiesById(*sig.IssuerKeyId) {
		if err = v.verifyWith(e, data, blob, *sig.IssuerKeyId, at); err != nil {
			continue
		}
		print := fingerprint(e.PrimaryKey)
		persons := ring.persons[print]
		out.Format, out.Key, out.Principal = FormatOpenPGP, print, string(persons[0])
		for _, p := range persons {
			out.Principals = append(out.Principals, string(p))
			if p == out.Person {
				out.Principal = string(p)
			}
		}
		return nil
	}
	return err
}

// verifyWith checks a signature with the keys of one entity.
func (v *Verifier) verifyWith(e *openpgp.Entity, data, blob []byte, id uint64, at time.Time) error {
	used := []*packet.PublicKey{e.PrimaryKey}
	for _, sub := range e.Subkeys {
		if sub.PublicKey.KeyId == id {
			used = append(used, sub.PublicKey)
		}
	}
	for _, k := range used {
		if print := fingerprint(k); v.keys.Revoked[print] {
			return fmt.Errorf("the key %s is revoked", print)
		}
	}
	// The library judges a key as of the signature's own time, which its author
	// claims. The observer's counts.
	config := strictness(at)
	if _, ok := e.SigningKeyById(at, id, config); !ok {
		return fmt.Errorf("the key %016X cannot sign at %s: it is expired, revoked, of a weak kind, or made for something else", id, records.FormatTime(at))
	}
	if _, _, err := openpgp.VerifyDetachedSignature(openpgp.EntityList{e}, bytes.NewReader(data), bytes.NewReader(blob), config); err != nil {
		return fmt.Errorf("it is not one of these bytes by %s: %w", fingerprint(e.PrimaryKey), err)
	}
	return nil
}

// oneSignature reads a signature of a file's bytes, and refuses anything beside it.
func oneSignature(blob []byte) (*packet.Signature, error) {
	var sig *packet.Signature
	r := bytes.NewReader(blob)
	for opaque := packet.NewOpaqueReader(r); ; {
		o, err := opaque.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("it cannot be read: %w", err)
		}
		if o.Tag != tagSignature || sig != nil {
			return nil, errors.New("it holds more than one signature, or something else")
		}
		p, err := o.Parse()
		if err != nil {
			return nil, fmt.Errorf("it cannot be read: %w", err)
		}
		sig, _ = p.(*packet.Signature)
		if sig == nil {
			return nil, errors.New("it holds no signature")
		}
	}
	switch {
	case sig == nil || r.Len() > 0:
		return nil, errors.New("it holds no signature, or more than one")
	case sig.SigType != packet.SigTypeBinary:
		return nil, errors.New("it is a signature of text or of a key, not of a file")
	case sig.IssuerKeyId == nil:
		return nil, errors.New("it does not say whose it is")
	}
	return sig, nil
}

func fingerprint(k *packet.PublicKey) string {
	return strings.ToUpper(hex.EncodeToString(k.Fingerprint))
}
