package doctor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"frontdesk/records/diag"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// healthy returns facts with nothing to mend.
func healthy() *Facts {
	return &Facts{
		System: "linux", Now: noon, Git: "2.39.5",
		Repository: &RepositoryFacts{
			Settings:   []Setting{{"system", "core.ignorecase", "true"}, {"global", "safe.barerepository", "explicit"}, {"local", "core.ignorecase", "false"}},
			Attributes: map[string]string{"text": "set", "eol": "lf", "filter": "unspecified", "working-tree-encoding": "unspecified", "ident": "unspecified"},
			HasLine:    true, Commits: 12, HeadTime: noon.Add(-time.Hour),
		},
		Person: PersonFacts{Name: "Lee", Email: "lee@example.com", ID: "lee", HasRecord: true, Recorded: true},
		Hooks:  &HookFacts{Installed: []string{"pre-commit", "pre-push"}},
		Index:  &IndexFacts{Where: ".git/frontdesk", Size: 3 << 20},
		Desk:   DeskFacts{Records: 7, Fullest: Folder{"records/incidents/2026-11", 3}, Month: Folder{"records/incidents/2026-11", 3}, LastLog: Event{"INC-2611-K7Q4", "", noon.Add(-time.Minute)}},
	}
}

// brief writes findings that are not OK, one a line.
func brief(found []Finding) string {
	var b strings.Builder
	for _, f := range found {
		if !f.OK {
			fmt.Fprintf(&b, "%s %s: %s => %s\n", f.Area, f.Severity, f.What, f.Fix)
		}
	}
	return b.String()
}

func TestAHealthyDeskHasAnOKForEachArea(t *testing.T) {
	found := Examine(healthy())
	var areas []string
	for _, f := range found {
		areas = append(areas, string(f.Area))
		if !f.OK || f.Fix != "" {
			t.Errorf("%+v", f)
		}
	}
	if got := strings.Join(areas, " "); got != "git repository settings identity attributes hooks index desk.yaml records folders history clock leftovers" {
		t.Errorf("areas are %s", got)
	}
	if _, any := Worst(found); any {
		t.Error("something is wrong")
	}
}

