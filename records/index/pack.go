package index

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// A pack is a file to which frames are appended and of which none is ever
// changed. Frames are found by the digest of the file that they were made from.
// Several processes may append at once and others read meanwhile.
//
//	header  "FDPACK1\n", end of the last frame (8 bytes), CRC-32C of both (4 bytes)
//	frame   length of the payload (4), CRC-32C of digest and payload (4), digest (20), payload
//
// Numbers are little-endian. What stands after the end was never finished. A
// frame whose sum is wrong ends what is read: whoever appends next begins anew.
const (
	packMagic  = "FDPACK1\n"
	packHeader = len(packMagic) + 8 + 4
	frameHead  = 4 + 4 + len(Digest{})
)

// maxPack is the size of the largest pack that is read; a larger one begins
// anew.
const maxPack = 1 << 31

// lockPatience is how long a writer waits for another one before it gives up:
// what it wanted to keep is found again.
const lockPatience = 2 * time.Second

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// pack is what a pack held when it was read, with what was added since.
type pack struct {
	path    string   // "" for one in memory
	data    []byte   // the file up to its end
	slots   []uint32 // where frames begin, by the first bytes of their digests; 0 is empty
	added   map[Digest][]byte
	order   []Digest // of added
	damaged bool
	good    int // bytes up to the first damaged frame
}

// readPack reads a pack. One that is not there or makes no sense is empty.
func readPack(path string) *pack {
	p := &pack{path: path, added: map[Digest][]byte{}, good: packHeader}
	data, err := readFile(path, maxPack)
	if errors.Is(err, os.ErrNotExist) {
		return p
	}
	end, ok := packEnd(data)
	if err != nil || !ok || end > len(data) {
		p.damaged = true
		return p
	}
	p.scan(data[:end])
	return p
}

// packEnd returns where the frames of a pack end.
func packEnd(data []byte) (int, bool) {
	if len(data) < packHeader || string(data[:len(packMagic)]) != packMagic {
		return 0, false
	}
	sum := binary.LittleEndian.Uint32(data[packHeader-4:])
	end := binary.LittleEndian.Uint64(data[len(packMagic):])
	return int(end), sum == crc32.Checksum(data[:packHeader-4], castagnoli) && end >= uint64(packHeader) && end <= maxPack
}

func header(end int) []byte {
	h := binary.LittleEndian.AppendUint64([]byte(packMagic), uint64(end))
	return binary.LittleEndian.AppendUint32(h, crc32.Checksum(h, castagnoli))
}

// scan finds the frames and checks their sums.
func (p *pack) scan(data []byte) {
	p.data = data
	starts := make([]uint32, 0, len(data)/300)
	for at := packHeader; at < len(data); at = p.good {
		next, ok := frameAt(data, at)
		if !ok {
			p.damaged = true
			break
		}
		starts = append(starts, uint32(at))
		p.good = next
	}
	p.slots = make([]uint32, 1<<bits.Len(uint(2*len(starts))))
	for _, at := range starts {
		*p.slot(Digest(data[at+8:])) = at
	}
}

// frameAt returns where the frame that begins at a place ends.
func frameAt(data []byte, at int) (next int, ok bool) {
	if len(data)-at < frameHead {
		return 0, false
	}
	size := int(binary.LittleEndian.Uint32(data[at:]))
	if size > len(data)-at-frameHead {
		return 0, false
	}
	next = at + frameHead + size
	return next, binary.LittleEndian.Uint32(data[at+4:]) == crc32.Checksum(data[at+8:next], castagnoli)
}

// slot returns the slot of a digest: its own or the one where it belongs. At
// least half of them are empty.
func (p *pack) slot(d Digest) *uint32 {
	mask := uint32(len(p.slots) - 1)
	for i := binary.LittleEndian.Uint32(d[:]) & mask; ; i = (i + 1) & mask {
		if at := p.slots[i]; at == 0 || Digest(p.data[at+8:]) == d {
			return &p.slots[i]
		}
	}
}

// find returns the payload of the frame with the digest. It must not be changed.
func (p *pack) find(d Digest) ([]byte, bool) {
	if payload, ok := p.added[d]; ok {
		return payload, true
	}
	if len(p.slots) == 0 {
		return nil, false
	}
	at := *p.slot(d)
	if at == 0 {
		return nil, false
	}
	size := binary.LittleEndian.Uint32(p.data[at:])
	return p.data[at+uint32(frameHead) : at+uint32(frameHead)+size], true
}

// add puts a frame into the pack, to be written by save.
func (p *pack) add(d Digest, payload []byte) {
	if _, ok := p.added[d]; !ok {
		p.order = append(p.order, d)
	}
	p.added[d] = payload
}

// save appends what was added. It does nothing where another process holds the
// pack for long.
func (p *pack) save(ctx context.Context) error {
	if p.path == "" || len(p.added) == 0 && !p.damaged {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	lock := flock.New(p.path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o666))
	defer lock.Close()
	if ok, err := lock.TryLockContext(ctx, 2*time.Millisecond); !ok {
		return fmt.Errorf("lock %s: %w", filepath.Base(p.path), err)
	}
	f, err := os.OpenFile(p.path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	defer f.Close()
	return p.append(f)
}

// append writes what was added behind the last whole frame. The header follows
// the frames, so that a process that is killed leaves nothing half-way.
func (p *pack) append(f *os.File) error {
	end, err := p.writable(f)
	if err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	var buf bytes.Buffer
	for _, d := range p.order {
		payload := p.added[d]
		head := make([]byte, 8, frameHead)
		head = append(head, d[:]...)
		binary.LittleEndian.PutUint32(head, uint32(len(payload)))
		sum := crc32.Update(crc32.Checksum(d[:], castagnoli), castagnoli, payload)
		binary.LittleEndian.PutUint32(head[4:], sum)
		buf.Write(head)
		buf.Write(payload)
	}
	if end+buf.Len() > maxPack {
		end = packHeader
	}
	if err := f.Truncate(int64(end)); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	if _, err := f.WriteAt(buf.Bytes(), int64(end)); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	if _, err := f.WriteAt(header(end+buf.Len()), 0); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	p.added, p.order, p.damaged = map[Digest][]byte{}, nil, false
	return nil
}

// writable returns where to append: behind the frames that are there, or, where
// they were found damaged, behind those before the damage.
func (p *pack) writable(f *os.File) (int, error) {
	head := make([]byte, packHeader)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	end, ok := packEnd(head[:n])
	switch {
	case !ok || int64(end) > info.Size():
		end = packHeader
	case p.damaged:
		end = min(end, p.good)
	}
	if _, err := f.WriteAt(header(end), 0); err != nil {
		return 0, err
	}
	return end, nil
}

// readFile reads a file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("read index: %s is too large or no file", filepath.Base(path))
	}
	data := make([]byte, info.Size())
	n, err := io.ReadFull(f, data)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return data[:n], err
}
