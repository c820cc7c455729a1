package index

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"frontdesk/records/tree"
)

// Digest names a file's content as git does: the id of the blob that git would
// store it as, in repositories of SHA-1.
type Digest [20]byte

// A manifest says what the files of a work tree were when they were last
// looked at. It is one file, replaced as a whole:
//
//	header  "FDMAN1\n\0", when it was taken (8), number of rows (4), length of all paths (4)
//	row     size (8), modified (8), changed (8), inode (8), digest (20), end of its path (4)
//	paths   one behind the other
//	sum     CRC-32C of all that (4)
//
// Numbers are little-endian, times nanoseconds since 1970. Rows are ordered by
// path.
const (
	manifestMagic  = "FDMAN1\n\x00"
	manifestHeader = len(manifestMagic) + 8 + 4 + 4
	rowSize        = 8*4 + len(Digest{}) + 4
	maxManifest    = 1 << 30
)

// manifest is what a manifest file says.
type manifest struct {
	taken int64 // by the clock of the file system, before the files were looked at
	rows  []byte
	paths []byte
	n     int
	data  []byte // the file
}

// readManifest reads a manifest. One that is not there or makes no sense is
// empty.
func readManifest(path string) *manifest {
	data, err := readFile(path, maxManifest)
	if err != nil {
		return &manifest{}
	}
	return parseManifest(data)
}

func parseManifest(data []byte) *manifest {
	if len(data) < manifestHeader+4 || string(data[:len(manifestMagic)]) != manifestMagic {
		return &manifest{}
	}
	body, sum := data[:len(data)-4], binary.LittleEndian.Uint32(data[len(data)-4:])
	n := int(binary.LittleEndian.Uint32(data[len(manifestMagic)+8:]))
	paths := int(binary.LittleEndian.Uint32(data[len(manifestMagic)+12:]))
	if len(body) != manifestHeader+n*rowSize+paths || crc32.Checksum(body, castagnoli) != sum {
		return &manifest{}
	}
	m := &manifest{taken: int64(binary.LittleEndian.Uint64(data[len(manifestMagic):])), n: n, data: data}
	m.rows = body[manifestHeader : manifestHeader+n*rowSize]
	m.paths = body[manifestHeader+n*rowSize:]
	if !m.isOrdered() {
		return &manifest{}
	}
	return m
}

// isOrdered reports whether the rows are what a writer of ours would write.
func (m *manifest) isOrdered() bool {
	from, last := 0, []byte(nil)
	for i := range m.n {
		to := int(m.number32(i, rowSize-4))
		if to < from || to > len(m.paths) || i > 0 && bytes.Compare(m.paths[from:to], last) <= 0 {
			return false
		}
		from, last = to, m.paths[from:to]
	}
	return from == len(m.paths)
}

func (m *manifest) number(i, at int) uint64 {
	return binary.LittleEndian.Uint64(m.rows[i*rowSize+at:])
}

func (m *manifest) number32(i, at int) uint32 {
	return binary.LittleEndian.Uint32(m.rows[i*rowSize+at:])
}

func (m *manifest) path(i int) string { return string(m.bytes(i)) }

// bytes is path without a copy.
func (m *manifest) bytes(i int) []byte {
	from := 0
	if i > 0 {
		from = int(m.number32(i-1, rowSize-4))
	}
	return m.paths[from:m.number32(i, rowSize-4)]
}

func (m *manifest) stat(i int) tree.Stat {
	return tree.Stat{Size: int64(m.number(i, 0)), Modified: int64(m.number(i, 8)), Changed: int64(m.number(i, 16)), Inode: m.number(i, 24)}
}

func (m *manifest) digest(i int) Digest {
	return Digest(m.rows[i*rowSize+32 : i*rowSize+32+len(Digest{})])
}

// row is a row to be written.
type row struct {
	path   string
	stat   tree.Stat
	digest Digest
}

