package site

import (
	"context"
	"encoding/json"
	"fmt"
)

// sheet is a page in the making. What is put on it is digested, and drawn only
// if the page proves to be another than at the last build.
type sheet struct {
	Page
	v     *view
	key   *digester
	later []func()
}

// sheet starts a page with what all of them need.
func (v *view) sheet(path, layout, title string) *sheet {
	s := &sheet{v: v, key: newDigester(), Page: v.page(path, layout, title)}
	s.key.text(path)
	s.key.text(layout)
	s.key.text(title)
	return s
}

// set sets a parameter.
func (s *sheet) set(name string, value any) {
	s.note(name, value)
	s.Params[name] = value
}

// draw sets a parameter to the part of its name.
func (s *sheet) draw(name string, data any) {
	s.note(name, data)
	s.later = append(s.later, func() { s.Page.draw(s.v, name, data) })
}

// drawLater sets a parameter to the part of its name; data makes what it shows,
// all of which the digest stands for.
func (s *sheet) drawLater(name string, all digest, data func() any) {
	s.key.text(name)
	s.key.digest(all)
	s.later = append(s.later, func() { s.Page.draw(s.v, name, data()) })
}

// note digests a value; what pages show can be written as JSON.
func (s *sheet) note(name string, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("site: %s of %s: %v", name, s.Path, err))
	}
	s.key.text(name)
	s.key.bytes(data)
}

// drawn returns the page with all of its parts.
func (s *sheet) drawn() Page {
	for _, draw := range s.later {
		draw()
	}
	return s.Page
}

// sheets yields the pages that are no record's. Those of records come before,
// because others tell what went wrong with them.
func (v *view) sheets(ctx context.Context, yield func(*sheet) bool) {
	fixed := func(yield func(*sheet) bool) bool { return v.fixedSheets(ctx, yield) }
	for _, part := range []func(func(*sheet) bool) bool{v.listSheets, v.contentsSheets, v.reportSheets, v.indexSheets, fixed} {
		if !part(yield) {
			return
		}
	}
}
