package audit

import (
	"context"
	"path"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/evidence"
	"frontdesk/records/tree"
	"frontdesk/schema"
	"frontdesk/schema/signers"
)

// decisive returns the landing that an export proves: the last that needed
// approval and had it, else the last that needed it.
func (c *Change) decisive() Landed {
	var last, approved *Landed
	for i, l := range c.Landings {
		if !l.Needed && l.Verdict.State != approval.Approved {
			continue
		}
		last = &c.Landings[i]
		if l.Verdict.State == approval.Approved {
			approved = last
		}
	}
	switch {
	case approved != nil:
		return *approved
	case last != nil:
		return *last
	}
	return c.Landings[len(c.Landings)-1]
}

// asApproved returns the landing at which the branch first had what the decisive
// one is about.
func (c *Change) asApproved(decisive Landed) Landed {
	for _, l := range c.Landings {
		if l.Verdict.Covers == decisive.Verdict.Covers && (l.Needed || l.Entry == decisive.Entry) {
			return l
		}
	}
	return decisive
}

// change exports a change.
func (x *exporter) change(ctx context.Context, c *Change) error {
	dir := x.folderOf(c)
	decisive := c.decisive()
	first := c.asApproved(decisive)
	at, err := x.at(ctx, first.Entry.ID)
	if err != nil {
		return err
	}
	if data := at.file(first.Path); data != nil {
		name := "record-as-approved.md"
		if decisive.Verdict.State != approval.Approved {
			name = "record-as-landed.md"
		}
		x.put(path.Join(dir, name), data)
	}
	now, err := x.at(ctx, x.rep.Tip.ID)
	if err != nil {
		return err
	}
	current := now.file(c.Path)
	if current != nil {
		x.put(path.Join(dir, "record-now.md"), current)
	}
	if err := x.trusted(ctx, dir, c, first, now); err != nil {
		return err
	}
	if err := x.statements(ctx, dir, c, decisive, now); err != nil {
		return err
	}
	x.verdicts(dir, c, decisive)
	x.times(dir, c, first, current)
	return nil
}

// trusted exports what a verdict rests on and the change could not change: the
// policy and the signers of the commit before it.
func (x *exporter) trusted(ctx context.Context, dir string, c *Change, first Landed, now *view) error {
	if len(first.Entry.Parents) == 0 {
		return nil
	}
	parent := first.Entry.Parents[0]
	base, err := x.at(ctx, parent)
	if err != nil {
		return err
	}
	typ, _, _ := strings.Cut(c.Record, "/")
	if t, err := tree.OpenFS(x.repo.Dir, base.Snapshot); err == nil {
		x.policy(dir, t.Types.Get(records.Type(typ)), base)
	}
	for _, name := range []string{signers.FileName, signers.RevokedName} {
		x.put(path.Join(dir, name), base.file(name)) // empty where there is none: ssh-keygen asks for it
	}
	x.put(path.Join(dir, signers.RevokedName+"-now"), now.file(signers.RevokedName))
	for _, name := range base.names(signers.FolderName) {
		if data := base.file(path.Join(signers.FolderName, name)); data != nil && plainName().MatchString(name) {
			x.put(path.Join(dir, signers.FolderName, name), data)
		}
	}
	return nil
}

// policy exports the policy in the bytes that statements name by their digest, and
// the desk's own type file where it has one.
func (x *exporter) policy(dir string, t *schema.Type, base *view) {
	if t == nil || t.Policy == nil || t.Policy.Raw.IsNull() {
		return
	}
	if data, err := evidence.Canonical(t.Policy.Raw.Any()); err == nil {
		x.put(path.Join(dir, "policy.json"), data)
	}
	if data := base.file(t.Path); data != nil && !t.BuiltIn {
		x.put(path.Join(dir, "policy", path.Base(t.Path)), data)
	}
}

// statements exports the statements and signatures that the branch had when the
// change was approved, and those that it has now.
func (x *exporter) statements(ctx context.Context, dir string, c *Change, decisive Landed, now *view) error {
	then, err := x.at(ctx, decisive.Entry.ID)
	if err != nil {
		return err
	}
	put := map[string]bool{}
	for _, s := range []struct {
		v    *view
		path string
	}{{then, decisive.Path}, {now, c.Path}} {
		folder := path.Join(strings.TrimSuffix(s.path, schema.Extension), evidence.Folder)
		for _, name := range s.v.names(folder) {
			if put[name] || !plainName().MatchString(name) {
				continue
			}
			if data := s.v.file(path.Join(folder, name)); data != nil {
				put[name] = true
				x.put(path.Join(dir, evidence.Folder, name), data)
			}
		}
	}
	return nil
}

// verdictJSON is a verdict with the commit that it is about.
type verdictJSON struct {
	Commit string `json:"commit"`
	At     string `json:"at"`
	*Landing
}

// verdicts exports the verdict that counts, and all there were.
func (x *exporter) verdicts(dir string, c *Change, decisive Landed) {
	out := struct {
		Version  int           `json:"version"`
		Record   string        `json:"record"`
		Decisive string        `json:"decisive"` // the commit whose verdict the export is about
		Landings []verdictJSON `json:"landings"`
	}{Version: Version, Record: c.Record, Decisive: decisive.Entry.ID}
	for _, l := range c.Landings {
		out.Landings = append(out.Landings, verdictJSON{l.Entry.ID, stamp(l.At), l.Landing})
	}
	x.putJSON(path.Join(dir, "verdict.json"), out)
}

// timesJSON are the times of a change. Those of the record are what it states, the
// others are when the branch got something.
type timesJSON struct {
	Version  int               `json:"version"`
	Record   string            `json:"record"`
	Stated   map[string]string `json:"stated"`
	Landed   string            `json:"landed"`   // "" where it never did
	Approved string            `json:"approved"` // "" where it never was
	Ahead    string            `json:"went_ahead"`
	Due      string            `json:"approval_due"`
	Age      *int64            `json:"retro_approval_seconds,omitempty"`
}

// times exports when what happened.
func (x *exporter) times(dir string, c *Change, first Landed, current []byte) {
	typ, id, _ := strings.Cut(c.Record, "/")
	out := timesJSON{Version: Version, Record: c.Record, Stated: map[string]string{}, Landed: stamp(first.At), Approved: stamp(c.Approved), Ahead: stamp(c.Ahead), Due: stamp(c.Due)}
	if r, _ := tree.Parse(tree.Name{Type: records.Type(typ), ID: records.ID(id), Path: c.Path}, current); r != nil {
		for _, p := range r.Fields.Pairs {
			if at, ok := records.ParseTime(p.Value.String()); ok && (strings.HasSuffix(p.Key, "_at") || slices.Contains([]string{"planned_start", "planned_end", "actual_start", "actual_end"}, p.Key)) {
				out.Stated[p.Key] = records.FormatTime(at)
			}
		}
	}
	if age, ok := c.Age(); ok {
		seconds := int64(age.Seconds())
		out.Age = &seconds
	}
	x.putJSON(path.Join(dir, "times.json"), out)
}