func formatManifest(taken int64, rows []row) []byte {
	paths := 0
	for _, r := range rows {
		paths += len(r.path)
	}
	out := make([]byte, 0, manifestHeader+len(rows)*rowSize+paths+4)
	out = append(out, manifestMagic...)
	out = binary.LittleEndian.AppendUint64(out, uint64(taken))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(rows)))
	out = binary.LittleEndian.AppendUint32(out, uint32(paths))
	end := 0
	for _, r := range rows {
		end += len(r.path)
		for _, n := range []int64{r.stat.Size, r.stat.Modified, r.stat.Changed, int64(r.stat.Inode)} {
			out = binary.LittleEndian.AppendUint64(out, uint64(n))
		}
		out = append(out, r.digest[:]...)
		out = binary.LittleEndian.AppendUint32(out, uint32(end))
	}
	for _, r := range rows {
		out = append(out, r.path...)
	}
	return binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
}

// isOutdated reports whether a manifest with the rows, taken at that time, would
// say something else or more. Rows outside are left out of account.
func (m *manifest) isOutdated(rows []row, taken int64, outside func(string) bool) bool {
	j := 0
	for _, r := range rows {
		for j < m.n && string(m.bytes(j)) < r.path {
			if !outside(m.path(j)) {
				return true
			}
			j++
		}
		if j == m.n || string(m.bytes(j)) != r.path || m.stat(j) != r.stat || m.digest(j) != r.digest ||
			!isSettled(r.stat, m.taken) && isSettled(r.stat, taken) {
			return true
		}
		j++
	}
	for ; j < m.n; j++ {
		if !outside(m.path(j)) {
			return true
		}
	}
	return false
}

// merged returns the rows, and those of the manifest that are outside.
func (m *manifest) merged(rows []row, outside func(string) bool) []row {
	out := make([]row, 0, len(rows)+m.n)
	j := 0
	for i := 0; i <= len(rows); i++ {
		for ; j < m.n && (i == len(rows) || m.path(j) < rows[i].path); j++ {
			if outside(m.path(j)) {
				out = append(out, m.row(j))
			}
		}
		if i < len(rows) {
			out = append(out, rows[i])
			if j < m.n && m.path(j) == rows[i].path {
				j++
			}
		}
	}
	return out
}

// row returns a row. One that had not settled when the manifest was taken has no
// stat: it must be read again.
func (m *manifest) row(i int) row {
	r := row{path: m.path(i), stat: m.stat(i), digest: m.digest(i)}
	if !isSettled(r.stat, m.taken) {
		r.stat = tree.Stat{}
	}
	return r
}

// find returns the digest of a path.
func (m *manifest) find(path string) (d Digest, ok bool) {
	i := sort.Search(m.n, func(i int) bool { return string(m.bytes(i)) >= path })
	if i == m.n || string(m.bytes(i)) != path {
		return d, false
	}
	return m.digest(i), true
}

// The margins within which a file system may give two changes the same time:
// some ticks of the kernel's clock, or, where it stores whole seconds, two.
const (
	fineMargin   = 100_000_000
	coarseMargin = 2_000_000_000
)

// isSettled reports whether a file that was seen with these times can since have
// changed only together with them. One that had just been changed when it was
// looked at could change again within the same tick.
func isSettled(s tree.Stat, taken int64) bool {
	latest := max(s.Modified, s.Changed)
	margin := int64(fineMargin)
	if latest%1_000_000_000 == 0 {
		margin = coarseMargin
	}
	return latest <= math.MaxInt64-margin && latest+margin < taken
}

// isSeen reports whether the row is of a file with that stat, and says what it
// holds.
func (m *manifest) isSeen(i int, s tree.Stat) bool {
	return m.stat(i) == s && s != tree.Stat{} && isSettled(s, m.taken)
}

// clock returns the time by the clock of the file system that holds a folder, 0
// where nothing can be written there.
func clock(dir string) int64 {
	f, err := os.CreateTemp(dir, "clock-*")
	if err != nil {
		return 0
	}
	defer os.Remove(f.Name())
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	return info.ModTime().UnixNano()
}

// replace writes a file that is at any moment either old or new.
func replace(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))+"-*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
