package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"frontdesk/records/forge"
)

// ciWorkflow is a pipeline of GitHub or Gitea.
type ciWorkflow struct {
	On          map[string]map[string]any `yaml:"on"`
	Permissions map[string]string         `yaml:"permissions"`
	Env         map[string]string         `yaml:"env"`
	Defaults    struct{ Run struct{ Shell string } }
	Jobs        map[string]struct {
		If          any               `yaml:"if"`
		Needs       any               `yaml:"needs"`
		Permissions map[string]string `yaml:"permissions"`
		Continue    any               `yaml:"continue-on-error"`
		Steps       []workflowStep    `yaml:"steps"`
	} `yaml:"jobs"`
}

type workflowStep struct {
	Name, Uses, Run string
	If              any               `yaml:"if"`
	Continue        any               `yaml:"continue-on-error"`
	With            map[string]any    `yaml:"with"`
	Env             map[string]string `yaml:"env"`
}

func readWorkflow(t *testing.T, template string) ciWorkflow {
	t.Helper()
	data, err := fill(template, "it desk", []string{"main", "release"})
	if err != nil {
		t.Fatal(err)
	}
	var w ciWorkflow
	d := yaml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&w); err != nil {
		t.Fatalf("%s: %v\n%s", template, err, data)
	}
	return w
}

var expression = regexp.MustCompile(`\$\{\{(.*?)\}\}`)

func TestWorkflowsAreBuiltSafely(t *testing.T) {
	for _, name := range []string{"github.yml", "github-again.yml", "gitea.yml"} {
		w := readWorkflow(t, name)
		if w.On["pull_request_target"] != nil || w.On["workflow_run"] != nil || w.Defaults.Run.Shell != "bash" {
			t.Errorf("%s: on %v, shell %q", name, w.On, w.Defaults.Run.Shell)
		}
		if name != "gitea.yml" && (w.Permissions == nil || len(w.Permissions) != 0) {
			t.Errorf("%s gives all jobs %v", name, w.Permissions)
		}
		for id, job := range w.Jobs {
			for _, perm := range job.Permissions {
				if perm != "read" && !(id == "review" || id == "again") {
					t.Errorf("%s: %s may %v", name, id, job.Permissions)
				}
			}
			for _, step := range job.Steps {
				if strings.Contains(step.Run, "${{") {
					t.Errorf("%s: %s: the forge computes a part of the script %q", name, id, step.Name)
				}
				if step.Run != "" && !strings.HasPrefix(step.Run, "set -eu\n") {
					t.Errorf("%s: %s: the script %q goes on after errors", name, id, step.Name)
				}
				if step.Uses != "" && !regexp.MustCompile(`^(https://github\.com/)?actions/(checkout|setup-go)@v[0-9]+$`).MatchString(step.Uses) {
					t.Errorf("%s: %s uses %s", name, id, step.Uses)
				}
				if strings.Contains(step.Uses, "checkout") && (fmt.Sprint(step.With["fetch-depth"]) != "0" || fmt.Sprint(step.With["persist-credentials"]) != "false") {
					t.Errorf("%s: %s checks out with %v", name, id, step.With)
				}
			}
		}
	}
}

func TestTheGateOfWorkflowsAlwaysRuns(t *testing.T) {
	for _, name := range []string{"github.yml", "gitea.yml"} {
		w := readWorkflow(t, name)
		events := []string{"pull_request", "push"}
		if name == "github.yml" {
			events = append(events, "merge_group")
		}
		for _, e := range events {
			on, ok := w.On[e]
			if !ok || on["paths"] != nil || on["paths-ignore"] != nil || on["branches-ignore"] != nil || e != "push" && on["branches"] != nil {
				t.Errorf("%s: on %s: %v", name, e, on)
			}
		}
		if !slices.Contains(w.On["pull_request"]["types"].([]any), any("edited")) || fmt.Sprint(w.On["push"]["branches"]) != "[main release]" || len(w.On) != len(events) {
			t.Errorf("%s: %v", name, w.On)
		}
		gate := w.Jobs["gate"]
		if gate.If != nil || gate.Needs != nil || gate.Continue != nil || len(gate.Steps) == 0 {
			t.Errorf("%s: the gate can be skipped: %+v", name, gate)
		}
		for _, s := range gate.Steps {
			if s.If != nil || s.Continue != nil {
				t.Errorf("%s: a step of the gate can be skipped: %+v", name, s)
			}
		}
	}
}

