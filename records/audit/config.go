package audit

import (
	"context"
	"errors"
	"path"
	"strings"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
	"frontdesk/schema/signers"
)

// config is what the walk has to know of a desk at a commit.
type config struct {
	types map[string]*schema.Type // by folder below records/; nil where there is no desk
	guard [][]string              // globs of guarded files, by type
}

// configAt reads the configuration of a commit.
func configAt(ctx context.Context, desk *git.Repo, commit string) (*config, error) {
	files, err := desk.At(ctx, commit)
	if err != nil {
		return nil, err
	}
	defer files.Close()
	t, err := tree.OpenFS(desk.Dir, files)
	if errors.Is(err, tree.ErrNoDesk) {
		return &config{}, nil
	}
	if err != nil {
		return nil, err
	}
	c := &config{types: map[string]*schema.Type{}}
	for _, typ := range t.Types.All() {
		c.types[typ.Folder] = typ
		if typ.Policy != nil && len(typ.Policy.Guard) > 0 {
			c.guard = append(c.guard, typ.Policy.Guard)
		}
	}
	return c, nil
}

// isGuarded reports whether a file of the repository may be guarded. Globs that
// cannot be read guard everything.
func (c *config) isGuarded(p string) bool {
	for _, globs := range c.guard {
		if ok, err := approval.Match(globs, p); ok || err != nil {
			return true
		}
	}
	return false
}

// isDesk reports whether there is a desk.
func (c *config) isDesk() bool { return c.types != nil }

// typeOf returns the type whose records lie where a path below the desk does.
func (c *config) typeOf(p string) *schema.Type {
	rest, ok := strings.CutPrefix(p, schema.RecordsFolder+"/")
	if !ok {
		return nil
	}
	folder, _, ok := strings.Cut(rest, "/")
	if !ok {
		return nil
	}
	return c.types[folder]
}

// needsApproval reports whether records of a type have a policy.
func (c *config) needsApproval(typ records.Type) bool {
	for _, t := range c.types {
		if t.Name == typ {
			return t.Policy != nil
		}
	}
	return false
}

// isConfig reports whether a file of a desk says what types there are.
func isConfig(p string) bool { return p == tree.ConfigFile || path.Dir(p) == tree.TypesFolder }

// isTrusted reports whether a file of a desk is one by which others are judged.
func (c *config) isTrusted(p string) bool {
	switch {
	case isConfig(p), p == signers.FileName, p == signers.RevokedName, strings.HasPrefix(p, signers.FolderName+"/"):
		return true
	}
	t := c.typeOf(p)
	return t != nil && !isStatement(p) && (t.Name == "person" || t.Name == "team" || t.Name == "template")
}
