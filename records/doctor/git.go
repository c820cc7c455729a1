package doctor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"frontdesk/records/diag"
)

// OldestGit is the oldest version that Frontdesk works with: that of Debian 12.
// 2.38 brought git merge-tree --write-tree, with which a change is judged.
const OldestGit = "2.39"

// configHooks is the version that brought hooks by configuration.
const configHooks = "2.54"

func (d *doctor) program() {
	v := d.facts.Git
	switch {
	case v == "":
		d.find(Program, diag.Error, "git is not installed, or not on PATH",
			"records can be read and written, but nothing can be committed, compared or merged", installGit(d.facts.System))
	case older(v, OldestGit):
		d.find(Program, diag.Error, fmt.Sprintf("git %s is too old", v), "frontdesk needs "+OldestGit+" or newer: check --base merges with what older ones lack", installGit(d.facts.System))
	case older(v, configHooks):
		d.ok(Program, "%s", v)
	default:
		d.ok(Program, "%s, which runs several hooks side by side", v)
	}
	if v == "" || d.facts.Repository != nil {
		return
	}
	d.find(Repository, d.stricter(), "the desk belongs to no git repository", "there is no history, and nothing tells who changed what", "git init")
}

func installGit(system string) string {
	switch system {
	case "darwin":
		return "brew install git"
	case "windows":
		return "winget install --id Git.Git"
	}
	return "sudo apt-get install git"
}

// older compares versions by their numbers, as far as both have some.
func older(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range min(len(a), len(b)) {
		x, err1 := strconv.Atoi(a[i])
		y, err2 := strconv.Atoi(b[i])
		if err1 != nil || err2 != nil {
			return false
		}
		if x != y {
			return x < y
		}
	}
	return false
}

func (d *doctor) repository() {
	r := d.facts.Repository
	switch {
	case strings.Contains(r.Problem, "dubious ownership"):
		d.find(Repository, diag.Error, "git refuses the repository: it belongs to another user of this machine",
			"git reads no configuration that somebody else may have written", "git config --global --add safe.directory \"$(pwd)\"")
	case r.Problem != "":
		d.find(Repository, diag.Error, "git does not read the repository: "+r.Problem, "", "git status")
	case r.Bare:
		d.find(Repository, diag.Error, "the repository is bare", "the desk's files are not in a work tree of it", "git clone . ../desk")
	}
	if r.Operation != "" {
		d.find(Repository, diag.Info, fmt.Sprintf("a %s is under way", r.Operation), "", finish(r.Operation))
	}
	if r.Sparse {
		d.find(Repository, d.stricter(), "the checkout is sparse: not all files are here", "records that are not here count as missing, and what refers to them as wrong", "git sparse-checkout disable")
	}
	if r.Partial != "" {
		d.find(Repository, diag.Info, "the clone is partial: "+r.Partial+" has contents that are not here", "history commands fetch them one by one, and need the network", "git fetch --refetch --no-filter "+quote(r.Partial))
	}
	for _, p := range r.Embedded {
		d.find(Repository, diag.Error, p+" is a git repository of its own", "its files belong to no commit of the desk, and its configuration could run commands", "mv "+quote(p)+" ..")
	}
	where := "the desk is its top folder"
	if r.Folder != "" {
		where = "the desk is its folder " + strings.TrimSuffix(r.Folder, "/")
	}
	d.ok(Repository, "%s", where)
}

func finish(operation string) string {
	if operation == "bisect" {
		return "git bisect reset"
	}
	return "git " + operation + " --continue"
}

// setting returns the value that holds: the last one given.
func (r *RepositoryFacts) setting(key string, scopes ...string) (Setting, bool) {
	for _, s := range slices.Backward(r.Settings) {
		if s.Key == key && (len(scopes) == 0 || slices.Contains(scopes, s.Scope)) {
			return s, true
		}
	}
	return Setting{}, false
}

// isTrue reads a value as git does. A key without a value is true.
func isTrue(value string) bool {
	switch strings.ToLower(value) {
	case "true", "yes", "on", "1", "":
		return true
	}
	return false
}

func isBool(value string) bool {
	return isTrue(value) || slices.Contains([]string{"false", "no", "off", "0"}, strings.ToLower(value))
}

func (d *doctor) settings() {
	r := d.facts.Repository
	if r.Problem != "" {
		return
	}
	if s, ok := r.setting("core.fsmonitor", "local", "worktree"); ok && !isBool(s.Value) {
		d.find(Settings, diag.Warning, fmt.Sprintf("the repository's own configuration runs %q with every git command", s.Value),
			"frontdesk switches that off, other programs do not; keep it only if you set it", "git config --local --unset core.fsmonitor")
	}
	if s, ok := r.setting("core.ignorecase"); ok && isTrue(s.Value) != r.FoldsCase {
		d.ignoreCase(isTrue(s.Value))
	}
	if s, ok := r.setting("core.precomposeunicode"); d.facts.System == "darwin" && !(ok && isTrue(s.Value)) {
		d.find(Settings, diag.Warning, "core.precomposeUnicode is not set", "macOS writes accents in file names in its own form, which other systems take for other names", "git config core.precomposeUnicode true")
	}
	if s, ok := r.setting("core.commitgraph"); ok && !isTrue(s.Value) {
		d.find(Settings, diag.Warning, "core.commitGraph is off", "walking the history takes many times as long", "git config --unset-all core.commitGraph")
	}
	if s, ok := r.setting("safe.barerepository"); d.facts.Pipeline == nil && (!ok || s.Value != "explicit") {
		d.find(Settings, diag.Info, "safe.bareRepository is not explicit", "a repository hidden among files that somebody sends could run commands when you enter its folder; frontdesk guards itself, your other programs do not", "git config --global safe.bareRepository explicit")
	}
	d.ok(Settings, "")
}

