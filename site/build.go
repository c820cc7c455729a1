package site

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// builder makes one site.
type builder struct {
	in       *Input
	renderer Renderer
	theme    fs.FS
	themes   []fs.FS
	place    *place
	made     int
	next     *state
}

func (b *builder) build(ctx context.Context) (Result, error) {
	var err error
	if b.theme, err = Theme(); err != nil {
		return Result{}, err
	}
	b.themes = []fs.FS{b.theme}
	if b.in.Overrides != nil {
		b.themes = append(b.themes, b.in.Overrides)
	}
	key, err := b.key() // before anything is read that it stands for
	if err != nil {
		return Result{}, err
	}
	v, err := b.inPlace(ctx, key)
	if errors.Is(err, errFormer) || errors.Is(err, errChanged) {
		v, err = b.anew(ctx, key)
	}
	if err != nil {
		return Result{}, err
	}
	return b.result(v), nil
}

// inPlace updates the site that the last build left, if it is still there.
func (b *builder) inPlace(ctx context.Context, key digest) (*view, error) {
	var err error
	if b.place, err = occupy(ctx, b.in.Out); err != nil {
		return nil, err
	}
	defer b.place.release()
	st := loadState(b.in.State, b.place.out, key)
	if st == nil {
		return nil, errFormer
	}
	return b.update(ctx, st)
}

func (b *builder) result(v *view) Result {
	return Result{
		Out: b.place.out, Pages: len(v.items) + len(b.next.pages), Made: b.made, Records: len(v.items),
		Problems: v.findings(), Unreadable: v.lost,
	}
}

// key is the digest of what every page depends on and no record says.
func (b *builder) key() (digest, error) {
	d := newDigester()
	for _, s := range []string{b.in.Key, string(b.in.Audience), b.in.BaseURL, fmt.Sprint(b.in.Live)} {
		d.text(s)
	}
	for _, theme := range b.themes {
		err := fs.WalkDir(theme, ".", func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := fs.ReadFile(theme, name)
			d.text(name)
			d.bytes(data)
			return err
		})
		if err != nil {
			return digest{}, fmt.Errorf("read theme: %w", err)
		}
	}
	return d.done(), nil
}

// frame is the digest of what every page shows around its own content.
func frame(params map[string]any) (digest, error) {
	data, err := json.Marshal(params)
	return sum(data), err
}

// view reads the desk, and makes everything of it that the state does not know.
func (b *builder) view(ctx context.Context, st *state) (*view, error) {
	parts, err := newParts(b.themes)
	if err != nil {
		return nil, err
	}
	return newView(ctx, b.in, parts, st)
}

// anew makes all pages and puts the site in the place of the former one.
func (b *builder) anew(ctx context.Context, key digest) (*view, error) {
	var err error
	if b.place, err = occupy(ctx, cmp.Or(b.in.Anew, b.in.Out)); err != nil {
		return nil, err
	}
	defer b.place.release()
	v, err := b.view(ctx, &state{})
	if err != nil {
		return nil, err
	}
	b.begin(key)
	last := &former{state: &state{}}
	err = b.place.publish(ctx, func(dir string) error {
		if err := b.render(ctx, v, last, dir); err != nil {
			return err
		}
		return b.writeLive(dir)
	})
	if err != nil {
		return nil, err
	}
	b.keep(v, nil)
	return v, nil
}

// update makes the pages that changed since the last build.
func (b *builder) update(ctx context.Context, st *state) (*view, error) {
	v, err := b.view(ctx, st)
	if err != nil {
		return nil, err
	}
	if now, err := frame(v.siteParams()); err != nil || now != st.frame {
		return nil, cmp.Or(err, errFormer)
	}
	b.begin(st.key)
	last := &former{state: st, dir: b.place.out, loaded: map[int][]byte{}}
	forget := func() error {
		if err := forgetState(b.in.State); err != nil {
			return errFormer
		}
		return nil
	}
	touched, err := b.place.patch(ctx, forget, func(dir string) ([]string, error) {
		if err := b.render(ctx, v, last, dir); err != nil {
			return nil, err
		}
		return b.gone(v, st), nil
	})
	if err != nil {
		return nil, err
	}
	for _, f := range st.folders {
		touched = append(touched, f.Path)
	}
	b.keep(v, touched)
	return v, nil
}

// begin prepares the state that this build leaves.
func (b *builder) begin(key digest) {
	b.made = 0
	b.next = &state{key: key, pages: map[string]digest{}, files: map[string]digest{}}
}

// render makes what differs from the last build in a folder.
func (b *builder) render(ctx context.Context, v *view, last *former, dir string) error {
	var failed error
	job := Job{Themes: b.themes, Params: v.siteParams(), Out: dir, Partial: last.dir != ""}
	job.Pages = b.pages(ctx, v, last, &failed)
	if err := b.renderer.Render(ctx, job); err != nil {
		return cmp.Or(failed, err)
	}
	if err := cmp.Or(failed, v.parts.failed(), ctx.Err()); err != nil {
		return err
	}
	write := func(name string, data []byte) error {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		return os.WriteFile(name, data, 0o644)
	}
	var err error
	if b.next.files, err = v.reportFiles(ctx, last.files, write); err != nil {
		return err
	}
	b.next.shards, err = v.searchFiles(last, write)
	return cmp.Or(err, v.parts.failed())
}

// pages yields the pages that must be made. It ends early where a part of the
// theme or a record fails.
func (b *builder) pages(ctx context.Context, v *view, last *former, failed *error) iter.Seq[Page] {
	return func(yield func(Page) bool) {
		count := func(p Page) bool {
			b.made++
			return v.parts.failed() == nil && yield(p)
		}
		if *failed = v.recordPages(ctx, count); *failed != nil {
			return
		}
		v.sheets(ctx, func(s *sheet) bool {
			key := s.key.done()
			b.next.pages[s.Path] = key
			return last.pages[s.Path] == key || count(s.drawn())
		})
	}
}

// gone returns the files of the last build that the site has no more.
func (b *builder) gone(v *view, st *state) []string {
	gone := map[string]bool{}
	for _, p := range v.gone {
		gone[p] = true
	}
	for p := range st.pages {
		gone[p] = true
	}
	for p := range st.files {
		gone[p] = true
	}
	for n := len(b.next.shards); n < len(st.shards); n++ {
		gone[indexFile(n)] = true
	}
	for _, it := range v.items {
		if len(v.gone) > 0 {
			delete(gone, it.page)
		}
	}
	for p := range b.next.pages {
		delete(gone, p)
	}
	for p := range b.next.files {
		delete(gone, p)
	}
	return slices.Sorted(maps.Keys(gone))
}

// writeLive writes the script that reloads live pages.
func (b *builder) writeLive(dir string) error {
	if !b.in.Live {
		return nil
	}
	script, err := fs.ReadFile(b.theme, path.Join("live", "reload.js"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "theme", "reload.js"), script, 0o644)
}

// keep saves what the next build needs. Touched are the folders of the site to
// look at, nil means all. Where it cannot be saved, the next build makes all
// pages, and nothing else is wrong.
func (b *builder) keep(v *view, touched []string) {
	if b.in.State == "" {
		return
	}
	st := b.next
	var err error
	if st.frame, err = frame(v.siteParams()); err != nil {
		return
	}
	st.questions, st.answers = v.asked.all, v.asked.sums
	st.remember(v)
	if st.folders, err = foldersOf(b.place.out, touched); err != nil {
		return
	}
	_ = st.save(b.in.State)
}
