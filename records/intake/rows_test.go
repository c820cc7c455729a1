package intake

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// readAll returns the rows as text, broken ones as their fault.
func readAll(t testing.TB, data string, strict int) []string {
	t.Helper()
	r := newRowReader([]byte(data), ',', 1)
	r.strict = strict
	var out []string
	for {
		cells, line, err := r.next()
		var broken *errRow
		switch {
		case errors.Is(err, io.EOF):
			return out
		case errors.As(err, &broken):
			out = append(out, fmt.Sprintf("%d! %s", broken.line, broken.message))
		case err != nil:
			return append(out, err.Error())
		default:
			out = append(out, fmt.Sprintf("%d %s", line, strings.Join(cells, "|")))
		}
	}
}

func TestQuotesCanBeTextLikeAnyOther(t *testing.T) {
	r := newRowReader([]byte("a,\"b\r\n\nc\",d\ne,f,g\n,\"\"h"), ',', 1)
	r.unquoted, r.strict = true, 2
	var got []string
	for {
		cells, line, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		got = append(got, fmt.Sprint(line, cells, err))
	}
	if want := "1 [a \"b] <nil>; 3 [c\" d] <nil>; 4 [] line 4: the row has 3 cells; the header has 2; 5 [ \"\"h] <nil>"; strings.Join(got, "; ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
	}
}

func TestABrokenRowCostsOneRow(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain rows", "a,b\nc,d\n", "1 a|b; 2 c|d"},
		{"CR LF and no end", "a,b\r\nc,d", "1 a|b; 2 c|d"},
		{"empty lines do not count as rows", "a,b\n\n\nc,d\n", "1 a|b; 4 c|d"},
		{"a cell of several lines", "a,\"b\nc\"\nd,e\n", "1 a|b\nc; 3 d|e"},
		{"too few and too many cells", "a\nb,c\nd,e,f\n", "1! the row has 1 cells; the header has 2; 2 b|c; 3! the row has 3 cells; the header has 2"},
		{"a bare quote", "a,5\" disk\nb,c\n", "1! a quote stands inside a cell that does not begin with one; 2 b|c"},
		{"text behind a quote", "a,\"b\"c\nd,e\n", "1! text follows a closing quote, or a quote is not closed; 2 d|e"},
		{"a quote that never closes swallows nothing", "a,\"b\nc,d\ne,f\n", "1! a quote is opened and not closed properly; 2 c|d; 3 e|f"},
		{"nor one that closes in a later row", "a,\"b\nc,d\"x\ne,f\n", "1! a quote is opened and not closed properly; 2! a quote stands inside a cell that does not begin with one; 3 e|f"},
		{"nor one that closes so that cells are missing", "\"a,b\nc\",d,e\nf,g\n", "1! the row has 3 cells; the header has 2; 2! a quote stands inside a cell that does not begin with one; 3 f|g"},
		{"NUL is a character", "a\x00,b\n", "1 a\x00|b"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(readAll(t, c.in, 2), "; "); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestLongCellsAreRefusedAndTheRestIsRead(t *testing.T) {
	got := readAll(t, "a,b\n\""+strings.Repeat("x\n", 5<<20)+"\",c\nd,e\n", 2)
	want := []string{"1 a|b", "2! cell 1, which ends on line 5242882, is 10485760 bytes long; at most 1048576 are read", "5242883 d|e"}
	if !slices.Equal(got, want) {
		t.Errorf("got %.300q", got)
	}
}

func TestAFileOfBrokenQuotesDoesNotHang(t *testing.T) {
	got := readAll(t, strings.Repeat("a,\"b\n", 1<<20), 2)
	if last := got[len(got)-1]; !strings.Contains(last, "too many quotes") {
		t.Errorf("%d rows, the last is %q", len(got), last)
	}
	if len(got) > 50_000 {
		t.Errorf("it took %d attempts to see that", len(got))
	}
}

func TestEveryRowThatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[a-z ,;"\n]{0,6}`)
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 2), 0, 20).Draw(t, "rows")
		broken := rapid.IntRange(0, 20).Draw(t, "broken")
		var b strings.Builder
		var want []string
		for i, row := range rows {
			if i == broken {
				b.WriteString("x,5\"\n")
			}
			want = append(want, strings.Join(row, "|"))
			for n, c := range row {
				if n > 0 {
					b.WriteByte(',')
				}
				b.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
			}
			b.WriteByte('\n')
		}
		r := newRowReader([]byte(b.String()), ',', 1)
		r.strict = 2
		var got []string
		for {
			cells, _, err := r.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil {
				got = append(got, strings.Join(cells, "|"))
			}
		}
		if strings.Join(got, "\x00") != strings.Join(want, "\x00") {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
