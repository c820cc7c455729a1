// Package codeowners provides the CODEOWNERS file of a desk: who is asked to
// review which of its files, from the owners and teams that records name, in the
// form of each forge. It must not read or write files, nor decide who approves: a
// forge's code owners are a request for reviews, and policy is not read from them.
package codeowners

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/forge"
	"frontdesk/records/lazy"
	"frontdesk/records/plain"
	"frontdesk/schema"
	"frontdesk/schema/desk"
	"frontdesk/schema/signers"
)

// DefaultRole is the role of desk.yaml that answers for what decides about others.
const DefaultRole = "change-managers"

// Input is what owners are read from.
type Input struct {
	Forge  string // as package forge names it
	Desk   *desk.Desk
	Types  *schema.Types
	Set    *records.Set           // all records that may own or be owned
	Exists func(path string) bool // whether the desk has a file or folder
	Prefix string                 // the desk's folder in the repository, "" for the top
	File   string                 // where the result will lie, from the repository's top; "" if elsewhere
	Role   string                 // of desk.yaml, who answers for policy, people and keys
}

// Rule is a pattern and whom it asks.
type Rule struct {
	Path   string   // from the repository's top; with a slash at its end, all below it
	Owners []string // as the forge names them
}

// Owners is who answers for which files.
type Owners struct {
	Records []Rule // by path: what belongs to somebody, and folders whose policy names somebody
	Policy  []Rule // what decides about others
	Notes   []string
}

// trusted are the types whose records say who may do what.
var trusted = []records.Type{"person", "team", "template"}

// Of works out who answers for which files of a desk. It is an error where nobody
// answers for policy, people and keys: whoever could change those unseen could
// approve anything.
func Of(in Input) (*Owners, error) {
	g := &generator{Input: in, told: map[string]bool{}, out: &Owners{}}
	if !slices.Contains(forge.Forges(), in.Forge) {
		return nil, fmt.Errorf("there is no forge %q: it is one of %s", in.Forge, strings.Join(forge.Forges(), ", "))
	}
	if in.Desk.Roles[in.Role] == nil {
		return nil, fmt.Errorf("%s has no role %q, which is to answer for policy, people and keys", desk.FileName, in.Role)
	}
	policy := g.role(in.Role)
	if len(policy) == 0 {
		return nil, fmt.Errorf("nobody of the role %q has an account on %s: nobody would answer for policy, people and keys", in.Role, in.Forge)
	}
	for _, t := range in.Types.All() {
		if !slices.Contains(trusted, t.Name) && t.Policy != nil {
			g.folder(t)
		}
	}
	for _, r := range in.Set.All() {
		g.record(r)
	}
	slices.SortStableFunc(g.out.Records, func(a, b Rule) int { return strings.Compare(a.Path, b.Path) })
	for _, p := range g.trustedPaths() {
		g.out.Policy = append(g.out.Policy, Rule{p, policy})
	}
	return g.out, nil
}

// Reads lists the types whose records Of looks at.
func Reads(types *schema.Types) []records.Type {
	var names []records.Type
	for _, t := range types.All() {
		if t.Name == "person" || t.Name == "team" || isOwned(t) {
			names = append(names, t.Name)
		}
	}
	return names
}

// isOwned reports whether each record of a type belongs to somebody. Tickets and
// changes come and go, and are left to their type's folder.
func isOwned(t *schema.Type) bool {
	f := t.Field("owner")
	return t.Policy == nil && t.Scheme != schema.Month && !slices.Contains(trusted, t.Name) && f != nil && f.Ref == "person"
}

type generator struct {
	Input
	told map[string]bool
	out  *Owners
}

// note says something once.
func (g *generator) note(format string, args ...any) {
	text := plain.Line(fmt.Sprintf(format, args...))
	if !g.told[text] {
		g.told[text] = true
		g.out.Notes = append(g.out.Notes, text)
	}
}

// in returns the path, from the repository's top, of something of the desk.
func (g *generator) in(p string) string { return path.Join(g.Prefix, p) }

// folderOf returns the folder of a type's records.
func (g *generator) folderOf(t *schema.Type) string {
	return g.in(path.Join(schema.RecordsFolder, t.Folder)) + "/"
}

// trustedPaths lists the files that decide about others: configuration, types, keys,
// people, what the forge runs, and this file itself.
func (g *generator) trustedPaths() []string {
	paths := []string{g.in(desk.FileName), g.in(signers.FileName), g.in(signers.RevokedName), g.in(signers.FolderName) + "/", g.in("schema") + "/"}
	for _, name := range trusted {
		if t := g.Types.Get(name); t != nil {
			paths = append(paths, g.folderOf(t))
		}
	}
	paths = append(paths, pipelines(g.Forge)...)
	if g.File != "" {
		paths = append(paths, g.File)
	}
	return paths
}

