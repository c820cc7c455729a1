package evidence

import (
	"errors"
	"fmt"
	"time"

	"frontdesk/schema/signers"
)

// VerifyFile checks an attestor's signature of any bytes, such as what a forge
// answered, and returns whose it is and the key's fingerprint.
func (v *Verifier) VerifyFile(data, signature []byte, at time.Time) (principal, key string, err error) {
	if v.keys.Refusal != "" {
		return "", "", errors.New(v.keys.Refusal)
	}
	kind, blob, err := unarmor(signature)
	if err != nil {
		return "", "", fmt.Errorf("verify signature: %w", err)
	}
	if kind != armorSSH {
		return "", "", errors.New("verify signature: only an SSH signature can attest, in the namespace " + signers.Attestation)
	}
	out := &Verified{Statement: &Statement{Evidence: ByReview}}
	if err := v.verifySSH(out, data, blob, at); err != nil {
		return "", "", fmt.Errorf("verify signature: %w", err)
	}
	return out.Principal, out.Key, nil
}
