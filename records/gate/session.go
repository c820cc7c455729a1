package gate

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/diag"
	"frontdesk/records/evidence"
	"frontdesk/records/git"
	"frontdesk/records/index"
	"frontdesk/records/tree"
	"frontdesk/schema"
	"frontdesk/schema/signers"
)

// key names a record, wherever its file lies.
type key struct {
	typ records.Type
	id  records.ID
}

// session judges within one repository, which it sees from its top: what is
// covered may lie anywhere in it.
type session struct {
	repo   *git.Repo
	own    bool   // repo is ours to close
	prefix string // of the desk below the top: "", or a folder with a slash at its end
	root   string // what messages call the desk
	o      Options

	tip     *trusted // of the target
	target  string
	rep     *Report
	laws    map[string]*trusted // by commit
	ranges  map[[2]string][]git.Revision
	parted  map[string][]string // where commits left the target
	texts   map[string]string   // messages of commits
	parts   map[string]approval.Parts
	book    *planner
	nesting int  // of templates
	behind  bool // it looks back on what landed earlier
}

// open makes a session for the repository, which is open at the desk's folder.
func open(repo *git.Repo, o Options) (*session, error) {
	s := &session{repo: repo, root: repo.Dir, o: o, laws: map[string]*trusted{}, ranges: map[[2]string][]git.Revision{}, parted: map[string][]string{}, texts: map[string]string{}, parts: map[string]approval.Parts{}}
	prefix, err := repo.Prefix()
	if err != nil {
		return nil, err
	}
	if prefix != "" {
		if s.repo, err = repo.In(""); err != nil {
			return nil, err
		}
		s.own = true
	}
	s.prefix = prefix
	return s, nil
}

func (s *session) close() {
	if s.own {
		_ = s.repo.Close()
	}
}

func (s *session) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(s.rep.Notes, text) {
		s.rep.Notes = append(s.rep.Notes, text)
	}
}

// deskFiles are the files of the desk within those of the whole repository.
type deskFiles struct {
	files  *git.Snapshot
	prefix string
}

func (d deskFiles) at(name string) string {
	if name == "." {
		return path.Clean(d.prefix)
	}
	return d.prefix + name
}

// valid refuses what is no path before the prefix makes one of it.
func valid(op, name string) error {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	return nil
}

func (d deskFiles) Open(name string) (fs.File, error) {
	if err := valid("open", name); err != nil {
		return nil, err
	}
	return d.files.Open(d.at(name))
}

func (d deskFiles) Stat(name string) (fs.FileInfo, error) {
	if err := valid("stat", name); err != nil {
		return nil, err
	}
	return d.files.Stat(d.at(name))
}

func (d deskFiles) Lstat(name string) (fs.FileInfo, error) { return d.Stat(name) }

func (d deskFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := valid("open", name); err != nil {
		return nil, err
	}
	return d.files.ReadDir(d.at(name))
}

func (d deskFiles) ReadFile(name string) ([]byte, error) {
	if err := valid("open", name); err != nil {
		return nil, err
	}
	return d.files.ReadFile(d.at(name))
}

func (d deskFiles) ReadLink(name string) (string, error) {
	if err := valid("readlink", name); err != nil {
		return "", err
	}
	return d.files.ReadLink(d.at(name))
}

// files returns the desk's files as a commit or tree has them.
func (s *session) files(ctx context.Context, treeish string) (deskFiles, error) {
	files, err := s.repo.At(ctx, treeish)
	return deskFiles{files, s.prefix}, err
}

// trusted is a commit whose configuration, people and signers are believed.
type trusted struct {
	commit  string
	files   deskFiles
	tree    *tree.Tree
	broken  []string         // why it cannot be known what it asks for; of a single type, its policy tells
	signers *signers.Signers // with the keys that the target's tip has revoked
	set     *records.Set     // nil until it is asked for
	people  *approval.People // likewise
	verify  *evidence.Verifier
}

// trust opens a commit whose word counts.
func (s *session) trust(ctx context.Context, commit string) (*trusted, error) {
	if law := s.laws[commit]; law != nil {
		return law, nil
	}
	files, err := s.files(ctx, commit)
	if err != nil {
		return nil, err
	}
	t, err := tree.OpenFS(s.root, files)
	if err != nil {
		return nil, err
	}
	law := &trusted{commit: commit, files: files, tree: t}
	for _, d := range t.Problems {
		if d.Severity == diag.Error && (d.Path == tree.ConfigFile || d.Path == tree.TypesFolder || d.Rule == tree.RuleUnreadable) {
			law.broken = append(law.broken, fmt.Sprintf("%s: %s [%s]", d.Path, d.Message, d.Rule))
		}
	}
	law.signers, _ = t.Signers()
	if s.tip != nil {
		revoke(law.signers, s.tip.signers)
	}
	law.verify = evidence.NewVerifier(law.signers)
	s.laws[commit] = law
	return law, nil
}

// revoke takes away the keys that later signers have revoked.
func revoke(s, later *signers.Signers) {
	if s.Revoked == nil {
		s.Revoked = map[string]bool{}
	}
	for key, revoked := range later.Revoked {
		if revoked {
			s.Revoked[key] = true
		}
	}
	if later.Refusal != "" { // what is revoked by now cannot be read
		s.Refusal = later.Refusal
	}
}

// The types that matter to a verdict, beside those with a policy.
const (
	typePerson   records.Type = "person"
	typeTeam     records.Type = "team"
	typeService  records.Type = "service"
	typeAsset    records.Type = "asset"
	typeWindow   records.Type = "window"
	typeTemplate records.Type = "template"
)

// kinds returns the types whose records are read: never those of which a desk has
// tens of thousands, such as incidents.
func (law *trusted) kinds() []records.Type {
	var out []records.Type
	add := func(name records.Type) {
		if law.tree.Types.Get(name) != nil && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, name := range []records.Type{typePerson, typeTeam, typeService, typeAsset, typeWindow, typeTemplate} {
		add(name)
	}
	for _, t := range law.tree.Types.All() {
		if t.Policy == nil {
			continue
		}
		add(t.Name)
		for _, name := range approverFields(t.Policy) {
			if f := t.Field(name); f != nil {
				add(f.Ref)
			}
		}
	}
	return out
}

// approverFields are the fields by which rules find who may approve.
func approverFields(p *schema.Policy) []string {
	var out []string
	for _, rule := range p.Rules {
		for _, from := range rule.From {
			if from.Kind == schema.ByOwner || from.Kind == schema.ByField {
				out = append(out, from.Name)
			}
		}
	}
	return out
}

// load reads the records that matter, as far as they are not known from the index.
func (s *session) load(ctx context.Context, law *trusted) error {
	if law.set != nil {
		return nil
	}
	place := index.Place{}
	if s.o.Place != nil {
		place = s.o.Place(s.root)
	}
	x := index.Open(law.tree, place)
	l, err := x.Load(ctx, index.Want{}, law.kinds()...)
	if err != nil {
		return err
	}
	for _, n := range l.Unreadable {
		s.note("%s cannot be read on the target, and so gives nobody a right", n.Path)
	}
	_ = x.Save(ctx) // what cannot be kept is read again
	law.set = l.Set
	law.people = approval.NewPeople(law.set, law.tree.Desk, law.signers)
	return nil
}

// inDesk reports whether a path from the repository's top lies in a folder of the
// desk, and returns it as the desk has it.
func (s *session) inDesk(p string) (string, bool) { return strings.CutPrefix(p, s.prefix) }