func TestFindings(t *testing.T) {
	for name, c := range map[string]struct {
		change func(f *Facts)
		want   string // what is found, of which each line is a part
	}{
		"git is missing":              {func(f *Facts) { f.Git = "" }, "git error: git is not installed, or not on PATH => sudo apt-get install git"},
		"git is too old":              {func(f *Facts) { f.Git = "2.30.2" }, "git error: git 2.30.2 is too old => sudo apt-get install git"},
		"git is newer":                {func(f *Facts) { f.Git = "2.54.0" }, ""},
		"git has a number of Apple's": {func(f *Facts) { f.Git = "2.39.3.apple" }, ""},
		"there is no repository":      {func(f *Facts) { f.Repository = nil }, "repository warning: the desk belongs to no git repository => git init"},
		"somebody else's repository": {
			func(f *Facts) {
				f.Repository = &RepositoryFacts{Problem: "git rev-parse: fatal: detected dubious ownership in repository at '/x'"}
			},
			"repository error: git refuses the repository: it belongs to another user of this machine => git config --global --add safe.directory \"$(pwd)\"",
		},
		"a sparse checkout": {func(f *Facts) { f.Repository.Sparse = true }, "repository warning: the checkout is sparse: not all files are here => git sparse-checkout disable"},
		"a partial clone":   {func(f *Facts) { f.Repository.Partial = "origin" }, "repository info: the clone is partial: origin has contents that are not here => git fetch --refetch --no-filter origin"},
		"a merge":           {func(f *Facts) { f.Repository.Operation = "merge" }, "repository info: a merge is under way => git merge --continue"},
		"an embedded repository with a hostile name": {
			func(f *Facts) { f.Repository.Embedded = []string{"records/a'; rm -rf b"} },
			`repository error: records/a'; rm -rf b is a git repository of its own => mv 'records/a'\''; rm -rf b' ..`,
		},
		"fsmonitor by the repository": {
			func(f *Facts) {
				f.Repository.Settings = append(f.Repository.Settings, Setting{"local", "core.fsmonitor", "/tmp/evil"})
			},
			`settings warning: the repository's own configuration runs "/tmp/evil" with every git command => git config --local --unset core.fsmonitor`,
		},
		"fsmonitor by the user": {func(f *Facts) {
			f.Repository.Settings = append(f.Repository.Settings, Setting{"global", "core.fsmonitor", "/usr/bin/watch"})
		}, ""},
		"git's own fsmonitor": {func(f *Facts) {
			f.Repository.Settings = append(f.Repository.Settings, Setting{"local", "core.fsmonitor", "true"})
		}, ""},
		"case is told, and git does not believe it": {
			func(f *Facts) {
				f.Repository.Settings = []Setting{{"global", "safe.barerepository", "explicit"}, {"local", "core.ignorecase", "true"}}
			},
			"settings warning: core.ignoreCase is on, and the file system tells upper from lower case => git config core.ignoreCase false",
		},
		"case is folded, and git does not believe it": {func(f *Facts) { f.Repository.FoldsCase = true }, "settings warning: core.ignoreCase is off, and the file system takes upper for lower case => git config core.ignoreCase true"},
		"accents on macOS":                            {func(f *Facts) { f.System = "darwin" }, "settings warning: core.precomposeUnicode is not set => git config core.precomposeUnicode true"},
		"nobody":                                      {func(f *Facts) { f.Person = PersonFacts{} }, "identity error: git does not know who you are => git config --global user.name \"Your Name\" && git config --global user.email you@example.com"},
		"no address":                                  {func(f *Facts) { f.Person.Email = "" }, "identity error: git does not know your address => git config --global user.email you@example.com"},
		"a stranger":                                  {func(f *Facts) { f.Person.HasRecord = false }, "identity warning: no person of the desk has the address lee@example.com => frontdesk set PERSON email=lee@example.com"},
		"people are elsewhere":                        {func(f *Facts) { f.Person.HasRecord, f.Person.Recorded = false, false }, ""},
		"no line for records":                         {func(f *Facts) { f.Repository.HasLine, f.Repository.Attributes["eol"] = false, "unspecified" }, "attributes warning: .gitattributes does not keep the line ends of records => printf 'records/** text eol=lf\\n' >> .gitattributes"},
		"no line, and git converts": {
			func(f *Facts) {
				f.Repository.HasLine, f.Repository.Attributes["eol"] = false, "unspecified"
				f.Repository.Settings = append(f.Repository.Settings, Setting{"global", "core.autocrlf", "true"})
			},
			"attributes error: .gitattributes does not keep the line ends of records, and git is set to convert them here => printf 'records/** text eol=lf\\n' >> .gitattributes",
		},
		"the line stands elsewhere": {func(f *Facts) { f.Repository.HasLine = false }, ""},
		"the line is overridden": {
			func(f *Facts) { f.Repository.Attributes["text"] = "unset" },
			"attributes error: something overrides what .gitattributes says of records: text is unset, eol is lf => git check-attr --all records/x.md",
		},
		"a filter":           {func(f *Facts) { f.Repository.Attributes["filter"] = "lfs" }, "attributes error: records have the attribute filter=lfs => git check-attr --all records/x.md"},
		"no hooks":           {func(f *Facts) { f.Hooks = &HookFacts{} }, "hooks warning: none is installed => frontdesk hooks install"},
		"a hook is missing":  {func(f *Facts) { f.Hooks.Missing = []string{"pre-push"} }, "hooks warning: not all are installed: pre-push => frontdesk hooks install"},
		"a broken hook":      {func(f *Facts) { f.Hooks.Broken = []string{"pre-commit: it is gone"} }, "hooks error: pre-commit: it is gone => frontdesk hooks install"},
		"an old hook":        {func(f *Facts) { f.Hooks.Outdated = []string{"pre-commit: older"} }, "hooks info: pre-commit: older => frontdesk hooks install"},
		"a broken index":     {func(f *Facts) { f.Index.Problem = "it cannot be written" }, "index warning: it cannot be written => frontdesk index rebuild"},
		"a faulty desk.yaml": {func(f *Facts) { f.Desk.Faults = []string{"desk.yaml: no", "schema/x.yaml: no"} }, "desk.yaml error: desk.yaml: no and 1 more => frontdesk check"},
		"unreadable records": {func(f *Facts) { f.Desk.Unreadable = []string{"a", "b", "c", "d"} }, "records error: 4 records cannot be read: a, b, c and 1 more => frontdesk check"},
		"a full folder": {
			func(f *Facts) { f.Desk.Fullest.Records, f.Desk.Month.Records = 1001, 1001 },
			"folders warning: records/incidents/2026-11 holds 1001 records => frontdesk reshard 1",
		},
		"a folder that is nearly full": {func(f *Facts) { f.Desk.Fullest.Records, f.Desk.Month.Records = 1000, 1000 }, ""},
		"a full month": {
			func(f *Facts) { f.Desk.Fullest.Records, f.Desk.Month.Records, f.Desk.Shard = 1200, 12000, 1 },
			"folders warning: records/incidents/2026-11 holds 1200 records => frontdesk reshard 2",
		},
		"a full folder that no shard empties": {func(f *Facts) { f.Desk.Fullest.Records, f.Desk.Month.Records, f.Desk.Shard = 1200, 12000, 2 }, ""},
		"misplaced records":                   {func(f *Facts) { f.Desk.Misplaced = []string{"a", "b", "c"} }, "folders error: 3 records lie in a folder where shard 0 does not put them: a, b and 1 more => frontdesk reshard 0"},
		"misplaced and blocked":               {func(f *Facts) { f.Desk.Misplaced, f.Desk.Blocked = []string{"a"}, true }, "folders error: 1 record lies in a folder where shard 0 does not put it: a => frontdesk reshard 0 -n"},
		"a shallow clone":                     {func(f *Facts) { f.Repository.Shallow = true }, "history warning: the clone is shallow: older commits are not here => git fetch --unshallow"},
		"a long history":                      {func(f *Facts) { f.Repository.Commits = ManyCommits + 1 }, "history warning: more than 2000 commits, and no commit graph that knows which paths they touched => git commit-graph write --reachable --changed-paths"},
		"a long history with its graph":       {func(f *Facts) { f.Repository.Commits, f.Repository.ChangedPaths = ManyCommits+1, true }, ""},
		"many loose objects":                  {func(f *Facts) { f.Repository.Loose = 30000 }, "history warning: about 30000 objects are not packed => git gc"},
		"a clock that is behind":              {func(f *Facts) { f.Repository.HeadTime = noon.Add(3 * time.Hour) }, "clock warning: the clock is 3 hours behind the last commit (2026-11-03T15:00:00Z) => sudo timedatectl set-ntp true"},
		"clocks that differ a little":         {func(f *Facts) { f.Repository.HeadTime = noon.Add(4 * time.Minute) }, ""},
		"a record of the future":              {func(f *Facts) { f.Desk.LastLog.At = noon.Add(72 * time.Hour) }, "clock warning: INC-2611-K7Q4 has a log line of the future (2026-11-06T12:00:00Z) => frontdesk log INC-2611-K7Q4"},
		"an old lock":                         {func(f *Facts) { f.Leftovers = []Leftover{{".git/index.lock", true, noon.Add(-time.Hour)}} }, "leftovers warning: .git/index.lock is there for 60 minutes: git is at work, or was killed => rm .git/index.lock"},
		"a young lock":                        {func(f *Facts) { f.Leftovers = []Leftover{{".git/index.lock", true, noon.Add(-time.Minute)}} }, ""},
		"a half-written file":                 {func(f *Facts) { f.Leftovers = []Leftover{{"records/.frontdesk-A.tmp", false, noon.Add(-time.Hour)}} }, "leftovers info: records/.frontdesk-A.tmp was left behind by a frontdesk that was killed => rm records/.frontdesk-A.tmp"},
	} {
		t.Run(name, func(t *testing.T) {
			f := healthy()
			c.change(f)
			if got := strings.TrimSpace(brief(Examine(f))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestPipelinesAreJudgedByWhatMattersThere(t *testing.T) {
	for name, c := range map[string]struct {
		change func(f *Facts)
		want   string
	}{
		"hooks, names and slow histories do not matter": {func(f *Facts) {
			f.Hooks, f.Person, f.Repository.Settings = &HookFacts{}, PersonFacts{}, nil
			f.Repository.Commits, f.Repository.Loose = ManyCommits+1, 30000
		}, ""},
		"shallow on GitHub": {func(f *Facts) { f.Repository.Shallow, f.Pipeline.Forge = true, "github" }, "history error: the clone is shallow: older commits are not here => with: {fetch-depth: 0}   # below uses: actions/checkout"},
		"shallow on GitLab": {func(f *Facts) { f.Repository.Shallow, f.Pipeline.Forge = true, "gitlab" }, "history error: the clone is shallow: older commits are not here => variables: {GIT_DEPTH: 0}   # in .gitlab-ci.yml"},
		"shallow elsewhere": {func(f *Facts) { f.Repository.Shallow = true }, "history error: the clone is shallow: older commits are not here => git fetch --unshallow"},
		"no base":           {func(f *Facts) { f.Pipeline.Base = "main" }, "history error: the branch that the change goes into is not here: main => git fetch origin main"},
		"the base is here":  {func(f *Facts) { f.Pipeline.Base, f.Pipeline.Known = "main", true }, ""},
		"a sparse checkout": {func(f *Facts) { f.Repository.Sparse = true }, "repository error: the checkout is sparse: not all files are here => git sparse-checkout disable"},
		"no repository":     {func(f *Facts) { f.Repository = nil }, "repository error: the desk belongs to no git repository => git init"},
	} {
		t.Run(name, func(t *testing.T) {
			f := healthy()
			f.Pipeline = &PipelineFacts{}
			c.change(f)
			if got := strings.TrimSpace(brief(Examine(f))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestOnlyTheWorstCounts(t *testing.T) {
	if s, any := Worst([]Finding{{OK: true, Severity: diag.Error}, {Severity: diag.Info}, {Severity: diag.Warning}}); s != diag.Warning || !any {
		t.Errorf("got %v, %v", s, any)
	}
}

func TestPathsAreOneWordOfACommand(t *testing.T) {
	for p, want := range map[string]string{"records/a.md": "records/a.md", "a b": "'a b'", "-rf": "'./-rf'", "a'b": `'a'\''b'`, "$(id)": "'$(id)'", "": "''"} {
		if got := quote(p); got != want {
			t.Errorf("%q becomes %s, want %s", p, got, want)
		}
	}
}
