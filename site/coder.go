package site

import (
	"encoding/binary"
	"io"
	"time"

	"frontdesk/records"
)

// coder writes values into a string of bytes or reads them from one, in the
// same order, so that one function describes both. What cannot be read sets bad
// and reads as nothing; lengths are checked before memory is taken.
type coder struct {
	out     []byte
	in      string
	reading bool
	bad     bool

	sink io.Writer // where out goes whenever it has grown long; nil keeps all
	err  error     // of sink
}

// chunk is how long out may grow before it goes to sink.
const chunk = 256 << 10

func (c *coder) flushLong() {
	if len(c.out) >= chunk {
		c.flush()
	}
}

func (c *coder) flush() {
	if c.sink == nil {
		return
	}
	if _, err := c.sink.Write(c.out); c.err == nil {
		c.err = err
	}
	c.out = c.out[:0]
}

func (c *coder) fail() {
	c.bad = true
	c.in = ""
}

func (c *coder) number(n *int) {
	x := int64(*n)
	c.int64(&x)
	*n = int(x)
}

func (c *coder) int64(n *int64) {
	if !c.reading {
		c.out = binary.AppendVarint(c.out, *n)
		return
	}
	var ux uint64
	for i := 0; ; i++ {
		if i == len(c.in) || i == binary.MaxVarintLen64 {
			c.fail()
			*n = 0
			return
		}
		b := c.in[i]
		ux |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			c.in = c.in[i+1:]
			break
		}
	}
	*n = int64(ux >> 1)
	if ux&1 != 0 {
		*n = ^*n
	}
}

// numbers is a row of whole numbers, as it is written: most are read over and
// never looked at.
type numbers string

// numbersOf writes a row of numbers.
func numbersOf(all ...int) numbers {
	c := &coder{}
	for i := range all {
		c.number(&all[i])
	}
	return numbers(c.out)
}

// all yields the numbers in order.
func (n numbers) all(yield func(int) bool) {
	c := &coder{reading: true, in: string(n)}
	for c.in != "" {
		x := 0
		if c.number(&x); c.bad || !yield(x) {
			return
		}
	}
}

// contains reports whether one of the numbers is x.
func (n numbers) contains(x int) bool {
	for y := range n.all {
		if x == y {
			return true
		}
	}
	return false
}

// length reads or writes the length of something of which each piece takes at
// least one byte.
func (c *coder) length(n int) int {
	c.number(&n)
	if c.reading && (n < 0 || n > len(c.in)) {
		c.fail()
		return 0
	}
	return n
}

func (c *coder) text(s *string) {
	n := c.length(len(*s))
	if !c.reading {
		c.out = append(c.out, *s...)
		return
	}
	*s, c.in = c.in[:n], c.in[n:]
}

func (c *coder) truth(b *bool) {
	n := 0
	if *b {
		n = 1
	}
	c.number(&n)
	*b = n == 1
}

func (c *coder) digest(d *digest) {
	if !c.reading {
		c.out = append(c.out, d[:]...)
		return
	}
	if len(c.in) < len(d) {
		c.fail()
		return
	}
	copy(d[:], c.in)
	c.in = c.in[len(d):]
}

func (c *coder) stamp(s *Stamp) {
	for i := range s {
		c.int64(&s[i])
	}
}

// time reads or writes an instant; the zero time stays one.
func (c *coder) time(t *time.Time) {
	set := !t.IsZero()
	c.truth(&set)
	if !set {
		return
	}
	sec, nsec := t.Unix(), t.Nanosecond()
	c.int64(&sec)
	c.number(&nsec)
	*t = time.Unix(sec, int64(nsec))
}

// each reads or writes a list with a function for each of its members.
func each[T any](c *coder, members *[]T, member func(*T)) {
	n := c.length(len(*members))
	if c.reading {
		*members = nil
		if n > 0 {
			*members = make([]T, n)
		}
	}
	for i := range *members {
		member(&(*members)[i])
	}
}

// maxDepth is more than the depth to which front matter is read.
const maxDepth = 32

// value reads or writes what a front-matter value says, not where it stands.
func (c *coder) value(v *records.Value, depth int) {
	if depth > maxDepth {
		c.fail()
		return
	}
	kind := int(v.Kind)
	if c.number(&kind); kind < 0 || kind > int(records.Map) {
		c.fail()
		return
	}
	v.Kind = records.Kind(kind)
	switch v.Kind {
	case records.List:
		each(c, &v.Items, func(x **records.Value) { c.inner(x, depth) })
	case records.Map:
		each(c, &v.Pairs, func(p *records.Pair) {
			c.text(&p.Key)
			c.inner(&p.Value, depth)
		})
	default:
		c.text(&v.Text)
	}
}

func (c *coder) inner(v **records.Value, depth int) {
	if *v == nil {
		*v = &records.Value{}
	}
	c.value(*v, depth+1)
}
