package write

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/records/tree"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// MaxShard is the greatest number of folder levels below the month.
const MaxShard = 2

// Resharding is what it takes to bring the records of types with months to the
// paths that another shard asks for.
type Resharding struct {
	Shard   int
	Moves   []Relocation // of record files, in the order of the old paths
	Undated []tree.Name  // records that lie in no month's folder; they stay
	Now     int          // the shard that desk.yaml has
}

// Relocation is a record file that changes its place, with the folder of its
// attachments.
type Relocation struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Attached bool   `json:"attached"` // it has attachments, which move along
}

// IsEmpty reports whether everything is as the shard asks for already.
func (r *Resharding) IsEmpty() bool { return r.Now == r.Shard && len(r.Moves) == 0 }

// BlockedError is returned where something lies where a record is to go. Nothing
// was moved.
type BlockedError struct {
	Blocks []string // in words, with paths
}

// Error says how many there are; the caller lists them.
func (e *BlockedError) Error() string {
	return "what is in the way: " + strings.Join(e.Blocks, "; ")
}

// PlanReshard works out which records move for the shard. It reads the names of
// files alone. It returns a BlockedError beside the plan where something is in
// the way.
func PlanReshard(t *tree.Tree, shard int) (*Resharding, error) {
	if shard < 0 || shard > MaxShard {
		return nil, fmt.Errorf("shard %d: it is 0 to %d", shard, MaxShard)
	}
	p := &resharder{tree: t, out: &Resharding{Shard: shard, Now: t.Desk.Shard}, stems: map[string]bool{}, folders: map[string]bool{}}
	p.place(t.Names())
	if len(p.blocks) > 0 {
		slices.Sort(p.blocks)
		return p.out, &BlockedError{Blocks: p.blocks}
	}
	return p.out, nil
}

// resharder is a Resharding in the making.
type resharder struct {
	tree    *tree.Tree
	out     *Resharding
	stems   map[string]bool // new folders of attachments of the records that move
	folders map[string]bool // the folders of records to be, and whether they are there
	blocks  []string
}

// place finds where records belong. A run that was killed may have moved the
// attachments of one record and not yet its file: what lies below them is not
// taken for records.
func (p *resharder) place(names []tree.Name) {
	wanted := make([]string, len(names))
	for i, n := range names {
		want, ok := p.wanted(n)
		if want == "" || ok {
			continue
		}
		wanted[i] = want
		if len(n.ID) > 1 {
			p.stems[stem(want)] = true
		}
	}
	taken := map[string]bool{}
	for i, n := range names {
		if p.isAttached(n.Path) {
			continue
		}
		if wanted[i] == "" {
			p.stays(n)
			continue
		}
		if why := p.block(n, wanted[i], taken); why != "" {
			p.blocks = append(p.blocks, why)
		}
		taken[wanted[i]] = true
		p.out.Moves = append(p.out.Moves, Relocation{From: n.Path, To: wanted[i], Attached: p.tree.Exists(stem(n.Path))})
	}
}

// wanted returns where a record file belongs, "" where no shard decides it.
func (p *resharder) wanted(n tree.Name) (want string, ok bool) {
	typ := p.tree.Types.Get(n.Type)
	if typ == nil || typ.Scheme != schema.Month {
		return "", true
	}
	return typ.CheckPath(n.Path, n.ID, p.out.Shard)
}

// stays notes a record that belongs into a month and lies in none.
func (p *resharder) stays(n tree.Name) {
	if want, ok := p.wanted(n); want == "" && !ok {
		p.out.Undated = append(p.out.Undated, n)
	}
}

func (p *resharder) isAttached(file string) bool {
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if p.stems[dir] {
			return true
		}
	}
	return false
}