// gitlabJob is a job of GitLab's pipeline.
type gitlabJob struct {
	Extends      string
	Rules        []map[string]any
	AllowFailure any               `yaml:"allow_failure"`
	BeforeScript []string          `yaml:"before_script"`
	Script       []string          `yaml:"script"`
	Variables    map[string]string `yaml:"variables"`
	When, Only   any
	Needs        any
}

func readGitLab(t *testing.T) map[string]gitlabJob {
	t.Helper()
	data, err := fill("gitlab.yml", "it desk", []string{"main"})
	if err != nil {
		t.Fatal(err)
	}
	var jobs map[string]gitlabJob
	if err := yaml.Unmarshal(data, &jobs); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return jobs
}

func TestGitLabsGateAlwaysRuns(t *testing.T) {
	jobs := readGitLab(t)
	base, gate := jobs[".frontdesk"], jobs["frontdesk-gate"]
	if gate.Extends != ".frontdesk" || gate.Rules != nil || gate.AllowFailure != nil || gate.When != nil || gate.Needs != nil || len(gate.Script) != 1 {
		t.Errorf("%+v", gate)
	}
	if base.Variables["GIT_DEPTH"] != "0" || base.Variables["DESK"] != "it desk" || len(base.Rules) != 2 {
		t.Errorf("%+v", base)
	}
	for _, rule := range base.Rules {
		if len(rule) != 1 || rule["if"] == nil {
			t.Errorf("%+v", rule)
		}
	}
	for name, job := range jobs {
		for _, s := range append(job.BeforeScript, job.Script...) {
			if !strings.Contains(s, "set -eu\n") {
				t.Errorf("%s goes on after errors: %s", name, s)
			}
		}
	}
	var top struct {
		Include  []map[string]string
		Workflow struct{ Rules []map[string]string }
	}
	data, err := fill("gitlab-include.yml", ".", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, &top); err != nil || top.Include[0]["local"] != ".gitlab/frontdesk.yml" || len(top.Workflow.Rules) != 3 {
		t.Errorf("%+v %v", top, err)
	}
}

func TestPipelinesLieWhereForgesLook(t *testing.T) {
	for _, f := range forge.Forges() {
		for _, p := range pipelinesOf(f) {
			data, err := fill(p.template, "", []string{"main"})
			if err != nil || !bytes.HasPrefix(data, []byte("# Made by: frontdesk init --ci "+f+"\n")) || regexp.MustCompile(`@[A-Z]+@`).Match(data) {
				t.Errorf("%s: %v\n%.200s", p.path, err, data)
			}
		}
	}
	for _, bad := range []string{"a${{ github.token }}", "a\nb", "a\u202eb", "a\x1b"} {
		if _, err := fill("github.yml", bad, []string{"main"}); err == nil {
			t.Errorf("the folder %q is written", bad)
		}
		if _, err := fill("github.yml", "", []string{bad}); err == nil {
			t.Errorf("the branch %q is written", bad)
		}
	}
	data, err := fill("github.yml", `a "b": #c`, []string{`!a`, `b"]`})
	if err != nil {
		t.Fatal(err)
	}
	var w ciWorkflow
	if err := yaml.Unmarshal(data, &w); err != nil || w.Env["DESK"] != `a "b": #c` || fmt.Sprint(w.On["push"]["branches"]) != `[\!a b"\]]` {
		t.Errorf("%v %q %v", err, w.Env["DESK"], w.On["push"])
	}
}

// runner is a machine on which a forge runs pipelines: a clone of a repository on a
// server, with a program that stands for Frontdesk and writes down how it is called.
type runner struct {
	t         *testing.T
	clone     string
	bin, temp string
	env       []string
}

