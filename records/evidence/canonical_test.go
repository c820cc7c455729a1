package evidence

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gowebpki/jcs"
)

func TestCanonicalJSONIsThatOfTheLibrary(t *testing.T) {
	for _, text := range []string{
		`{}`, `[]`, `null`, `""`, `{"b":1,"a":[true,false,null,-0,1e3,0.1]}`, `{"€":"Euro","\r":"CR","דּ":"Hebrew","1":"one","😀":"smile","\u0080":"C","ö":"o"}`,
		`{"a":"<&>\u2028\u0001\\\"/","b":{"d":{"e":[]},"c":{}}}`, `[9007199254740992,-9007199254740992,1.5e300,1e21,1e-7]`,
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		got, err := canonical(v)
		want, wantErr := jcs.Transform([]byte(text))
		if err != nil || wantErr != nil || string(got) != string(want) {
			t.Errorf("%s\ngot  %s, %v\nwant %s, %v", text, got, err, want, wantErr)
		}
	}
}

func TestADigestTellsValuesApart(t *testing.T) {
	deep := any("x")
	for range 100 {
		deep = []any{deep}
	}
	for name, v := range map[string]any{
		"a key that is not UTF-8": map[string]string{"path:\xff": "1"}, "a value that is not UTF-8": []string{"\xfe"},
		"a number that is not exact": map[string]any{"n": int64(1)<<53 + 1}, "a negative one": -int64(1)<<53 - 1, "one beyond all": uint64(1) << 63,
		"what JSON cannot say": func() {}, "too deep": deep,
	} {
		if d, err := Digest(v); err == nil {
			t.Errorf("%s: %s", name, d)
		}
	}
	seen := map[string]string{}
	for name, v := range map[string]any{
		"a replacement character": map[string]string{"path:\ufffd": "1"}, "its escape as text": map[string]string{`path:\ufffd`: "1"}, "a backslash before it": map[string]string{`path:\\ufffd`: "1"},
		"nothing": map[string]string{}, "none": nil, "empty text": "", "a list": []any{}, "number": 1, "text": "1",
	} {
		d, err := Digest(v)
		if err != nil || seen[d] != "" || !strings.HasPrefix(d, "sha256:") || len(d) != 71 {
			t.Errorf("%s: %s, %v; also of %s", name, d, err, seen[d])
		}
		seen[d] = name
	}
	if got, _ := Digest(map[string]string{}); got != "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" {
		t.Errorf("the digest of {} is %s", got)
	}
}

// TestADigestOfManyPartsTakesNoQuadraticTime guards against a change of 50,000
// files, which would keep the library busy for a minute.
func TestADigestOfManyPartsTakesNoQuadraticTime(t *testing.T) {
	parts := map[string]string{}
	for i := range 50000 {
		parts["path:deploy/"+time.Duration(i).String()] = "100644:1"
	}
	begin := time.Now()
	if _, err := Digest(parts); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}
