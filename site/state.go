package site

import (
	"cmp"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// state is what is kept of a build for the next one. It is derived from the
// desk and may be lost at any time: without it, everything is built anew.
type state struct {
	key       digest  // of all that every page depends on
	frame     digest  // of what every page shows
	memos     []*memo // in the order type, path
	order     numbers // in the order of lists: the number of a memo, and the length of its line in the search index
	turns     numbers // in the order of the index from A to Z: the number of a memo
	questions []question
	answers   []digest
	pages     map[string]digest // that are no record's, by path
	files     map[string]digest // of reports, by path
	shards    []shard
	folders   []folder // of the site, and its marker
}

// folder is when something of the site was last changed.
type folder struct {
	Path     string
	Modified int64
}

// stateHead begins the file of a state. The number changes with the form of the
// file, or of what is in it.
const stateHead = "frontdesk-site state 2\n"

func (st *state) code(c *coder) {
	c.digest(&st.frame)
	each(c, &st.questions, func(q *question) { q.code(c) })
	each(c, &st.answers, c.digest)
	each(c, &st.shards, func(s *shard) { s.code(c) })
	each(c, &st.folders, func(f *folder) {
		c.text(&f.Path)
		c.int64(&f.Modified)
	})
	c.sums(st.pages)
	c.sums(st.files)
	c.text((*string)(&st.order))
	c.text((*string)(&st.turns))
	st.codeMemos(c)
}

// sums reads or writes digests by path.
func (c *coder) sums(all map[string]digest) {
	paths := slices.Sorted(maps.Keys(all))
	each(c, &paths, func(p *string) {
		c.text(p)
		sum := all[*p]
		c.digest(&sum)
		if c.reading {
			all[*p] = sum
		}
	})
}

// codeMemos reads or writes the memos; those that are what they were read as
// need not be put together again.
func (st *state) codeMemos(c *coder) {
	n := c.length(len(st.memos))
	if c.reading {
		all := make([]memo, n)
		st.memos = make([]*memo, n)
		for i := range all {
			st.memos[i] = &all[i]
			all[i].code(c)
		}
		return
	}
	for _, m := range st.memos {
		if m.raw != "" {
			c.out = append(c.out, m.raw...)
		} else {
			m.code(c)
		}
		c.flushLong()
	}
}

// head is the first lines of a state's file: what it is, its key and the checksum
// of the rest.
func (st *state) head(check uint32) string {
	return fmt.Sprintf("%s%x %08x\n", stateHead, st.key, check)
}

// castagnoli is the checksum that processors know.
func castagnoli() hash.Hash32 { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }

// write writes the state as its file. The checksum is known last.
func (st *state) write(f io.WriteSeeker) error {
	if _, err := io.WriteString(f, st.head(0)); err != nil {
		return err
	}
	check := castagnoli()
	c := &coder{sink: io.MultiWriter(f, check)}
	st.code(c)
	c.flush()
	if c.err != nil {
		return c.err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.WriteString(f, st.head(check.Sum32()))
	return err
}

// readState reads the file of a state. It is nil where the file is none, is
// damaged, or was made with another key.
func readState(f io.Reader, size int64, key digest) *state {
	st := &state{key: key, pages: map[string]digest{}, files: map[string]digest{}}
	head := make([]byte, len(st.head(0)))
	if _, err := io.ReadFull(f, head); err != nil {
		return nil
	}
	var body strings.Builder
	body.Grow(int(size))
	check := castagnoli()
	if _, err := io.Copy(io.MultiWriter(&body, check), f); err != nil || string(head) != st.head(check.Sum32()) {
		return nil
	}
	c := &coder{reading: true, in: body.String()}
	st.code(c)
	if c.bad || c.in != "" || !st.arrange() {
		return nil
	}
	return st
}

// arrange tells the memos of their places in lists and in the search index. It
// reports whether all numbers lead somewhere.
func (st *state) arrange() bool {
	if len(st.questions) != len(st.answers) {
		return false
	}
	c := &coder{reading: true, in: string(st.order)}
	file, at := 0, len(indexHead)
	for n := 1; c.in != ""; n++ {
		var which, length int
		c.number(&which)
		c.number(&length)
		if c.bad || which < 0 || which >= len(st.memos) || length < 0 {
			return false
		}
		if file < len(st.shards) && at-len(indexComma)+len(indexTail) == st.shards[file].Size {
			file, at = file+1, len(indexHead)
		}
		m := st.memos[which]
		m.Rank, m.Line = n, stretch{file, at, at + length}
		at += length + len(indexComma)
	}
	n := 0
	for which := range st.turns.all {
		if which < 0 || which >= len(st.memos) {
			return false
		}
		n++
		st.memos[which].Turn = n
	}
	return st.closed()
}

// closed reports whether the memos speak of no question that is not there.
func (st *state) closed() bool {
	for i := range st.memos {
		c := &coder{reading: true, in: string(st.memos[i].Names)}
		for c.in != "" {
			var field, asks int
			c.number(&field)
			c.number(&asks)
			if c.bad || asks < 0 || asks >= len(st.questions) {
				return false
			}
		}
	}
	return true
}

// remember takes what is known of the records.
func (st *state) remember(v *view) {
	st.memos = make([]*memo, len(v.all))
	for i, it := range v.all {
		if it.Page != it.page || it.redraw {
			it.Page, it.raw = it.page, ""
		}
		if it.troubled {
			it.Stamp, it.Own, it.raw = Stamp{}, digest{}, ""
		}
		st.memos[i] = it.memo
		it.number = i
	}
	var order, turns []int
	for _, k := range v.kinds {
		for _, it := range k.items {
			order = append(order, it.number, it.Line.To-it.Line.From)
		}
	}
	for _, it := range v.alphabet {
		turns = append(turns, it.number)
	}
	st.order, st.turns = numbersOf(order...), numbersOf(turns...)
}

// loadState returns the state of the last build into a folder; nil if there is
// none, or the folder is not as that build left it.
func loadState(name, out string, key digest) *state {
	if name == "" {
		return nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	st := readState(f, info.Size(), key)
	if st == nil || len(st.folders) == 0 {
		return nil
	}
	for _, f := range st.folders {
		info, err := os.Lstat(filepath.Join(out, filepath.FromSlash(f.Path)))
		if err != nil || info.ModTime().UnixNano() != f.Modified {
			return nil
		}
	}
	return st
}

// save writes the state to its file.
func (st *state) save(name string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(name), "state-*.tmp")
	if err != nil {
		return err
	}
	err = errors.Join(st.write(temp), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), name)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}

// forgetState removes a state, because the site will no longer be what it says.
func forgetState(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// foldersOf returns when the folders of a site were changed, and its marker:
// files that come or go change the folder that they lie in. Known are the paths
// to look at; nil means all.
func foldersOf(out string, known []string) ([]folder, error) {
	var all []folder
	note := func(rel string) error {
		info, err := os.Lstat(filepath.Join(out, filepath.FromSlash(rel)))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			all = append(all, folder{rel, info.ModTime().UnixNano()})
		}
		return err
	}
	if known != nil {
		slices.Sort(known)
		for _, rel := range slices.Compact(known) {
			if err := note(rel); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	err := filepath.WalkDir(out, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() && d.Name() != marker {
			return err
		}
		rel, err := filepath.Rel(out, name)
		return cmp.Or(err, note(filepath.ToSlash(rel)))
	})
	return all, err
}

// former is the site as the last build left it.
type former struct {
	*state
	dir    string
	loaded map[int][]byte // files of the search index
}

// errFormer is the cause of an error about a site that is not as the last build
// left it.
var errFormer = errors.New("the former site was changed")

// line returns a line of the former search index.
func (f *former) line(s stretch) ([]byte, error) {
	if s.File < 0 || s.File >= len(f.shards) {
		return nil, errFormer
	}
	data, ok := f.loaded[s.File]
	if !ok {
		var err error
		data, err = os.ReadFile(filepath.Join(f.dir, filepath.FromSlash(indexFile(s.File))))
		if err != nil || sum(data) != f.shards[s.File].Sum {
			return nil, errFormer
		}
		f.loaded[s.File] = data
	}
	if s.From < 0 || s.From > s.To || s.To > len(data) {
		return nil, errFormer
	}
	return data[s.From:s.To], nil
}