// stand is Frontdesk as pipelines build it: it notes its arguments, runs what needs
// no forge, and else does what the test says.
const stand = `#!/bin/sh
for a in "$@"; do printf '%s\n' "$a" >> "$CALLS"; done
echo -- >> "$CALLS"
case "$1" in version) exit 0 ;; esac
case "$3" in
check | codeowners) exec "$REAL" "$@" ;;
review) echo "# What it does"; exit "${STATUS:-0}" ;;
esac
exit "${STATUS:-0}"
`

func newRunner(t *testing.T, branch string) *runner {
	t.Helper()
	dir := t.TempDir()
	r := &runner{t: t, clone: filepath.Join(dir, "clone"), bin: filepath.Join(dir, "bin"), temp: filepath.Join(dir, "temp")}
	for _, d := range []string{r.bin, r.temp, filepath.Join(dir, "home")} {
		must(t, os.MkdirAll(d, 0o777))
	}
	must(t, os.WriteFile(filepath.Join(r.bin, "stand"), []byte(stand), 0o777))
	// "go build -o FILE ./cmd/frontdesk"
	must(t, os.WriteFile(filepath.Join(r.bin, "go"), []byte("#!/bin/sh\ntest \"$1 $2 $4\" = 'build -o ./cmd/frontdesk' && test -f source && cp \"$STAND\" \"$3\"\n"), 0o777))
	program, err := exec.LookPath("frontdesk") // of TestMain
	must(t, err)
	home := filepath.Join(dir, "home")
	must(t, os.WriteFile(filepath.Join(home, ".gitconfig"), []byte("[user]\n\tname = Lee\n\temail = lee@example.com\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n"), 0o666))
	r.env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "GIT_CONFIG_NOSYSTEM=1", "TZ=UTC", "NO_COLOR=1",
		"PATH="+r.bin+string(os.PathListSeparator)+os.Getenv("PATH"), "STAND="+filepath.Join(r.bin, "stand"), "REAL="+program, "CALLS="+filepath.Join(dir, "calls"),
		"FRONTDESK_SOURCE=file://"+filepath.Join(dir, "source"), "FRONTDESK_REF=v1", "RUNNER_TEMP="+r.temp, "BRANCH="+branch,
		"GITHUB_PATH="+filepath.Join(r.temp, "path"), "GITHUB_STEP_SUMMARY="+filepath.Join(r.temp, "summary"))
	sh := func(script string) {
		t.Helper()
		if out, code := r.bash(dir, script); code != 0 {
			t.Fatalf("%s\n%s", script, out)
		}
	}
	must(t, os.CopyFS(filepath.Join(dir, "work", "it desk"), os.DirFS("testdata/desk")))
	sh(`git init -q source && cd source && echo x > source && git add . && git commit -qm x && git tag v1`)
	sh(`cd work && git init -q && git add . && git commit -qm x && git checkout -qb "$BRANCH" &&
		sed -i 's/^impact: .*/impact: meduim/' "it desk/records/incidents/2026-11/INC-2611-K7Q4.md" && git commit -qam y && git update-ref refs/pull/7/head HEAD &&
		cd .. && git clone -q --mirror work server.git && git clone -q server.git clone && cd clone && git checkout -q --detach "origin/$BRANCH"`)
	return r
}

