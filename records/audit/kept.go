package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/git"
	"frontdesk/records/index"
)

// Place says where what an audit found is kept, for the next one. The zero Place
// is memory.
type Place struct {
	Common string // git's common directory
	Build  string // the program's build: another one may find something else
	Desk   string // the desk's folder below the top

	branch string // full name
}

// file returns the name of the file, "" where nothing is kept.
func (p Place) file() string {
	if p.Common == "" || p.Build == "" {
		return ""
	}
	return filepath.Join(p.Common, index.Folder, digestName(p.Build), "audit-"+digestName(p.branch+"\n"+p.Desk))
}

// digestName makes a file name of anything.
func digestName(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// keptMagic begins a file, and tells its form.
const keptMagic = "frontdesk audit 1\n"

var errDamaged = errors.New("it is damaged")

// resume takes over what an earlier audit found, where the branch still has what
// it looked at. What cannot be used is made anew.
func (w *walk) resume(ctx context.Context) error {
	file := w.place.file()
	if file == "" || w.shallow {
		return nil
	}
	data, err := os.ReadFile(file)
	if err != nil || w.decode(data) != nil || len(w.entries) == 0 {
		w.reset()
		return ctx.Err()
	}
	last := w.entries[len(w.entries)-1]
	follows, err := w.follows(ctx, last.ID)
	if err != nil {
		return err
	}
	if !follows {
		w.lost, w.known = last.Short(), map[string]*Entry{}
		for _, e := range w.entries {
			if !e.isUnjudged() && e.Together == "" {
				w.known[e.ID] = e
			}
		}
		w.reset()
		return nil
	}
	w.kept = len(w.entries)
	if last.ID != w.tip.ID {
		if w.config, err = configAt(ctx, w.desk, last.ID); err != nil {
			return err
		}
	}
	return w.judgeLeft(ctx)
}

// follows reports whether the branch's tip follows a commit along first parents.
func (w *walk) follows(ctx context.Context, last string) (bool, error) {
	if last == w.tip.ID {
		return true, nil
	}
	if _, err := w.desk.Resolve(ctx, last); err != nil {
		return false, ctx.Err()
	}
	for rev, err := range w.top.Log(ctx, git.LogOptions{From: w.tip.ID, FirstParent: true, Oldest: true, Exclude: []string{last}}) {
		if err != nil {
			return false, err
		}
		return len(rev.Parents) > 0 && rev.Parents[0] == last, nil
	}
	return false, nil
}

// isUnjudged reports whether something kept the commit from being judged.
func (e *Entry) isUnjudged() bool {
	return slices.ContainsFunc(e.findings, func(f finding) bool { return f.rule == NotJudged })
}

// judgeLeft judges what an earlier audit could not.
func (w *walk) judgeLeft(ctx context.Context) error {
	var clock time.Time
	for _, e := range w.entries {
		if e.When.After(clock) {
			clock = e.When
		}
		if !e.isUnjudged() {
			continue
		}
		e.findings = slices.DeleteFunc(e.findings, func(f finding) bool { return f.rule == NotJudged || f.rule == GuardedFile })
		w.queue = append(w.queue, task{e, clock})
	}
	w.rejudged = len(w.queue) > 0
	return w.judgeQueue(ctx)
}

// keep writes what was found for the next audit. It costs time alone where that
// fails.
func (w *walk) keep() {
	file := w.place.file()
	if file == "" || w.shallow || len(w.entries) == 0 {
		return
	}
	if os.MkdirAll(filepath.Dir(file), 0o777) != nil {
		return
	}
	temp, err := os.CreateTemp(filepath.Dir(file), "audit-*.tmp")
	if err != nil {
		return
	}
	_, err = temp.Write(w.encode())
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), file)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
}

// encode writes the walk: a head with the SHA-256 of what follows it.
func (w *walk) encode() []byte {
	k := &keeper{table: map[string]uint64{}}
	k.uint(uint64(len(w.entries)))
	for _, e := range w.entries {
		k.entry(e)
	}
	k.time(w.clock)
	k.bool(w.begun)
	k.uint(uint64(len(w.live.byPath)))
	for p, r := range w.live.byPath {
		k.string(p)
		k.name(string(r.typ))
		k.string(string(r.id))
		k.bool(r.month)
		k.string(r.log.blob)
		k.uint(uint64(r.log.last))
		k.uint(uint64(len(r.log.keys)))
		for _, key := range r.log.keys {
			k.out = binary.BigEndian.AppendUint64(k.out, key)
		}
	}
	sum := sha256.Sum256(k.out)
	return append(append([]byte(keptMagic), sum[:]...), k.out...)
}

// decode is the reverse of encode, but for the configuration, which is read from
// the commit.
func (w *walk) decode(data []byte) (err error) {
	body, ok := bytes.CutPrefix(data, []byte(keptMagic))
	if !ok || len(body) < sha256.Size || sha256.Sum256(body[sha256.Size:]) != [sha256.Size]byte(body[:sha256.Size]) {
		return errDamaged
	}
	k := &reader{in: body[sha256.Size:]}
	n := k.count()
	w.entries = make([]*Entry, 0, n)
	for range n {
		w.entries = append(w.entries, k.entry())
	}
	w.clock, w.begun = k.time(), k.bool()
	for range k.count() {
		p := k.string()
		r := &record{typ: records.Type(k.name()), id: records.ID(k.string()), month: k.bool()}
		r.log = lines{blob: k.string(), last: int64(k.uint())}
		if n := k.count(); n > 0 {
			r.log.keys = make([]uint64, n)
		}
		for i := range r.log.keys {
			r.log.keys[i] = k.fixed()
		}
		w.live.add(p, r)
	}
	if k.bad || len(k.in) > 0 {
		return errDamaged
	}
	return nil
}

