package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/lazy"
	"frontdesk/records/plain"
)

const (
	// Version is that of the statements that are written, and the only one read.
	Version = 1
	// MaxStatement is how long a statement's file may be.
	MaxStatement = 512 << 10
	// MaxNote is how many bytes a note may have.
	MaxNote = 4 << 10
	// MaxSignature is how long the file of a signature may be.
	MaxSignature = 16 << 10
)

const (
	digestPrefix = "sha256:"
	branchPrefix = "refs/heads/"
	maxText      = 400 // bytes of any text but a note and the name of a part
)

var (
	digestPattern = lazy.Regexp(`^sha256:[0-9a-f]{64}$`)
	commitPattern = lazy.Regexp(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	recordPattern = lazy.Regexp(`^[a-z][a-z0-9-]*/[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_-])?$`)
	personPattern = lazy.Regexp(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$`)
)

// Bytes returns the statement in canonical JSON (RFC 8785) with a line feed at its
// end, as its file holds it and its signature covers it. A statement that Parse
// would refuse is an error.
func (s *Statement) Bytes() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("write statement: %w", err)
	}
	data, err := s.bytes()
	if err == nil && len(data) > MaxStatement {
		err = fmt.Errorf("it is %d bytes long, with %d parts; at most %d are allowed: let the change bring fewer files", len(data), len(s.Parts), MaxStatement)
	}
	if err != nil {
		return nil, fmt.Errorf("write statement: %w", err)
	}
	return data, nil
}

func (s *Statement) bytes() ([]byte, error) {
	whole := *s
	if whole.Parts == nil {
		whole.Parts = map[string]string{}
	}
	data, err := canonical(&whole)
	return append(data, '\n'), err
}

// FileName returns the name that the statement's file has: the person and the
// first eight digits of the SHA-256 of its bytes.
func (s *Statement) FileName() (string, error) {
	data, err := s.Bytes()
	if err != nil {
		return "", err
	}
	return fileName(s.Person, data), nil
}

func fileName(person records.ID, data []byte) string {
	sum := sha256.Sum256(data)
	return string(person) + "-" + hex.EncodeToString(sum[:4]) + Extension
}

// Parse reads a statement from the file with the name. It accepts canonical bytes
// of known keys alone, under the name that belongs to them.
func Parse(name string, data []byte) (*Statement, error) {
	s, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("read statement: %w", err)
	}
	if want := fileName(s.Person, data); name != want {
		return nil, fmt.Errorf("read statement: what it holds belongs into the file %s", want)
	}
	return s, nil
}

func parse(data []byte) (*Statement, error) {
	if len(data) > MaxStatement {
		return nil, fmt.Errorf("it is %d bytes long; at most %d are read", len(data), MaxStatement)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	s := &Statement{}
	if err := d.Decode(s); err != nil {
		return nil, fmt.Errorf("it is no statement: %s", plain.Line(strings.TrimPrefix(err.Error(), "json: ")))
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	// Keys that stand twice, or are spelled otherwise, other white space and what
	// follows the statement all end here.
	if same, err := s.bytes(); err != nil || !bytes.Equal(same, data) {
		return nil, errors.New("its JSON is not canonical (RFC 8785) with a line feed at its end, or it was changed by hand")
	}
	return s, nil
}

// check says what is wrong with what a statement says.
func (s *Statement) check() error {
	switch {
	case s.Version != Version:
		return fmt.Errorf("it is of version %d; this program reads version %d", s.Version, Version)
	case !recordPattern().MatchString(s.Record) || len(s.Record) > maxText:
		return fmt.Errorf("its record is %.60q, not TYPE/ID", s.Record)
	case !isBranch(s.Target):
		return fmt.Errorf("its target is %.60q, not refs/heads/BRANCH", s.Target)
	case s.Decision != Approve && s.Decision != Reject && s.Decision != Lift:
		return fmt.Errorf("its decision is %.60q, not one of approve, reject, lift", s.Decision)
	case !personPattern().MatchString(string(s.Person)):
		return fmt.Errorf("its person is %.60q, which is no id", s.Person)
	case !isTime(s.At):
		return fmt.Errorf("its time is %.60q, not one such as 2026-11-03T09:12:00Z", s.At)
	case !digestPattern().MatchString(s.Policy):
		return fmt.Errorf("its policy is %.60q, not sha256:…", s.Policy)
	case len(s.Note) > MaxNote:
		return fmt.Errorf("its note is %d bytes long; at most %d are allowed", len(s.Note), MaxNote)
	case plain.Text(s.Note) != s.Note:
		return errors.New("its note holds control or invisible characters")
	}
	if err := s.checkParts(); err != nil {
		return err
	}
	return s.checkEvidence()
}

// checkParts compares the parts with their digest.
func (s *Statement) checkParts() error {
	for name, value := range s.Parts {
		if name == "" || strings.ContainsFunc(name+value, isControl) {
			return fmt.Errorf("its part %.60q is empty or holds control characters", name)
		}
	}
	parts := s.Parts
	if parts == nil {
		parts = map[string]string{}
	}
	covers, err := Digest(parts)
	if err != nil {
		return fmt.Errorf("its parts: %w", err)
	}
	if s.Covers != covers {
		return fmt.Errorf("it covers %.80q, and its parts are %s", s.Covers, covers)
	}
	return nil
}

func isControl(c rune) bool { return c < ' ' || c >= 0x7f && c < 0xa0 }

// checkEvidence says what is wrong with the kind of evidence.
func (s *Statement) checkEvidence() error {
	switch {
	case s.Evidence == BySignature && s.Review == nil:
		return nil
	case s.Evidence == BySignature:
		return errors.New("it is evidence by signature and speaks of a review")
	case s.Evidence != ByReview:
		return fmt.Errorf("its evidence is %.60q, not one of signature, review", s.Evidence)
	case s.Review == nil:
		return errors.New("it is evidence by review and has none")
	}
	return s.Review.check()
}

func (r *Review) check() error {
	for name, text := range map[string]string{"host": r.Host, "repository": r.Repository, "id": r.ID, "account": r.Account, "state": r.State} {
		if text == "" || len(text) > maxText || plain.Line(text) != text || strings.TrimSpace(text) != text {
			return fmt.Errorf("its review's %s is %.60q, which is empty, too long or holds what cannot be printed", name, text)
		}
	}
	switch {
	case r.Forge != "github" && r.Forge != "gitlab" && r.Forge != "gitea":
		return fmt.Errorf("its review's forge is %.60q, not one of github, gitlab, gitea", r.Forge)
	case r.Pull < 1 || r.Pull > maxExact:
		return fmt.Errorf("its review is of pull request %d", r.Pull)
	case !commitPattern().MatchString(r.Commit):
		return fmt.Errorf("its review's commit is %.80q, not the whole id of one", r.Commit)
	}
	if _, ok := records.ParseTime(r.SubmittedAt); !ok || len(r.SubmittedAt) > 40 {
		return fmt.Errorf("its review's time is %.60q, not one such as 2026-11-03T09:12:00Z", r.SubmittedAt)
	}
	return nil
}

// isBranch reports whether a text is the full name of a branch that git would
// accept, in short: it is for comparing, and is never handed to a program.
func isBranch(s string) bool {
	name, ok := strings.CutPrefix(s, branchPrefix)
	return ok && name != "" && len(s) <= maxText && plain.Line(s) == s && !strings.ContainsAny(s, " ~^:?*[\\") && !strings.Contains(s, "..")
}

// isTime reports whether a text is a time exactly as records write it.
func isTime(s string) bool {
	t, err := time.Parse(records.TimeFormat, s)
	return err == nil && records.FormatTime(t) == s
}
