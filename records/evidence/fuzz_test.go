package evidence

import (
	"bytes"
	"path"
	"testing"

	"frontdesk/records"
	"frontdesk/schema/signers"
)

// FuzzParse looks for statements that are read and would be written otherwise.
func FuzzParse(f *testing.F) {
	for _, s := range []*Statement{approval(f), review(f)} {
		data, err := s.Bytes()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"version":1}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parse(data)
		if err != nil {
			return
		}
		if again, err := s.Bytes(); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%q is written as %q, %v", data, again, err)
		}
		if name, err := s.FileName(); err != nil || path.Base(name) != name || name[0] == '.' {
			t.Errorf("%q is named %q, %v", data, name, err)
		}
	})
}

// FuzzVerify looks for signatures that crash, or that are accepted though they are
// not the one that was made.
func FuzzVerify(f *testing.F) {
	key := testKey(f, 1)
	s := signed(f, approval(f), key)
	keys := allow(f, "lee "+public(key))
	keys.OpenPGP = map[records.ID][]byte{"lee": []byte(fuzzKey)}
	v := NewVerifier(keys)
	_, blob, err := unarmor(s.Signature)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(s.Signature), false)
	f.Add(blob, false)
	f.Add([]byte{0x88, 0x75, 0x04, 0x00, 0x16, 0x0a}, true)
	f.Add([]byte{0xc2, 0x75, 0x06, 0x00, 0x1b, 0x0a, 0, 0, 0, 0}, true)
	f.Fuzz(func(t *testing.T, data []byte, within bool) {
		tried := Signed{Path: s.Path, Data: s.Data, Signature: data}
		if within {
			tried.Signature = armorOf(data)
		}
		if _, err := v.Verify(tried, now); err == nil && !bytes.Equal(bytes.ReplaceAll(data, []byte("\n"), nil), bytes.ReplaceAll(s.Signature, []byte("\n"), nil)) {
			t.Errorf("%q is accepted", data)
		}
	})
}

// FuzzKeys looks for OpenPGP keys that crash.
func FuzzKeys(f *testing.F) {
	f.Add([]byte{0x98, 0x33, 0x04}, []byte{0x88, 0x75, 0x04})
	_, blob, err := unarmor([]byte(bytes.ReplaceAll([]byte(fuzzKey), []byte("PUBLIC KEY BLOCK"), []byte("SIGNATURE"))))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(blob, []byte{})
	s := signed(f, approval(f), testKey(f, 1))
	f.Fuzz(func(_ *testing.T, key, sig []byte) {
		keys := &signers.Signers{OpenPGP: map[records.ID][]byte{"lee": bytes.ReplaceAll(armorOf(key), []byte("SIGNATURE"), []byte("PUBLIC KEY BLOCK"))}}
		_ = CheckKeys(keys, now)
		_, _ = Verify(Signed{Path: s.Path, Data: s.Data, Signature: armorOf(sig)}, keys, now)
	})
}

// fuzzKey is a public key that gpg made; nobody has its private part.
const fuzzKey = `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawOGKRYJKwYBBAHaRw8BAQdA2rDZ2hJweE4cZZlEOIEhCm91zJeMIH+d7HUD
lvbrT/W0FEZ1enogPGZAZXhhbXBsZS5jb20+iJAEExYIADgWIQT1My69FjJchRbY
5/5GJwas5gFnWgUCawOGKQIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRBG
Jwas5gFnWjLKAQCAsajrCBBT2qboHzWmIPZp3MuyLDhPPObqkhohBQ/NdgD5Ad27
YFJloAN3SKW+icd3UCoI4RF2G7Iuc85B8IuTzgU=
=akXb
-----END PGP PUBLIC KEY BLOCK-----
`
