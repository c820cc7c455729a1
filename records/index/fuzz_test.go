package index

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"frontdesk/records"
	"frontdesk/records/tree"
)

// FuzzManifest reads any bytes as a manifest. What is accepted is written back
// to the same bytes.
func FuzzManifest(f *testing.F) {
	rows := []row{{path: "a.md", stat: tree.Stat{Size: 3, Modified: 5}, digest: Digest{1}}, {path: "b/c.md"}}
	f.Add(formatManifest(7, nil))
	f.Add(formatManifest(7, rows))
	f.Fuzz(func(t *testing.T, data []byte) {
		parseManifest(binary.LittleEndian.AppendUint32(bytes.Clone(data), crc32.Checksum(data, castagnoli))) // must not panic
		m := parseManifest(data)
		var back []row
		for i := range m.n {
			back = append(back, row{path: m.path(i), stat: m.stat(i), digest: m.digest(i)})
			if d, ok := m.find(m.path(i)); !ok || d != m.digest(i) {
				t.Fatalf("row %d is not found by its path", i)
			}
		}
		if m.n > 0 && !bytes.Equal(formatManifest(m.taken, back), data) {
			t.Fatal("an accepted manifest is written in another way")
		}
	})
}

// FuzzPack reads any bytes as a pack, then appends a frame and finds it again.
func FuzzPack(f *testing.F) {
	whole := filepath.Join(f.TempDir(), "pack")
	p := readPack(whole)
	p.add(Digest{1}, []byte("one"))
	p.add(Digest{2}, []byte("two"))
	if err := p.save(f.Context()); err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile(whole)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)-2])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		file := filepath.Join(t.TempDir(), "pack")
		if err := os.WriteFile(file, data, 0o666); err != nil {
			t.Fatal(err)
		}
		p := readPack(file)
		p.add(Digest{9}, []byte("nine"))
		if err := p.save(t.Context()); err != nil {
			t.Fatal(err)
		}
		again := readPack(file)
		if got, ok := again.find(Digest{9}); !ok || string(got) != "nine" || again.damaged {
			t.Fatalf("what was appended is %q, %v, damaged %v", got, ok, again.damaged)
		}
	})
}

// FuzzHead decodes any bytes as the head of a record: it fails or gives a record
// that is encoded and decoded to the same.
func FuzzHead(f *testing.F) {
	fields := records.NewMap(records.Pair{Key: "id", Value: records.NewString("a")}, records.Pair{Key: "list", Value: records.NewStrings("x", "y")})
	f.Add(appendHead(nil, &records.Record{Fields: fields}, nil))
	f.Add(appendHead(nil, nil, nil))
	f.Fuzz(func(t *testing.T, src []byte) {
		r := &reader{src: src, slab: &slab{}}
		_, fields, ds := r.head(nil)
		if r.err != nil || fields == nil {
			return
		}
		again := &reader{src: appendHead(nil, &records.Record{Fields: fields}, ds), slab: &slab{}}
		_, back, _ := again.head(nil)
		if again.err != nil || back == nil {
			t.Fatalf("what was decoded cannot be encoded: %v", again.err)
		}
	})
}
