package site

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// digest tells contents apart: the first half of a SHA-256.
type digest [16]byte

// sum returns the digest of some bytes.
func sum(data []byte) digest {
	full := sha256.Sum256(data)
	return digest(full[:len(digest{})])
}

// digester makes a digest of a sequence of things, each told from the next.
type digester struct {
	h   hash.Hash
	buf []byte
}

func newDigester() *digester { return &digester{h: sha256.New()} }

func (d *digester) bytes(data []byte) {
	d.buf = binary.AppendUvarint(d.buf[:0], uint64(len(data)))
	d.h.Write(d.buf)
	d.h.Write(data)
}

func (d *digester) text(s string) {
	d.buf = binary.AppendUvarint(d.buf[:0], uint64(len(s)))
	d.buf = append(d.buf, s...)
	d.h.Write(d.buf)
}

func (d *digester) number(n int) {
	d.buf = binary.AppendVarint(d.buf[:0], int64(n))
	d.h.Write(d.buf)
}

func (d *digester) digest(x digest) { d.h.Write(x[:]) }

// done returns the digest of all that was put in.
func (d *digester) done() digest {
	d.buf = d.h.Sum(d.buf[:0])
	return digest(d.buf[:len(digest{})])
}
