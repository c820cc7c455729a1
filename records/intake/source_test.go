package intake

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
)

func zipOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i+1 < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err == nil {
			_, err = f.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestTheTableIsFoundInTheFile(t *testing.T) {
	for _, c := range []struct {
		name, member string
		data         []byte
		want, fault  string
	}{
		{"a plain file is the table", "", []byte("a,b\n"), "a,b\n", ""},
		{"an empty file is an empty table", "", nil, "", ""},
		{"the only CSV of an archive", "", zipOf(t, "x/log.CSV", "a", "readme.txt", "b"), "a", ""},
		{"what macOS adds does not count", "", zipOf(t, "log.csv", "a", "__MACOSX/._log.csv", "b", "._other.csv", "c"), "a", ""},
		{"two CSVs need a choice", "", zipOf(t, "a.csv", "1", "b.csv", "2"), "", `say which is meant (member): it holds "a.csv", "b.csv"`},
		{"a pattern chooses", "b*", zipOf(t, "x/a.csv", "1", "x/b.csv", "2"), "2", ""},
		{"a pattern that fits nothing", "c*", zipOf(t, "a.csv", "1"), "", `no file in the archive is called "c*"`},
		{"an archive without a table", "", zipOf(t, "a.xml", "1"), "", `no .csv file, only "a.xml"`},
		{"a name that climbs is only a name", "", zipOf(t, "../../../etc/cron.csv", "a"), "a", ""},
		{"control characters in names are quoted", "", zipOf(t, "\x1b[31m.xml", "1"), "", `\x1b[31m`},
		{"an empty archive", "", zipOf(t), "", "empty zip"},
		{"another packer is named", "", []byte("\x1f\x8b\x08"), "", "it is a gzip file; unpack it first"},
		{"a broken archive", "", []byte("PK\x03\x04 and no more"), "", "not a valid zip"},
		{"a bomb is refused", "", zipOf(t, "bomb.csv", strings.Repeat("0", 40<<20)), "", "no plausible table"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := BytesSource("f.zip", c.data).read(c.member)
			if c.fault != "" {
				if err == nil || !strings.Contains(err.Error(), c.fault) || strings.ContainsRune(err.Error(), 0x1b) {
					t.Fatalf("fault %v, want %q", err, c.fault)
				}
				return
			}
			if err != nil || string(got) != c.want {
				t.Errorf("read %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestTheEncodingIsNeverGuessed(t *testing.T) {
	for _, c := range []struct {
		name        string
		enc         Encoding
		in, want    string
		fault       string
		faultOfFile bool
	}{
		{"UTF-8", UTF8, "Åsa", "Åsa", "", false},
		{"a byte order mark is cut", UTF8, "\xef\xbb\xbfÅsa", "Åsa", "", false},
		{"Windows-1252", Windows1252, "\xc5sa \x80 \x93x\x94", "Åsa € “x”", "", false},
		{"UTF-8 read as Windows-1252 is what it is", Windows1252, "Å", "Ã…", "", false},
		{"Windows-1252 read as UTF-8 is a fault with a hint", UTF8, "\xc5sa", "", "encoding: windows-1252", false},
		{"bytes that Windows-1252 lacks", Windows1252, "\x81", "", "0x81", false},
		{"a UTF-8 mark in a Windows-1252 file", Windows1252, "\xef\xbb\xbfx", "", "byte order mark", true},
		{"UTF-16", UTF8, "\xff\xfea\x00", "", "UTF-16", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, err := trimBOM([]byte(c.in), c.enc)
			if c.faultOfFile {
				if err == nil || !strings.Contains(err.Error(), c.fault) {
					t.Errorf("fault %v, want %q", err, c.fault)
				}
				return
			}
			got, fault := c.enc.decode(string(data))
			if got != c.want || (c.fault == "") != (fault == "") || !strings.Contains(fault, c.fault) {
				t.Errorf("decoded %q with fault %q, want %q, %q", got, fault, c.want, c.fault)
			}
		})
	}
}

func TestDelimitersHaveNames(t *testing.T) {
	for in, want := range map[string]rune{"": 0, "auto": 0, "comma": ',', ";": ';', "tab": '\t', "\t": '\t', "pipe": '|', "^": '^'} {
		if got, err := ParseDelimiter(in); got != want || err != nil {
			t.Errorf("%q is %q, %v", in, got, err)
		}
	}
	for _, in := range []string{";;", "\"", "\n", "é", "\x00", "\xff"} {
		if got, err := ParseDelimiter(in); err == nil {
			t.Errorf("%q is %q", in, got)
		}
	}
}
