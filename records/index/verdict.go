package index

import (
	"bytes"
	"encoding/binary"
	"sync"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// Verdicts is what checks found in the records of the last Load, by content,
// path and configuration. It may be used by several goroutines at once.
type Verdicts struct {
	index  *Index
	byPath map[string]Digest

	mu    sync.Mutex
	added map[Digest][]byte
}

// Verdicts opens what is kept of checks. Keep takes what is noted from then on.
func (x *Index) Verdicts() *Verdicts {
	if x.verdicts == nil {
		x.verdicts = x.pack(packVerdicts)
	}
	v := &Verdicts{index: x, byPath: make(map[string]Digest, len(x.names)), added: map[Digest][]byte{}}
	for i, n := range x.names {
		if x.found[i].ok {
			v.byPath[n.Path] = x.found[i].digest
		}
	}
	return v
}

// Recall returns what Note was told of the record's content at its path under
// the same configuration, if now is not before the latest time that it names.
func (v *Verdicts) Recall(r *records.Record, now time.Time) (found []diag.Diagnostic, ok bool) {
	d, ok := v.byPath[r.Path]
	if !ok {
		return nil, false
	}
	payload, ok := v.index.verdicts.find(d)
	if !ok {
		return nil, false
	}
	rest, ok := bytes.CutPrefix(payload, v.key(r.Path))
	if !ok || len(rest) < 8 {
		return nil, false
	}
	if latest := int64(binary.LittleEndian.Uint64(rest[:8])); latest > now.Unix() {
		return nil, false
	}
	in := &reader{src: rest[8:], slab: &slab{}}
	found = placed(r.Path, in.diagnostics())
	return found, in.err == nil && len(in.src) == 0
}

// key is what beside the content a verdict depends on.
func (v *Verdicts) key(path string) []byte {
	return append(append(append(make([]byte, 0, 128), v.index.tree.Settings[:16]...), path...), 0)
}

// Note keeps what was found in a record.
func (v *Verdicts) Note(r *records.Record, latest time.Time, found []diag.Diagnostic) {
	d, ok := v.byPath[r.Path]
	if !ok {
		return
	}
	payload := binary.LittleEndian.AppendUint64(v.key(r.Path), uint64(latest.Add(time.Second-1).Unix()))
	payload = appendDiagnostics(payload, found)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.added[d] = payload
}

// Keep hands what was noted to the index, for Save to write.
func (v *Verdicts) Keep() {
	for d, payload := range v.added {
		v.index.verdicts.add(d, payload)
	}
	v.added = map[Digest][]byte{}
}