// block says what keeps a record from its new place, "" where nothing does.
func (p *resharder) block(n tree.Name, to string, taken map[string]bool) string {
	if len(n.ID) == 1 {
		return fmt.Sprintf("%s is named as the folder of a shard may be: give the record a longer id", n.Path)
	}
	if taken[to] {
		return fmt.Sprintf("%s: two records would be moved there; one is %s", to, n.Path)
	}
	if !p.isThere(path.Dir(to)) {
		return ""
	}
	if p.tree.Exists(to) {
		return fmt.Sprintf("%s is there already; %s would be moved to it", to, n.Path)
	}
	if p.tree.Exists(stem(to)) && p.tree.Exists(stem(n.Path)) {
		return fmt.Sprintf("%s is there already; the attachments of %s would be moved to it", stem(to), n.Path)
	}
	return ""
}

func (p *resharder) isThere(dir string) bool {
	there, known := p.folders[dir]
	if !known {
		there = p.tree.Exists(dir)
		p.folders[dir] = there
	}
	return there
}

// stem returns the folder of the attachments of a record file.
func stem(file string) string { return strings.TrimSuffix(file, schema.Extension) }

// Apply writes the shard to desk.yaml and moves the records. The caller holds
// the desk's lock since before the plan was made. Whatever interrupts it, no
// record is lost, and a new plan goes on where it stopped: desk.yaml comes
// first, so that everything else can be told to lie in the wrong place, and
// attachments move before their record, so that the record tells where they are.
// moved is called for each record
// that has moved.
func (r *Resharding) Apply(ctx context.Context, t *tree.Tree, moved func(Relocation)) error {
	if err := r.configure(t); err != nil {
		return err
	}
	left, rename := map[string]bool{}, t.Renamer()
	for _, m := range r.Moves {
		if err := ctx.Err(); err != nil {
			return err
		}
		if m.Attached {
			if err := rename(stem(m.From), stem(m.To)); err != nil {
				return err
			}
		}
		if err := rename(m.From, m.To); err != nil {
			return err
		}
		left[path.Dir(m.From)] = true
		moved(m)
	}
	for _, dir := range slices.Sorted(maps.Keys(left)) {
		if err := t.Prune(dir); err != nil {
			return err
		}
	}
	return nil
}

func (r *Resharding) configure(t *tree.Tree) error {
	if r.Now == r.Shard {
		return nil
	}
	old, err := t.Read(tree.ConfigFile)
	if err != nil {
		return fmt.Errorf("read %s: %w", tree.ConfigFile, err)
	}
	data, err := WithShard(old, r.Shard)
	if err != nil {
		return fmt.Errorf("write shard to %s: %w", tree.ConfigFile, err)
	}
	return t.Write(tree.ConfigFile, old, data, tree.Durable)
}

// WithShard returns desk.yaml with the shard set and every other byte as it was.
// The file is edited as if it were front matter, which is the same YAML.
func WithShard(old []byte, shard int) ([]byte, error) {
	const fence = "---\n"
	body, marked := bytes.CutPrefix(old, []byte(fence))
	wrapped := slices.Concat([]byte(fence), body)
	if !bytes.HasSuffix(wrapped, []byte("\n")) {
		wrapped = append(wrapped, '\n')
	}
	wrapped = append(wrapped, fence...)
	r, ds := frontmatter.Parse(tree.ConfigFile, "", wrapped)
	if r == nil || diag.Count(ds, diag.Error) > 0 {
		return nil, errors.New("it cannot be read; mend it first")
	}
	edit := frontmatter.Set(r, "shard", records.NewInt(int64(shard)), []string{"version", "name", "address", "time_zone", "shard"})
	edited, err := frontmatter.Apply(wrapped, edit)
	if err != nil {
		return nil, err
	}
	out := bytes.TrimSuffix(bytes.TrimPrefix(edited, []byte(fence)), []byte(fence))
	if marked {
		out = slices.Concat([]byte(fence), out)
	}
	if d, ds := desk.Parse(tree.ConfigFile, out); d.Shard != shard || diag.Count(ds, diag.Error) > 0 {
		return nil, errors.New("it cannot be edited; write the line \"shard: " + strconv.Itoa(shard) + "\" by hand")
	}
	return out, nil
}
