package evidence

// Canonical returns the canonical JSON (RFC 8785) of a value: the bytes whose
// SHA-256 Digest returns.
func Canonical(v any) ([]byte, error) { return canonical(v) }
