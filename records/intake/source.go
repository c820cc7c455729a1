package intake

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// The limits on what is read. They are far above real exports and keep a
// hostile file from filling memory.
const (
	MaxBytes = 512 << 20 // of the file, and of what an archive unpacks to
	MaxRatio = 200       // how many times larger than packed a file may become
	MaxRows  = 2_000_000
	MaxCell  = 32 << 10 // bytes of a cell that the mapping reads

	maxColumns   = 4096
	ratioApplies = 16 << 20 // below that, no ratio is too large
	maxMembers   = 10_000
)

// Encoding is how a file writes characters as bytes.
type Encoding string

// The encodings that are read. UTF-8 may begin with a byte order mark.
const (
	UTF8        Encoding = "utf-8"
	Windows1252 Encoding = "windows-1252"
)

// Source is a file with rows: CSV, or a zip archive that holds one.
type Source struct {
	Name string // for messages
	Data io.ReaderAt
	Size int64
}

// BytesSource makes a source of bytes in memory.
func BytesSource(name string, data []byte) Source {
	return Source{Name: name, Data: bytes.NewReader(data), Size: int64(len(data))}
}

// ParseDelimiter reads the delimiter of a file: auto (or ""), comma, semicolon,
// tab, pipe or the character itself. It returns 0 for auto.
func ParseDelimiter(s string) (rune, error) {
	switch s {
	case "", "auto":
		return 0, nil
	case "comma":
		return ',', nil
	case "semicolon":
		return ';', nil
	case "tab", `\t`:
		return '\t', nil
	case "pipe":
		return '|', nil
	}
	r, size := utf8.DecodeRuneInString(s)
	if size != len(s) || r < ' ' && r != '\t' || r == '"' || r == utf8.RuneError || r >= 0x7F {
		return 0, fmt.Errorf("the delimiter %q is not auto, comma, semicolon, tab, pipe or one character", s)
	}
	return r, nil
}

// read returns the bytes of the table: the file's, or those of the one member
// of the archive that is meant. Names in the archive are compared and printed,
// never used as paths.
func (s Source) read(member string) ([]byte, error) {
	if s.Size > MaxBytes {
		return nil, fmt.Errorf("read %s: it is larger than %d MiB", s.Name, MaxBytes>>20)
	}
	magic := make([]byte, 4)
	n, err := s.Data.ReadAt(magic, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", s.Name, err)
	}
	if bytes.HasPrefix(magic[:n], []byte("PK\x03\x04")) {
		return s.unzip(member)
	}
	if what := packed(magic[:n]); what != "" {
		return nil, fmt.Errorf("read %s: it is a %s file; unpack it first", s.Name, what)
	}
	data, err := io.ReadAll(io.NewSectionReader(s.Data, 0, s.Size))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.Name, err)
	}
	return data, nil
}

func packed(magic []byte) string {
	for prefix, what := range map[string]string{"\x1f\x8b": "gzip", "\xfd7zX": "xz", "BZh": "bzip2", "\x28\xb5\x2f\xfd": "zstd", "PK\x05\x06": "empty zip"} {
		if bytes.HasPrefix(magic, []byte(prefix)) {
			return what
		}
	}
	return ""
}

func (s Source) unzip(member string) ([]byte, error) {
	archive, err := zip.NewReader(s.Data, s.Size)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.Name, err)
	}
	if len(archive.File) > maxMembers {
		return nil, fmt.Errorf("read %s: the archive holds more than %d files", s.Name, maxMembers)
	}
	f, err := choose(archive.File, member)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.Name, err)
	}
	limit := min(uint64(MaxBytes), max(uint64(ratioApplies), f.CompressedSize64*MaxRatio))
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.Name, err)
	}
	defer r.Close()
	var out bytes.Buffer
	out.Grow(int(min(f.UncompressedSize64, limit)) + bytes.MinRead)
	n, err := io.Copy(&out, io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("read %s in %s: %w", f.Name, s.Name, err)
	}
	if uint64(n) > limit {
		return nil, fmt.Errorf("read %s in %s: it unpacks to more than %d MiB, which is no plausible table", f.Name, s.Name, limit>>20)
	}
	return out.Bytes(), nil
}

// choose finds the one member that is meant: the one whose name fits the
// pattern, without one the only .csv file. Files that macOS adds do not count.
func choose(files []*zip.File, pattern string) (*zip.File, error) {
	var found []*zip.File
	var names []string
	for _, f := range files {
		if f.FileInfo().IsDir() || strings.HasPrefix(f.Name, "__MACOSX/") || strings.HasPrefix(path.Base(f.Name), "._") {
			continue
		}
		names = append(names, fmt.Sprintf("%q", f.Name))
		if fits(f.Name, pattern) {
			found = append(found, f)
		}
	}
	if len(names) > 20 {
		names = append(names[:20], fmt.Sprintf("%d more", len(names)-20))
	}
	switch {
	case len(found) == 1 && found[0].Flags&1 != 0:
		return nil, errors.New("the archive is encrypted")
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0 && pattern == "":
		return nil, fmt.Errorf("the archive holds no .csv file, only %s", first(strings.Join(names, ", "), "nothing"))
	case len(found) == 0:
		return nil, fmt.Errorf("no file in the archive is called %q; it holds %s", pattern, first(strings.Join(names, ", "), "nothing"))
	}
	return nil, fmt.Errorf("%d files in the archive fit; say which is meant (member): it holds %s", len(found), strings.Join(names, ", "))
}

func fits(name, pattern string) bool {
	if pattern == "" {
		return strings.EqualFold(path.Ext(name), ".csv")
	}
	whole, _ := path.Match(pattern, name)
	base, _ := path.Match(pattern, path.Base(name))
	return whole || base || name == pattern
}

// trimBOM checks the bytes against the encoding as far as their beginning
// tells, and cuts a UTF-8 byte order mark off.
func trimBOM(data []byte, enc Encoding) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return nil, errors.New("the file is UTF-16; save it as UTF-8")
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) && enc != UTF8:
		return nil, fmt.Errorf("the file begins with a UTF-8 byte order mark, but the mapping says %s", enc)
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil
}

// decode returns a cell as UTF-8; fault says what is wrong with it.
func (e Encoding) decode(raw string) (text, fault string) {
	if e == UTF8 {
		if !utf8.ValidString(raw) {
			return "", "is not valid UTF-8; if the file is Windows-1252, say encoding: windows-1252"
		}
		return raw, ""
	}
	if isASCII(raw) {
		return raw, ""
	}
	var b strings.Builder
	for i := range len(raw) {
		r := charmap.Windows1252.DecodeByte(raw[i])
		if r == utf8.RuneError || r >= 0x80 && r < 0xA0 {
			return "", fmt.Sprintf("holds the byte %#x, which Windows-1252 does not know", raw[i])
		}
		b.WriteRune(r)
	}
	return b.String(), ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