// pipelines lists where a forge reads what it runs.
func pipelines(f string) []string {
	switch f {
	case forge.GitLab:
		return []string{".gitlab-ci.yml", ".gitlab/"}
	case forge.Gitea:
		return []string{".gitea/", ".forgejo/", ".github/workflows/"}
	}
	return []string{".github/workflows/", ".github/actions/"}
}

// folder adds the folder of a type whose policy names who approves.
func (g *generator) folder(t *schema.Type) {
	var who []string
	for _, rule := range t.Policy.Rules {
		for _, from := range rule.From {
			switch from.Kind {
			case schema.ByRole:
				who = append(who, g.role(from.Name)...)
			case schema.ByTeam:
				who = append(who, g.team(from.Name)...)
			case schema.ByPerson:
				who = append(who, g.person(from.Name)...)
			}
		}
	}
	g.add(g.folderOf(t), who)
}

// record adds a record that belongs to somebody.
func (g *generator) record(r *records.Record) {
	t := g.Types.Get(r.Type)
	if t == nil || !isOwned(t) {
		return
	}
	who := g.person(r.Text("owner"))
	if f := t.Field("team"); f != nil && f.Ref == "team" {
		who = append(who, g.team(r.Text("team"))...)
	}
	g.add(g.in(r.Path), who)
	if folder := strings.TrimSuffix(r.Path, schema.Extension); g.Exists(folder) {
		g.add(g.in(folder)+"/", who)
	}
}

// add adds a rule, unless it asks nobody: without owners, a line would take away
// those that an earlier one gives.
func (g *generator) add(p string, who []string) {
	var owners []string
	for _, w := range who {
		if !slices.Contains(owners, w) {
			owners = append(owners, w)
		}
	}
	if len(owners) > 0 {
		g.out.Records = append(g.out.Records, Rule{p, owners})
	}
}

// find returns the record that a reference names, nil where there is none.
func (g *generator) find(typ records.Type, ref string) *records.Record {
	_, id := records.SplitRef(ref)
	if found := g.Set.FindTyped(typ, id); len(found) == 1 {
		return found[0]
	}
	return nil
}

// role returns the people of a role as the forge names them.
func (g *generator) role(name string) []string {
	people, ok := g.Desk.Roles[name]
	if !ok {
		g.note("%s has no role %q, which a policy names", desk.FileName, name)
	}
	var who []string
	for _, p := range people {
		who = append(who, g.person(p)...)
	}
	return unique(who)
}

// team returns a team as the forge names it, or its people where it has no name
// there.
func (g *generator) team(ref string) []string {
	if ref == "" {
		return nil
	}
	r := g.find("team", ref)
	if r == nil {
		g.note("team %s has no record", ref)
		return nil
	}
	if name := r.Get("accounts").Get(g.Forge).String(); name != "" {
		if handle, ok := groupHandle(g.Forge, name); ok {
			return []string{handle}
		}
		g.note("team %s: %q is no name of a team on %s", r.ID, name, g.Forge)
	}
	who := g.person(r.Text("lead"))
	for _, member := range r.Get("members").Strings() {
		who = append(who, g.person(member)...)
	}
	return unique(who)
}

// person returns a person as the forge names them: by account, else by the mail
// address where the forge looks people up by it. Those who left own nothing.
func (g *generator) person(ref string) []string {
	if ref == "" {
		return nil
	}
	r := g.find("person", ref)
	if r == nil {
		g.note("%s has no record that says which account on %s is theirs", ref, g.Forge)
		return nil
	}
	if r.Text("left_on") != "" {
		g.note("%s has left and owns nothing", r.ID)
		return nil
	}
	name := r.Get("accounts").Get(g.Forge).String()
	handle, ok := userHandle(name)
	switch {
	case ok:
		return []string{handle}
	case name != "":
		g.note("%s: %q is no account on %s", r.ID, name, g.Forge)
	case g.Forge != forge.Gitea && mail().MatchString(r.Text("email")):
		return []string{r.Text("email")}
	default:
		g.note("%s has no accounts: {%s: …} and is asked for nothing", r.ID, g.Forge)
	}
	return nil
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// What forges take for names. Whatever else a record says would be read as
// something else: another owner, a comment, the next line.
var (
	mail     = lazy.Regexp(`^[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,200}[A-Za-z0-9])?$`)
	account  = lazy.Regexp(`^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_-])?$`)
	group    = lazy.Regexp(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$`)
	subgroup = lazy.Regexp(`^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$`)
)

// userHandle returns an account's name as a mention.
func userHandle(name string) (string, bool) {
	name = strings.TrimPrefix(name, "@")
	return "@" + name, account().MatchString(name)
}

// groupHandle returns a team's name: ORG/TEAM, on GitLab a group's path.
func groupHandle(f, name string) (string, bool) {
	name = strings.TrimPrefix(name, "@")
	if f == forge.GitLab {
		return "@" + name, len(name) <= 255 && subgroup().MatchString(name)
	}
	return "@" + name, group().MatchString(name)
}
