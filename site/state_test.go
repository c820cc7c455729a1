package site

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/schema"
)

// stateOf builds a site and returns the file of its state.
func stateOf(t testing.TB) (Input, []byte) {
	t.Helper()
	u := newUpdating(t, story, schema.Staff)
	in := u.input(t)
	if _, err := Build(t.Context(), in, &writer{}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(in.State)
	if err != nil {
		t.Fatal(err)
	}
	return in, data
}

func TestAStateIsReadAsItWasWritten(t *testing.T) {
	_, data := stateOf(t)
	key := keyIn(t, data)
	st := readState(bytes.NewReader(data), int64(len(data)), key)
	if st == nil {
		t.Fatal("it cannot be read")
	}
	again := filepath.Join(t.TempDir(), "state")
	if err := st.save(again); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(again); err != nil || !bytes.Equal(got, data) {
		t.Errorf("it was written otherwise: %v", err)
	}
	for _, m := range st.memos {
		m.raw = ""
	}
	if err := st.save(again); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(again); err != nil || !bytes.Equal(got, data) {
		t.Errorf("put together again, it is another: %v", err)
	}
}

// keyIn returns the key that a state's file names.
func keyIn(t testing.TB, data []byte) digest {
	t.Helper()
	var key digest
	text := strings.TrimPrefix(string(data), stateHead)
	for i := range key {
		for _, c := range text[2*i : 2*i+2] {
			key[i] = key[i]<<4 | byte(strings.IndexRune("0123456789abcdef", c))
		}
	}
	return key
}

func TestADamagedStateMakesAFullBuildAndNoWrongPage(t *testing.T) {
	in, data := stateOf(t)
	want := readSite(t, in.Out)
	for i := 0; i < len(data); i += 1 + len(data)/60 {
		spoilt := slices.Clone(data)
		spoilt[i] ^= 1 << (i % 8)
		if err := os.WriteFile(in.State, spoilt, 0o644); err != nil {
			t.Fatal(err)
		}
		result, err := Build(t.Context(), in, &writer{})
		if err != nil || result.Made != result.Pages {
			t.Errorf("byte %d: %d of %d pages made: %v", i, result.Made, result.Pages, err)
		}
	}
	sameSite(t, "at the end", readSite(t, in.Out), want)
}

func FuzzReadState(f *testing.F) {
	_, data := stateOf(f)
	body := data[len((&state{}).head(0)):]
	f.Add(body)
	f.Add(body[:len(body)/2])
	f.Add([]byte("\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, body []byte) {
		check := castagnoli()
		check.Write(body)
		st := &state{}
		data := append([]byte(st.head(check.Sum32())), body...)
		if st = readState(bytes.NewReader(data), int64(len(data)), digest{}); st == nil {
			return
		}
		for _, m := range st.memos {
			it := &item{memo: m}
			it.listedValues()
			it.times()
			for range m.Asked.all {
			}
		}
	})
}
