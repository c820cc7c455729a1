package evidence

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/gowebpki/jcs"
)

const (
	// maxExact is the largest number up to which JSON's numbers are exact.
	maxExact = 1 << 53
	// maxDepth is how deep a value may be nested.
	maxDepth = 64
)

// Digest returns "sha256:…" of the canonical JSON of a value. A value that JSON
// could only write as it would another is an error: text that is not UTF-8, and
// whole numbers beyond 2^53.
func Digest(v any) (string, error) {
	data, err := canonical(v)
	if err != nil {
		return "", fmt.Errorf("make digest: %w", err)
	}
	return digestOf(data), nil
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return digestPrefix + hex.EncodeToString(sum[:])
}

// canonical returns the canonical JSON (RFC 8785) of a value.
func canonical(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	// This is how encoding/json writes bytes that are no UTF-8; the character itself
	// it leaves as it is.
	if strings.Contains(strings.ReplaceAll(string(data), `\\`, " "), `\ufffd`) {
		return nil, errors.New("it holds text that is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var plain any
	if err := d.Decode(&plain); err != nil {
		return nil, err
	}
	return appendCanonical(nil, plain, 0)
}

// appendCanonical writes maps and lists itself: jcs takes time that grows with the
// square of a map's size. Scalars are left to it.
func appendCanonical(out []byte, v any, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("it is nested deeper than %d levels", maxDepth)
	}
	switch v := v.(type) {
	case map[string]any:
		return appendMap(out, v, depth)
	case []any:
		out = append(out, '[')
		for i, item := range v {
			if i > 0 {
				out = append(out, ',')
			}
			var err error
			if out, err = appendCanonical(out, item, depth+1); err != nil {
				return nil, err
			}
		}
		return append(out, ']'), nil
	case json.Number:
		if n, err := v.Int64(); !strings.ContainsAny(v.String(), ".eE") && (err != nil || n > maxExact || n < -maxExact) {
			return nil, fmt.Errorf("the number %s is too large to be exact", v)
		}
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	scalar, err := jcs.Transform(data)
	return append(out, scalar...), err
}

// appendMap writes a map with its keys in the order of their UTF-16 code units.
func appendMap(out []byte, m map[string]any, depth int) ([]byte, error) {
	type entry struct {
		key   string
		units []uint16
	}
	entries := make([]entry, 0, len(m))
	for key := range m {
		entries = append(entries, entry{key, utf16.Encode([]rune(key))})
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(slices.Compare(a.units, b.units), cmp.Compare(a.key, b.key))
	})
	out = append(out, '{')
	for i, e := range entries {
		if i > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = appendCanonical(out, e.key, depth+1); err != nil {
			return nil, err
		}
		if out, err = appendCanonical(append(out, ':'), m[e.key], depth+1); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}