func (d *doctor) ignoreCase(set bool) {
	if set {
		d.find(Settings, diag.Warning, "core.ignoreCase is on, and the file system tells upper from lower case", "git loses renames that change the case alone", "git config core.ignoreCase false")
		return
	}
	d.find(Settings, diag.Warning, "core.ignoreCase is off, and the file system takes upper for lower case", "git sees files twice under two names", "git config core.ignoreCase true")
}

func (d *doctor) identity() {
	p := d.facts.Person
	if d.facts.Pipeline != nil || d.facts.Repository.Problem != "" {
		return
	}
	switch {
	case p.Email == "" && p.Name == "":
		d.find(Identity, diag.Error, "git does not know who you are", "nothing can be committed, and frontdesk needs --as PERSON for every change",
			`git config --global user.name "Your Name" && git config --global user.email you@example.com`)
	case p.Email == "":
		d.find(Identity, diag.Error, "git does not know your address", "nothing can be committed, and frontdesk needs --as PERSON for every change", "git config --global user.email you@example.com")
	case p.Name == "":
		d.find(Identity, diag.Error, "git does not know your name", "nothing can be committed", `git config --global user.name "Your Name"`)
	}
	if p.Email != "" && !p.HasRecord && p.Recorded {
		d.find(Identity, diag.Warning, fmt.Sprintf("no person of the desk has the address %s", p.Email),
			fmt.Sprintf("what you do is logged as %q, which may be nobody", p.ID), fmt.Sprintf("frontdesk set PERSON email=%s", quote(p.Email)))
	}
	d.ok(Identity, "%s <%s> acts as %s", p.Name, p.Email, p.ID)
}

// addLine adds what init writes.
const addLine = `printf 'records/** text eol=lf\n' >> .gitattributes`

// keepsLF reports whether git leaves the line ends of records alone.
func (r *RepositoryFacts) keepsLF() bool {
	if r.Attributes == nil {
		return r.HasLine
	}
	return r.Attributes["eol"] == "lf" && r.Attributes["text"] != "unset"
}

func (d *doctor) attributes() {
	r := d.facts.Repository
	if r.Problem != "" || r.Bare {
		return
	}
	autocrlf, _ := r.setting("core.autocrlf")
	eol, _ := r.setting("core.eol")
	switch {
	case r.keepsLF():
	case r.HasLine:
		d.find(Attributes, diag.Error, fmt.Sprintf("something overrides what .gitattributes says of records: text is %s, eol is %s", r.Attributes["text"], r.Attributes["eol"]),
			"git may convert records to CRLF, which no command reads; look into .git/info/attributes and below records/", "git check-attr --all records/x.md")
	case isTrue(autocrlf.Value) && autocrlf.Key != "", strings.EqualFold(eol.Value, "crlf"):
		d.find(Attributes, diag.Error, ".gitattributes does not keep the line ends of records, and git is set to convert them here",
			"records get CRLF at the next checkout, which no command reads", addLine)
	default:
		d.find(Attributes, diag.Warning, ".gitattributes does not keep the line ends of records",
			"on a machine where git converts line ends, records get CRLF, which no command reads", addLine)
	}
	for _, name := range []string{"filter", "working-tree-encoding", "ident"} {
		if v := r.Attributes[name]; v != "" && v != "unspecified" && v != "unset" {
			d.find(Attributes, diag.Error, fmt.Sprintf("records have the attribute %s=%s", name, v), "what git commits is not what the files hold", "git check-attr --all records/x.md")
		}
	}
	d.ok(Attributes, "records keep LF")
}

func (d *doctor) hooks() {
	h := d.facts.Hooks
	if h == nil || d.facts.Pipeline != nil {
		return
	}
	switch {
	case h.Problem != "":
		d.find(Hooks, diag.Warning, h.Problem, "", "frontdesk hooks status")
	case len(h.Broken) > 0:
		d.find(Hooks, diag.Error, some(h.Broken, 2), "commits are made that nothing has judged", "frontdesk hooks install")
	case len(h.Missing) > 0:
		d.find(Hooks, diag.Warning, "not all are installed: "+some(h.Missing, 4), "some commits are not judged before they are made", "frontdesk hooks install")
	case len(h.Installed)+len(h.Outdated) == 0:
		d.find(Hooks, diag.Warning, "none is installed", "commits are not judged before they are made", "frontdesk hooks install")
	case len(h.Outdated) > 0:
		d.find(Hooks, diag.Info, some(h.Outdated, 2), "", "frontdesk hooks install")
	}
	d.ok(Hooks, "%s", count(len(h.Installed), "hook")+" installed")
}
