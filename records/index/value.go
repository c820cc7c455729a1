package index

import (
	"encoding/binary"
	"errors"
	"hash/maphash"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// errFrame is returned for bytes that no encoder of ours wrote.
var errFrame = errors.New("read index: the bytes make no sense")

// maxDepth bounds nested values; records are bounded lower when they are parsed.
const maxDepth = 32

// Flags beside the kind of a value.
const (
	kindMask   = 0x0F
	flagQuoted = 0x10
	flagFlow   = 0x20
)

// appendHead encodes what was read of a record's file: the diagnostics, the id,
// then each other field but the log with its length, so that a reader can pass
// over those it does not need. Positions are left out. r is nil where the file
// could not be read as a record.
func appendHead(dst []byte, r *records.Record, ds []diag.Diagnostic) []byte {
	dst = appendDiagnostics(dst, ds)
	if r == nil {
		return append(dst, 0)
	}
	dst = append(dst, 1)
	dst = appendText(dst, r.Text(records.FieldID))
	for _, p := range r.Fields.Pairs {
		if p.Key == records.FieldLog {
			continue
		}
		dst = appendText(dst, p.Key)
		value := appendValue(nil, p.Value)
		dst = binary.AppendUvarint(dst, uint64(len(value)))
		dst = append(dst, value...)
	}
	return dst
}

// appendLog encodes the log of a record, if it has one.
func appendLog(dst []byte, r *records.Record) []byte {
	if r == nil || r.Get(records.FieldLog) == nil {
		return dst
	}
	return appendValue(dst, r.Get(records.FieldLog))
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

func appendValue(dst []byte, v *records.Value) []byte {
	head := byte(v.Kind)
	if v.Quoted {
		head |= flagQuoted
	}
	if v.Flow {
		head |= flagFlow
	}
	dst = append(dst, head)
	switch v.Kind {
	case records.List:
		dst = binary.AppendUvarint(dst, uint64(len(v.Items)))
		for _, item := range v.Items {
			dst = appendValue(dst, item)
		}
	case records.Map:
		dst = binary.AppendUvarint(dst, uint64(len(v.Pairs)))
		for _, p := range v.Pairs {
			dst = appendValue(appendText(dst, p.Key), p.Value)
		}
	default:
		dst = appendText(dst, v.Text)
	}
	return dst
}

// reader decodes; after an error it returns zero values.
type reader struct {
	src []byte
	err error
	*slab
	common *common // nil: no two records share a value
}

// common holds short scalars that were read more than once, such as states: records
// share them, as nobody changes what the index knows of a record. It stands apart from
// the slab, which takes values back.
type common struct {
	seed  maphash.Seed
	slots [1024]struct {
		value *records.Value
		head  byte
		seen  uint32 // of the text that was read here last and is not shared yet
	}
}

// longestCommon is how long a scalar may be that records share.
const longestCommon = 32

func newCommon() *common { return &common{seed: maphash.MakeSeed()} }

// scalar returns a scalar as it stands behind a head.
func (r *reader) scalar(head byte, text []byte) *records.Value {
	if r.common != nil && len(text) <= longestCommon {
		h := maphash.Bytes(r.common.seed, text)
		slot := &r.common.slots[h%uint64(len(r.common.slots))]
		if slot.value != nil && slot.head == head && slot.value.Text == string(text) {
			return slot.value
		}
		if mark := uint32(h>>32) + uint32(head); slot.seen != mark {
			slot.seen = mark
		} else {
			slot.value, slot.head = new(records.Value), head
			return filled(slot.value, head, text)
		}
	}
	return filled(r.slab.value(), head, text)
}

func filled(v *records.Value, head byte, text []byte) *records.Value {
	v.Kind, v.Quoted, v.Flow, v.Text = records.Kind(head&kindMask), head&flagQuoted != 0, head&flagFlow != 0, string(text)
	return v
}

// slab hands out values and pairs in blocks, since a large desk has millions of
// them.
type slab struct {
	values []records.Value
	pairs  []records.Pair
}

const slabSize = 1024

func (s *slab) value() *records.Value {
	if len(s.values) == cap(s.values) {
		s.values = make([]records.Value, 0, slabSize)
	}
	s.values = append(s.values, records.Value{})
	return &s.values[len(s.values)-1]
}

// mark and release give back what was handed out in between, where nothing
// points to it any more.
func (s *slab) mark() slab { return *s }

func (s *slab) release(m slab) {
	s.values, s.pairs = rewound(s.values, m.values), rewound(s.pairs, m.pairs)
}

// rewound returns a block as it was, or, where a new one was begun, that one
// empty.
func rewound[T any](now, then []T) []T {
	if cap(now) > 0 && cap(then) > 0 && &now[:1][0] == &then[:1][0] {
		return then
	}
	return now[:0]
}

// pairsOf returns room for n pairs; appending more moves them elsewhere.
func (s *slab) pairsOf(n int) []records.Pair {
	if len(s.pairs)+n > cap(s.pairs) {
		s.pairs = make([]records.Pair, 0, max(slabSize, n))
	}
	from := len(s.pairs)
	s.pairs = s.pairs[:from+n]
	return s.pairs[from : from : from+n]
}

// trimmed gives back the room behind pairs that were handed out last, but for one: that
// of the log.
func (s *slab) trimmed(pairs []records.Pair) []records.Pair {
	room := cap(pairs) - len(pairs) - 1
	if room > 0 && len(s.pairs) >= cap(pairs) && &pairs[:1][0] == &s.pairs[len(s.pairs)-cap(pairs):][0] {
		s.pairs = s.pairs[:len(s.pairs)-room]
		return pairs[: len(pairs) : len(pairs)+1]
	}
	return pairs
}

func (r *reader) fail() { r.src, r.err = nil, errFrame }

func (r *reader) byte() byte {
	if len(r.src) == 0 {
		r.fail()
		return 0
	}
	b := r.src[0]
	r.src = r.src[1:]
	return b
}

func (r *reader) uvarint() uint64 {
	var n uint64
	for shift := 0; shift < 64; shift += 7 {
		b := r.byte()
		n |= uint64(b&0x7F) << shift
		if b < 0x80 {
			return n
		}
	}
	r.fail()
	return 0
}

// count reads how many things follow, each of which takes at least one byte.
func (r *reader) count() int {
	n := r.uvarint()
	if n > uint64(len(r.src)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) text() string { return string(r.bytes()) }

// bytes returns a text as it stands in what is read.
func (r *reader) bytes() []byte {
	n := r.count()
	b := r.src[:n]
	r.src = r.src[n:]
	return b
}

// chosen returns a key as a string if it is wanted, without a copy of those that
// are not. nil wants all.
func chosen(wanted []string, key []byte) (string, bool) {
	if wanted == nil {
		return string(key), true
	}
	for _, w := range wanted {
		if w == string(key) {
			return w, true
		}
	}
	return "", false
}

func (r *reader) value(depth int) *records.Value {
	head := r.byte()
	if records.Kind(head&kindMask) < records.List && depth <= maxDepth {
		return r.scalar(head, r.bytes())
	}
	v := r.slab.value()
	v.Kind, v.Quoted, v.Flow = records.Kind(head&kindMask), head&flagQuoted != 0, head&flagFlow != 0
	switch {
	case v.Kind > records.Map || depth > maxDepth:
		r.fail()
	case v.Kind == records.List:
		n := r.count()
		v.Items = make([]*records.Value, 0, n)
		for range n {
			v.Items = append(v.Items, r.value(depth+1))
		}
	case v.Kind == records.Map:
		n := r.count()
		v.Pairs = make([]records.Pair, 0, n)
		for range n {
			v.Pairs = append(v.Pairs, records.Pair{Key: r.text(), Value: r.value(depth + 1)})
		}
	}
	return v
}

// head decodes what appendHead wrote, of the fields only those wanted, nil
// meaning all. fields is nil for a file that could not be read as a record.
func (r *reader) head(wanted []string) (id records.ID, fields *records.Value, ds []diag.Diagnostic) {
	ds = r.diagnostics()
	if r.byte() == 0 || r.err != nil {
		return "", nil, ds
	}
	id = records.ID(r.text())
	fields = r.slab.value()
	fields.Kind = records.Map
	if wanted != nil {
		fields.Pairs = r.pairsOf(len(wanted) + 1) // the log may come to it
	}
	for len(r.src) > 0 {
		key := r.bytes()
		size := r.count()
		rest := r.src[size:]
		if name, ok := chosen(wanted, key); ok {
			r.src = r.src[:size]
			fields.Pairs = append(fields.Pairs, records.Pair{Key: name, Value: r.value(0)})
			if len(r.src) > 0 {
				r.fail()
			}
		}
		if r.err != nil {
			return "", nil, nil
		}
		r.src = rest
	}
	if wanted != nil {
		fields.Pairs = r.trimmed(fields.Pairs)
	}
	return id, fields, ds
}

// log decodes what appendLog wrote, nil where there is no log.
func (r *reader) log() *records.Value {
	if len(r.src) == 0 {
		return nil
	}
	v := r.value(0)
	if len(r.src) > 0 {
		r.fail()
	}
	return v
}