// keeper writes values without their names. Texts that come again are written
// once.
type keeper struct {
	out   []byte
	table map[string]uint64
}

func (k *keeper) uint(n uint64) { k.out = binary.AppendUvarint(k.out, n) }

func (k *keeper) string(s string) {
	k.uint(uint64(len(s)))
	k.out = append(k.out, s...)
}

func (k *keeper) bool(b bool) {
	if b {
		k.uint(1)
	} else {
		k.uint(0)
	}
}

// name writes a text that is likely to come again.
func (k *keeper) name(s string) {
	if n, ok := k.table[s]; ok {
		k.uint(n)
		return
	}
	k.table[s] = uint64(len(k.table) + 1)
	k.uint(0)
	k.string(s)
}

// time writes a time and its zone.
func (k *keeper) time(t time.Time) {
	if t.IsZero() {
		k.uint(0)
		return
	}
	_, offset := t.Zone()
	k.uint(1)
	k.out = binary.AppendVarint(k.out, t.Unix())
	k.out = binary.AppendVarint(k.out, int64(offset))
}

func (k *keeper) signature(s git.Signature) {
	k.name(s.Name)
	k.name(s.Email)
	k.time(s.When)
}

func (k *keeper) entry(e *Entry) {
	k.string(e.ID)
	k.uint(uint64(len(e.Parents)))
	for _, p := range e.Parents {
		k.string(p)
	}
	k.signature(e.Author)
	k.signature(e.Committer)
	k.string(e.Subject)
	k.name(string(e.Basis))
	k.name(e.Together)
	for _, list := range [][]string{e.Records, e.Trusted} {
		k.uint(uint64(len(list)))
		for _, s := range list {
			k.name(s)
		}
	}
	k.uint(uint64(len(e.findings)))
	for _, f := range e.findings {
		k.name(string(f.rule))
		k.name(f.record)
		k.string(f.words)
	}
	var data []byte
	if len(e.Landings) > 0 {
		data, _ = json.Marshal(e.Landings)
	}
	k.string(string(data))
}

// reader reads what a keeper wrote. What does not fit makes it bad, and all that
// follows empty.
type reader struct {
	in    []byte
	table []string
	bad   bool
}

func (k *reader) fail() { k.in, k.bad = nil, true }

func (k *reader) uint() uint64 {
	n, size := binary.Uvarint(k.in)
	if size <= 0 {
		k.fail()
		return 0
	}
	k.in = k.in[size:]
	return n
}

// count reads how many things follow, each of at least a byte.
func (k *reader) count() int {
	n := k.uint()
	if n > uint64(len(k.in)) {
		k.fail()
		return 0
	}
	return int(n)
}

func (k *reader) string() string {
	n := k.count()
	s := string(k.in[:n])
	k.in = k.in[n:]
	return s
}

func (k *reader) bool() bool { return k.uint() == 1 }

func (k *reader) fixed() uint64 {
	if len(k.in) < 8 {
		k.fail()
		return 0
	}
	n := binary.BigEndian.Uint64(k.in)
	k.in = k.in[8:]
	return n
}

func (k *reader) name() string {
	n := k.uint()
	switch {
	case n == 0:
		s := k.string()
		k.table = append(k.table, s)
		return s
	case n > uint64(len(k.table)):
		k.fail()
		return ""
	}
	return k.table[n-1]
}

func (k *reader) int() int64 {
	n, size := binary.Varint(k.in)
	if size <= 0 {
		k.fail()
		return 0
	}
	k.in = k.in[size:]
	return n
}

func (k *reader) time() time.Time {
	if k.uint() == 0 {
		return time.Time{}
	}
	seconds, offset := k.int(), k.int()
	if offset == 0 {
		return time.Unix(seconds, 0).UTC()
	}
	return time.Unix(seconds, 0).In(time.FixedZone("", int(offset)))
}

func (k *reader) signature() git.Signature {
	return git.Signature{Name: k.name(), Email: k.name(), When: k.time()}
}

func (k *reader) entry() *Entry {
	e := &Entry{}
	e.ID = k.string()
	for range k.count() {
		e.Parents = append(e.Parents, k.string())
	}
	e.Author, e.Committer = k.signature(), k.signature()
	e.When = e.Committer.When
	e.Subject = k.string()
	e.Basis, e.Together = Basis(k.name()), k.name()
	for _, list := range []*[]string{&e.Records, &e.Trusted} {
		for range k.count() {
			*list = append(*list, k.name())
		}
	}
	for range k.count() {
		e.findings = append(e.findings, finding{Rule(k.name()), k.name(), k.string()})
	}
	if data := k.string(); data != "" && json.Unmarshal([]byte(data), &e.Landings) != nil {
		k.fail()
	}
	return e
}
