package demo

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/evidence"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/records/write"
	"frontdesk/schema"
	"frontdesk/schema/signers"
)

// privateKey returns a person's key, in PEM. It is made of the name alone: every
// demo has the same, and anybody can make it. It proves nothing anywhere else.
func privateKey(person string) ([]byte, error) {
	seed := sha256.Sum256([]byte("frontdesk demo key of " + person))
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// signersFile returns the desk's signers: the keys of everybody who approves
// something in the scenario, and of those who have to.
func signersFile(steps []step) ([]byte, error) {
	people := []string{"ines", "jonas", "lee", "priya", "ruth"}
	for _, s := range steps {
		if slices.ContainsFunc(s.actions, func(a action) bool { return a.verb == verbApprove }) {
			people = append(people, s.by)
		}
	}
	slices.Sort(people)
	var out bytes.Buffer
	out.WriteString("# Who may sign approvals. The keys of this desk are made of the names of the\n# people: they are for looking around, and prove nothing.\n")
	for _, who := range slices.Compact(people) {
		data, err := privateKey(who)
		if err != nil {
			return nil, err
		}
		key, err := evidence.ParseKey(data)
		if err != nil {
			return nil, err
		}
		public := key.PublicKey()
		fmt.Fprintf(&out, "%s namespaces=%q %s %s\n", who, signers.Approval, public.Type(), base64.StdEncoding.EncodeToString(public.Marshal()))
	}
	return out.Bytes(), nil
}

// approve writes a person's signed approval of a record as it is, and returns the
// files.
func (p *player) approve(w *write.Writer, a action) ([]git.File, string, error) {
	name, err := write.Find(p.tree, a.target)
	if err != nil {
		return nil, "", err
	}
	r, _ := p.tree.LoadOne(name)
	typ := p.tree.Types.Get(name.Type)
	if r == nil || typ == nil || typ.Policy == nil {
		return nil, "", errors.New("it cannot be read, or needs no approval")
	}
	parts, err := approval.PartsOf(typ.Policy, typ, r, nil)
	if err != nil {
		return nil, "", err
	}
	s := evidence.Statement{
		Version: evidence.Version, Record: r.Ref(), Target: "refs/heads/" + mainBranch, Decision: evidence.Approve,
		Person: records.ID(w.By), At: records.FormatTime(w.Now), Covers: parts.Digest(), Parts: parts,
		Policy: approval.PolicyDigest(typ.Policy), Evidence: evidence.BySignature, Note: strings.TrimSpace(a.text),
	}
	files, err := sign(&s, strings.TrimSuffix(r.Path, schema.Extension)+"/"+evidence.Folder)
	if err != nil {
		return nil, "", err
	}
	for _, f := range files {
		if err := p.tree.Write(f.Path, nil, f.Data, tree.Fast); err != nil {
			return nil, "", err
		}
	}
	return files, fmt.Sprintf("%s: approved by %s", r.ID, cmp.Or(p.history.people[w.By].name, w.By)), nil
}

// sign returns the files of a statement and its signature.
func sign(s *evidence.Statement, folder string) ([]git.File, error) {
	data, err := s.Bytes()
	if err != nil {
		return nil, err
	}
	name, err := s.FileName()
	if err != nil {
		return nil, err
	}
	secret, err := privateKey(string(s.Person))
	if err != nil {
		return nil, err
	}
	key, err := evidence.ParseKey(secret)
	if err != nil {
		return nil, err
	}
	signature, err := evidence.SignSSH(key, s.Evidence, data)
	if err != nil {
		return nil, err
	}
	return []git.File{{Path: path.Join(folder, name), Data: data}, {Path: path.Join(folder, name+".sig"), Data: signature}}, nil
}
