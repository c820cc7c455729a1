package evidence

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// ParseKey reads an unencrypted private key, in any of the forms that ssh-keygen
// writes. It is for pipelines and tests; a person's key is used by git's means.
func ParseKey(pem []byte) (ssh.Signer, error) {
	key, err := ssh.ParsePrivateKey(pem)
	if missing := (*ssh.PassphraseMissingError)(nil); errors.As(err, &missing) {
		return nil, errors.New("read private key: it is protected by a passphrase")
	}
	if err != nil {
		return nil, fmt.Errorf("read private key: %w", err)
	}
	return key, nil
}

// SignSSH returns the armored SSH signature of a statement's bytes, in the
// namespace of its kind of evidence. A key of Ed25519 gives the same bytes each
// time.
func SignSSH(key ssh.Signer, kind Kind, data []byte) ([]byte, error) {
	sig, err := sshsig.Sign(bytes.NewReader(data), key, sshsig.HashSHA512, NamespaceOf(kind))
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return sshsig.Armor(sig), nil
}
