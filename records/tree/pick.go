package tree

import (
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"frontdesk/records"
	"frontdesk/schema"
)

// Pick lists the records of the types, of all where none is given, whose ids are
// wanted, ordered by path. It looks at the names in folders alone, not even at
// what kind of file bears them, and so takes a fraction of the time of Names:
// it is for what a person types on the go, who is told later if a name is no
// record's.
func (t *Tree) Pick(wanted func(id string) bool, types ...records.Type) []Name {
	p := &picker{tree: t, wanted: wanted, free: make(chan struct{}, runtime.GOMAXPROCS(0)-1)}
	if t.root == nil {
		return slices.DeleteFunc(t.Names(types...), func(n Name) bool { return !wanted(string(n.ID)) })
	}
	names, _ := p.names(schema.RecordsFolder) // a desk without records has none
	for _, name := range names {
		typ := t.Types.ByFolder(name)
		if typ != nil && (len(types) == 0 || slices.Contains(types, typ.Name)) {
			p.folder(typ.Name, path.Join(schema.RecordsFolder, name), 1)
		}
	}
	p.walks.Wait()
	slices.SortFunc(p.found, func(a, b Name) int { return strings.Compare(a.Path, b.Path) })
	return p.found
}

// picker is a Pick at work.
type picker struct {
	tree   *Tree
	wanted func(id string) bool
	free   chan struct{} // holds a token for each walk beside the first
	walks  sync.WaitGroup

	mu    sync.Mutex
	found []Name
}

// names returns what a folder holds, in no order, and false where it is none.
func (p *picker) names(dir string) ([]string, bool) {
	info, err := p.tree.root.Lstat(dir)
	if err != nil || !info.IsDir() {
		return nil, false
	}
	f, err := p.tree.root.Open(dir)
	if err != nil {
		return nil, false
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	return names, err == nil
}

func (p *picker) folder(typ records.Type, dir string, depth int) {
	names, ok := p.names(dir)
	if !ok || depth > maxDepth || isBare(names) {
		return
	}
	var found []Name
	var others []string
	for _, name := range names {
		id, isRecord := strings.CutSuffix(name, schema.Extension)
		switch {
		case strings.HasPrefix(name, "."):
		case !isRecord:
			others = append(others, name)
		case p.wanted(id):
			found = append(found, Name{Type: typ, ID: records.ID(id), Path: dir + "/" + name})
		}
	}
	p.mu.Lock()
	p.found = append(p.found, found...)
	p.mu.Unlock()
	for _, name := range folders(names, others) {
		p.walk(typ, dir+"/"+name, depth+1)
	}
}

// walk looks into a folder, beside this walk where a core is free.
func (p *picker) walk(typ records.Type, dir string, depth int) {
	select {
	case p.free <- struct{}{}:
		p.walks.Go(func() {
			p.folder(typ, dir, depth)
			<-p.free
		})
	default:
		p.folder(typ, dir, depth)
	}
}

// folders leaves out of the names of no records those of folders of attachments.
func folders(names, others []string) []string {
	if len(others) == 0 || len(others) == len(names) {
		return others
	}
	all := make(map[string]bool, len(names))
	for _, name := range names {
		all[name] = true
	}
	return slices.DeleteFunc(others, func(name string) bool { return all[name+schema.Extension] })
}

// isBare recognises what git takes for a bare repository.
func isBare(names []string) bool {
	found := 0
	for _, name := range names {
		switch len(name) {
		case 4, 7:
			switch strings.ToLower(name) {
			case "head", "objects", "refs":
				found++
			}
		}
	}
	return found == 3
}
