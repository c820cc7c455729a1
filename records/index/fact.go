package index

import (
	"bytes"
	"sync"

	"frontdesk/records"
)

// packFacts begins the names of packs of what was computed of records.
const packFacts = "facts-"

// Facts is what was computed of records of the last Load, by content, path,
// configuration and whatever else it depends on. It may be used by several
// goroutines at once.
type Facts struct {
	index *Index
	pack  *pack
	key   []byte

	mu    sync.Mutex
	added map[Digest][]byte
}

// Facts opens what is kept below a name, of letters and dashes. The key stands for
// what all of it depends on beside the records and the configuration: what was
// noted under another key is not recalled. Keep takes what is noted from then on.
func (x *Index) Facts(name, key string) *Facts {
	x.open(func() {})
	if x.facts == nil {
		x.facts = map[string]*pack{}
	}
	p, ok := x.facts[name]
	if !ok {
		p = x.pack(packFacts + name)
		x.facts[name] = p
	}
	settings := x.tree.Settings
	return &Facts{index: x, pack: p, key: appendText(settings[:16:16], key), added: map[Digest][]byte{}}
}

// Recall returns what Note was told of the record's content at its path, under the
// same configuration and the same keys. The bytes must not be changed.
func (f *Facts) Recall(r *records.Record, key string) (payload []byte, ok bool) {
	d, ok := f.index.digest(r.Path)
	if !ok || f.index.tree.Settings == [32]byte{} { // a tree with the files of another one
		return nil, false
	}
	frame, ok := f.pack.find(d)
	if !ok {
		return nil, false
	}
	var room [256]byte
	return bytes.CutPrefix(frame, f.prefix(room[:0], r, key))
}

// prefix is what beside the content a fact depends on, in a form that no other one
// has: each part is preceded by its length.
func (f *Facts) prefix(dst []byte, r *records.Record, key string) []byte {
	dst = append(dst, f.key...)
	dst = appendText(dst, string(r.Type))
	dst = appendText(dst, r.Path)
	return appendText(dst, key)
}

// Note keeps what was computed of a record. Of one that was read as a whole it keeps
// nothing if its file held something else at the last Load.
func (f *Facts) Note(r *records.Record, key string, payload []byte) {
	d, ok := f.index.digest(r.Path)
	if !ok {
		return
	}
	if r.Source != nil {
		if now, ok := digestOf(r.Source); !ok || now != d {
			return
		}
	}
	frame := append(f.prefix(nil, r, key), payload...)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.added[d] = frame
}

// Keep hands what was noted to the index, for Save to write.
func (f *Facts) Keep() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for d, frame := range f.added {
		f.pack.add(d, frame)
	}
	f.added = map[Digest][]byte{}
}
