package evidence

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// The kinds of armor, as their first and last lines name them.
const (
	armorSSH     = "SSH SIGNATURE"
	armorOpenPGP = "PGP SIGNATURE"
)

// unarmor reads one armored block, and nothing before, between or after. Of all
// that could be written otherwise only the lengths of lines and an OpenPGP
// checksum are left open, so that nothing can be hidden in a signature's file.
func unarmor(data []byte) (kind string, blob []byte, err error) {
	if len(data) > MaxSignature {
		return "", nil, fmt.Errorf("it is %d bytes long; at most %d are read", len(data), MaxSignature)
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	switch lines[0] {
	case "-----BEGIN " + armorSSH + "-----":
		kind = armorSSH
	case "-----BEGIN " + armorOpenPGP + "-----":
		kind = armorOpenPGP
	default:
		return "", nil, errors.New("it is neither an armored SSH signature nor an armored OpenPGP signature")
	}
	last := len(lines) - 1
	if lines[last] != "-----END "+kind+"-----" {
		return "", nil, fmt.Errorf("it does not end with -----END %s-----", kind)
	}
	lines = lines[1:last]
	if kind == armorSSH {
		blob, err = decodeLines(lines)
		return kind, blob, err
	}
	if len(lines) == 0 || lines[0] != "" {
		return "", nil, errors.New("its armor has headers, which nobody signs; remove them up to the empty line")
	}
	blob, err = decodeOpenPGP(lines[1:])
	return kind, blob, err
}

// decodeLines reads lines of base64, none of which is empty.
func decodeLines(lines []string) ([]byte, error) {
	for _, l := range lines {
		if l == "" || strings.ContainsAny(l, "\r\n") {
			return nil, errors.New("its armor has an empty line, or one that ends with a carriage return")
		}
	}
	blob, err := base64.StdEncoding.Strict().DecodeString(strings.Join(lines, ""))
	if err != nil || len(blob) == 0 {
		return nil, errors.New("its armor is not whole base64")
	}
	return blob, nil
}

// decodeOpenPGP reads lines of base64, below which the checksum may stand.
func decodeOpenPGP(lines []string) ([]byte, error) {
	sum := ""
	if n := len(lines); n > 0 && strings.HasPrefix(lines[n-1], "=") {
		sum, lines = lines[n-1][1:], lines[:n-1]
	}
	blob, err := decodeLines(lines)
	if err != nil || sum == "" {
		return blob, err
	}
	said, err := base64.StdEncoding.Strict().DecodeString(sum)
	if err != nil || !bytes.Equal(said, crc24(blob)) {
		return nil, errors.New("its armor's checksum is wrong")
	}
	return blob, nil
}

// crc24 returns the checksum of OpenPGP's armor (RFC 4880, section 6.1).
func crc24(data []byte) []byte {
	crc := uint32(0xB704CE)
	for _, b := range data {
		crc ^= uint32(b) << 16
		for range 8 {
			if crc <<= 1; crc&0x1000000 != 0 {
				crc ^= 0x1864CFB
			}
		}
	}
	return []byte{byte(crc >> 16), byte(crc >> 8), byte(crc)}
}