// bash runs a script as a forge does.
func (r *runner) bash(dir, script string, env ...string) (string, int) {
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = dir, append(slices.Clone(r.env), env...)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		r.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// job runs the scripts of a job, and returns what they said, the exit code of the
// first that fails, and how Frontdesk was called.
func (r *runner) job(steps []workflowStep, global map[string]string, values map[string]string, more ...string) (out string, code int, calls [][]string) {
	r.t.Helper()
	calls = nil
	_ = os.Remove(filepath.Join(filepath.Dir(r.clone), "calls"))
	must(r.t, os.RemoveAll(r.temp))
	must(r.t, os.MkdirAll(r.temp, 0o777))
	value := func(text string) string {
		return expression.ReplaceAllStringFunc(text, func(e string) string {
			v, ok := values[strings.TrimSpace(strings.Trim(e, "${}"))]
			if !ok {
				r.t.Fatalf("nothing stands for %s", e)
			}
			return v
		})
	}
	var env []string
	for k, v := range global {
		if k != "FRONTDESK_SOURCE" && k != "FRONTDESK_REF" {
			env = append(env, k+"="+value(v))
		}
	}
	env = append(env, more...)
	for _, s := range steps {
		if s.Run == "" {
			continue
		}
		own := slices.Clone(env)
		for k, v := range s.Env {
			own = append(own, k+"="+value(v))
		}
		if path, err := os.ReadFile(filepath.Join(r.temp, "path")); err == nil {
			own = append(own, "PATH="+strings.TrimSpace(string(path))+":"+filepath.Join(r.bin)+":"+os.Getenv("PATH"))
		}
		said, c := r.bash(r.clone, s.Run, own...)
		out += said
		if c != 0 && code == 0 {
			code = c
			break
		}
	}
	return out, code, r.calls()
}

func (r *runner) calls() [][]string {
	data, _ := os.ReadFile(filepath.Join(filepath.Dir(r.clone), "calls"))
	var calls [][]string
	for call := range strings.SplitSeq(string(data), "--\n") {
		if words := strings.Split(strings.TrimSuffix(call, "\n"), "\n"); words[0] != "" && words[0] != "version" {
			calls = append(calls, words)
		}
	}
	for _, call := range calls {
		checkCall(r.t, call)
	}
	return calls
}

// checkCall fails unless Frontdesk has the command and its flags.
func checkCall(t *testing.T, call []string) {
	t.Helper()
	e, _, _ := testEnv(t, ".", false, 0)
	root := newRoot(e, new(bool))
	cmd, rest, err := root.Find(call)
	if err != nil || cmd == root {
		t.Errorf("there is no command for %q: %v", call, err)
		return
	}
	if err := cmd.ParseFlags(rest); err != nil {
		t.Errorf("%q: %v", call, err)
		return
	}
	if err := validArgs(cmd); err != nil {
		t.Errorf("%q: %v", call, err)
	}
}

func validArgs(cmd *cobra.Command) error { return cmd.ValidateArgs(cmd.Flags().Args()) }

const hostileBranch = `x"$(touch${IFS}PWNED)'`

// values stand for what a forge computes in a pull request.
func pullValues() map[string]string {
	return map[string]string{
		"github.event_name": "pull_request", "github.base_ref": "main", "github.event.pull_request.number": "7", "github.event.pull_request.head.repo.full_name": "acme/desk",
		"github.event.merge_group.base_sha": "", "github.event.merge_group.head_ref": "", "github.event.merge_group.base_ref": "", "github.token": "t0ken", "vars.FRONTDESK_AUDIT_FROM": "",
		"secrets.FRONTDESK_FORGE_TOKEN || github.token": "t0ken", "vars.FRONTDESK_SOURCE": "", "vars.FRONTDESK_REF": "",
	}
}

func TestTheScriptsOfWorkflowsRun(t *testing.T) {
	r := newRunner(t, hostileBranch)
	for name, f := range map[string]string{"github.yml": forge.GitHub, "gitea.yml": forge.Gitea} {
		w := readWorkflow(t, name)
		more := []string{"GITHUB_API_URL=https://api.example.com", "GITHUB_SERVER_URL=https://example.com", "GITHUB_REPOSITORY=acme/desk", "GITHUB_REF_NAME=main"}
		forgeFlags := []string{"--forge", f, "--forge-url", "https://api.example.com", "--repository", "acme/desk", "--pull", "7"}
		base := []string{"--base", "refs/remotes/origin/main"}

		out, code, calls := r.job(w.Jobs["check"].Steps, w.Env, pullValues(), more...)
		want := slices.Concat([]string{"-C", "it desk", "check"}, base)
		if f == forge.GitHub {
			want = append(want, "--format", "github")
		}
		if code != exitProblems || len(calls) != 1 || !slices.Equal(calls[0], want) || !strings.Contains(out, `impact "meduim" is not one of`) {
			t.Errorf("%s: check exits with %d after %q\n%s", name, code, calls, out)
		}
		if f == forge.GitHub && !strings.Contains(out, "::error file=it desk/records/incidents/2026-11/INC-2611-K7Q4.md,line=") {
			t.Errorf("no line is annotated:\n%s", out)
		}

		for status, env := range map[int]string{0: "STATUS=0", 5: "STATUS=5"} {
			_, code, calls := r.job(w.Jobs["gate"].Steps, w.Env, pullValues(), append(more, env)...)
			if want := slices.Concat([]string{"-C", "it desk", "gate"}, base, []string{"--approval-only"}, forgeFlags); code != status || len(calls) != 1 || !slices.Equal(calls[0], want) {
				t.Errorf("%s: the gate exits with %d after %q, want %q", name, code, calls, want)
			}
		}

		_, code, calls = r.job(w.Jobs["review"].Steps, w.Env, pullValues(), more...)
		summary, _ := os.ReadFile(filepath.Join(r.temp, "summary"))
		review := slices.Concat([]string{"-C", "it desk", "review"}, base, forgeFlags)
		if code != 0 || len(calls) != 2 || !slices.Equal(calls[0], review) || !slices.Equal(calls[1], append(review, "--post")) || string(summary) != "# What it does\n" {
			t.Errorf("%s: review exits with %d after %q, summary %q", name, code, calls, summary)
		}
		fork := pullValues()
		fork["github.event.pull_request.head.repo.full_name"] = "mallory/desk"
		if _, code, calls = r.job(w.Jobs["review"].Steps, w.Env, fork, more...); code != 0 || len(calls) != 1 {
			t.Errorf("%s: of a fork, review exits with %d after %q", name, code, calls)
		}

		push := pullValues()
		push["github.event_name"], push["github.base_ref"], push["vars.FRONTDESK_AUDIT_FROM"] = "push", "", "2026-01-01"
		if _, code, calls = r.job(w.Jobs["gate"].Steps, w.Env, push, append(more, "STATUS=1")...); code != 1 ||
			len(calls) != 1 || !slices.Equal(calls[0], []string{"-C", "it desk", "audit", "--branch", "main", "--from", "2026-01-01"}) {
			t.Errorf("%s: after a push the gate exits with %d after %q", name, code, calls)
		}
		push["github.event_name"] = "schedule"
		if _, code, calls = r.job(w.Jobs["gate"].Steps, w.Env, push, more...); code != exitFailure || len(calls) != 0 {
			t.Errorf("%s: at an unknown event the gate exits with %d after %q", name, code, calls)
		}
		for _, missing := range []string{"FRONTDESK_SOURCE=", "FRONTDESK_REF="} {
			out, code, calls = r.job(w.Jobs["gate"].Steps, w.Env, pullValues(), append(more, missing)...)
			if code != exitFailure || len(calls) != 0 || !strings.Contains(out, "set the variables FRONTDESK_SOURCE") {
				t.Errorf("%s: with %s the gate exits with %d: %s", name, missing, code, out)
			}
		}
		if _, code, calls = r.job(w.Jobs["gate"].Steps, w.Env, pullValues(), append(more, "FRONTDESK_REF=--upload-pack=touch PWNED")...); code == 0 || len(calls) != 0 {
			t.Errorf("%s: a reference that is an option is taken", name)
		}
	}
	if _, err := os.Stat(filepath.Join(r.clone, "PWNED")); err == nil {
		t.Error("a name was run")
	}
}

func TestTheMergeQueueIsJudgedAgainstItsOwnBase(t *testing.T) {
	r := newRunner(t, "change")
	w := readWorkflow(t, "github.yml")
	more := []string{"GITHUB_API_URL=https://api.example.com", "GITHUB_SERVER_URL=https://example.com", "GITHUB_REPOSITORY=acme/desk"}
	group := pullValues()
	group["github.event_name"], group["github.base_ref"], group["github.event.pull_request.number"] = "merge_group", "", ""
	group["github.event.merge_group.base_sha"], group["github.event.merge_group.base_ref"] = "HEAD~1", "refs/heads/main"
	group["github.event.merge_group.head_ref"] = "refs/heads/gh-readonly-queue/main/pr-7-0123456789"
	out, code, calls := r.job(w.Jobs["gate"].Steps, w.Env, group, more...)
	want := []string{"-C", "it desk", "gate", "--base", "HEAD~1", "--target", "refs/heads/main", "--approval-only", "--forge", "github", "--forge-url", "https://api.example.com", "--repository", "acme/desk", "--pull", "7"}
	if code != 0 || len(calls) != 1 || !slices.Equal(calls[0], want) {
		t.Errorf("the gate exits with %d after %q\n%s", code, calls, out)
	}
	if out, code, calls = r.job(w.Jobs["check"].Steps, w.Env, group, more...); code != exitProblems || len(calls) != 1 || calls[0][4] != "HEAD~1" {
		t.Errorf("check exits with %d after %q\n%s", code, calls, out)
	}
	group["github.event.merge_group.head_ref"] = "refs/heads/main"
	if _, code, calls = r.job(w.Jobs["gate"].Steps, w.Env, group, more...); code != exitFailure || len(calls) != 0 {
		t.Errorf("of a queue that names no pull request the gate exits with %d after %q", code, calls)
	}
}

func TestAReviewRunsThePipelineAgain(t *testing.T) {
	r := newRunner(t, "change")
	must(t, os.WriteFile(filepath.Join(r.bin, "gh"), []byte("#!/bin/sh\necho \"$*\" >> \"$CALLS.gh\"\ncase \"$1 $2\" in 'run list') echo \"$FOUND\" ;; esac\n"), 0o777))
	w := readWorkflow(t, "github-again.yml")
	values := map[string]string{"github.token": "t", "github.repository": "acme/desk", "github.event.pull_request.head.sha": "abc"}
	for found, want := range map[string]int{"42": 3, "": 1, "x; rm": 1} {
		log := filepath.Join(filepath.Dir(r.clone), "calls.gh")
		_ = os.Remove(log)
		out, code, _ := r.job(w.Jobs["again"].Steps, w.Env, values, "FOUND="+found)
		data, _ := os.ReadFile(log)
		lines := strings.Split(strings.TrimSpace(string(data)), "\n")
		if code != 0 || len(lines) != want || want == 3 && lines[2] != "run rerun 42" || !strings.Contains(lines[0], "--workflow frontdesk.yml") {
			t.Errorf("%q: exits with %d after %q: %s", found, code, lines, out)
		}
	}
}

func TestTheScriptsOfGitLabRun(t *testing.T) {
	r := newRunner(t, hostileBranch)
	jobs := readGitLab(t)
	run := func(name string, more ...string) (string, int, [][]string) {
		t.Helper()
		_ = os.Remove(filepath.Join(filepath.Dir(r.clone), "calls"))
		script := strings.Join(append(slices.Clone(jobs[".frontdesk"].BeforeScript), jobs[name].Script...), "\n")
		out, code := r.bash(r.clone, script, append([]string{"DESK=" + jobs[".frontdesk"].Variables["DESK"], "CI_PROJECT_DIR=" + r.clone,
			"CI_API_V4_URL=https://gitlab.example.com/api/v4", "CI_COMMIT_SHA=HEAD"}, more...)...)
		return out, code, r.calls()
	}
	mr := []string{"CI_MERGE_REQUEST_IID=7", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main", "CI_MERGE_REQUEST_PROJECT_PATH=acme/it/desk"}
	forgeFlags := []string{"--forge", "gitlab", "--forge-url", "https://gitlab.example.com/api/v4", "--repository", "acme/it/desk", "--pull", "7"}
	base := []string{"--base", "refs/remotes/origin/main"}

	out, code, calls := run("frontdesk-check", mr...)
	report, _ := os.ReadFile(filepath.Join(r.clone, "gl-code-quality-report.json"))
	if code != exitProblems || len(calls) != 2 || !bytes.Contains(report, []byte(`"it desk/records/incidents/2026-11/INC-2611-K7Q4.md"`)) || !strings.Contains(out, "meduim") {
		t.Errorf("check exits with %d after %q\n%s\n%s", code, calls, out, report)
	}
	for status, env := range map[int]string{0: "STATUS=0", 4: "STATUS=4"} {
		out, code, calls = run("frontdesk-gate", append(mr, env)...)
		if want := slices.Concat([]string{"-C", "it desk", "gate"}, base, []string{"--approval-only"}, forgeFlags); code != status || len(calls) != 1 || !slices.Equal(calls[0], want) {
			t.Errorf("the gate exits with %d after %q, want %q\n%s", code, calls, want, out)
		}
	}
	review := slices.Concat([]string{"-C", "it desk", "review"}, base, forgeFlags)
	if out, code, calls = run("frontdesk-review", mr...); code != 0 || len(calls) != 1 || !slices.Equal(calls[0], review) || !strings.Contains(out, "# What it does") {
		t.Errorf("review exits with %d after %q\n%s", code, calls, out)
	}
	if out, code, calls = run("frontdesk-review", append(mr, "FRONTDESK_POST_TOKEN=x")...); code != 0 || len(calls) != 2 || !slices.Equal(calls[1], append(review, "--post")) {
		t.Errorf("review exits with %d after %q\n%s", code, calls, out)
	}
	if out, code, calls = run("frontdesk-gate", "CI_COMMIT_BRANCH=main"); code != 0 || len(calls) != 1 || !slices.Equal(calls[0], []string{"-C", "it desk", "audit", "--branch", "main"}) {
		t.Errorf("after a push the gate exits with %d after %q\n%s", code, calls, out)
	}
	if out, code, calls = run("frontdesk-gate", append(mr, "FRONTDESK_SOURCE=")...); code != exitFailure || len(calls) != 0 || !strings.Contains(out, "set the variables") {
		t.Errorf("without a source the gate exits with %d after %q\n%s", code, calls, out)
	}
	if _, err := os.Stat(filepath.Join(r.clone, "PWNED")); err == nil {
		t.Error("a name was run")
	}
}

// guideBlocks returns the shell blocks of the guide.
func guideBlocks(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(moduleRoot, ".github", "REVIEWS.md"))
	must(t, err)
	var blocks []string
	for _, part := range strings.Split(string(data), "```sh\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		blocks = append(blocks, block)
	}
	if len(blocks) < 8 {
		t.Fatalf("%d blocks", len(blocks))
	}
	return blocks
}

func TestTheGuidesCommandsExist(t *testing.T) {
	n := 0
	for _, block := range guideBlocks(t) {
		for line := range strings.Lines(block) {
			if !strings.HasPrefix(line, "frontdesk ") {
				continue
			}
			out, err := exec.Command("bash", "-c", `frontdesk() { printf '%s\n' "$@"; }`+"\n"+line).Output()
			must(t, err)
			n++
			checkCall(t, strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"))
		}
	}
	if n < 15 {
		t.Errorf("%d commands", n)
	}
}

// TestTheGuideMakesADesk types the guide's first part, for each forge.
func TestTheGuideMakesADesk(t *testing.T) {
	blocks := guideBlocks(t)
	for _, f := range forge.Forges() {
		r := newRunner(t, "change")
		dir := t.TempDir()
		setup := blocks[0] + "git config --global user.name Lee; git config --global user.email lee@example.com\n" +
			"mkdir ~/.ssh && ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519 && git init -q --bare server.git && git clone -q server.git desk\n"
		if out, code := r.bash(dir, setup); code != 0 {
			t.Fatalf("%s", out)
		}
		script := strings.ReplaceAll(blocks[1], "github", f)
		if out, code := r.bash(filepath.Join(dir, "desk"), "set -eu\n"+script+"\ngit fetch -q && git branch -q --set-upstream-to=origin/main\nfrontdesk codeowners --forge "+f+" --check"); code != 0 {
			t.Errorf("%s: %s", f, out)
		}
		change := strings.Split(blocks[5], "git push")[0]
		if out, code := r.bash(filepath.Join(dir, "desk"), change+"git push -q -u origin printer\nfrontdesk check --base origin/main\nfrontdesk gate --base origin/main --approval-only"); code != 0 || !strings.Contains(out, "nothing here needs approval") {
			t.Errorf("%s: exits with %d: %s", f, code, out)
		}
	}
}
