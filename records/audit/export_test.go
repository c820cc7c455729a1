package audit

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func (s *scene) export(o Options, dir string) *Exported {
	s.t.Helper()
	rep := s.audit(o)
	out, err := Export(s.t.Context(), s.repo(), rep, rep.Sample(1, "seed", ""), dir)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// filesOf returns the files of a folder by their paths.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, p))
		out[p] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnExportIsWholeAndTheSameEachTime(t *testing.T) {
	s := newScene(t, "desk/")
	play(s)
	one, two := t.TempDir(), filepath.Join(t.TempDir(), "new", "folder")
	out := s.export(Options{}, one)
	again := s.export(Options{Place: Place{Common: t.TempDir(), Build: "test"}}, two)
	files := filesOf(t, one)
	if !maps.Equal(files, filesOf(t, two)) || out.Digest != again.Digest {
		t.Error("two exports differ")
	}
	change := "changes/" + changeID + "/"
	for _, name := range []string{
		"README.txt", "exceptions.csv", "manifest.sha256", "population.csv", "population.json", "sample.csv",
		change + "policy.json", change + "policy/change.yaml", change + "record-as-approved.md", change + "record-now.md",
		change + "signers", change + "signers.revoked", change + "signers.revoked-now", change + "times.json", change + "verdict.json",
	} {
		if _, ok := files[name]; !ok {
			t.Errorf("no %s in %v", name, slices.Sorted(maps.Keys(files)))
		}
	}
	if len(files) != out.Files || out.Changes != 1 {
		t.Errorf("%d files, %+v", len(files), out)
	}
	if !strings.Contains(files[change+"record-as-approved.md"], "state: scheduled") || !strings.Contains(files[change+"record-now.md"], "state: closed") {
		t.Error("the record is not as approved, and as it is now")
	}
	if !strings.Contains(files[change+"times.json"], `"landed": "2026-11-03T09:1`) || !strings.Contains(files[change+"times.json"], `"opened_at": "2026-11-03T09:00:00Z"`) {
		t.Error(files[change+"times.json"])
	}
	for name, text := range files {
		if strings.Contains(text, one) || strings.Contains(text, s.top) {
			t.Errorf("%s names a folder of this machine", name)
		}
	}
	if _, err := Export(t.Context(), s.repo(), s.audit(Options{}), nil, one); !errors.Is(err, ErrNotEmpty) {
		t.Error(err)
	}
}

// TestAnExportIsCheckedAsItsReadmeSays runs the commands of README.txt.
func TestAnExportIsCheckedAsItsReadmeSays(t *testing.T) {
	s := newScene(t, "")
	play(s)
	dir := t.TempDir()
	s.export(Options{}, dir)
	sh := func(in, script string) string {
		cmd := exec.Command("sh", "-c", script)
		cmd.Dir = filepath.Join(dir, in)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Logf("%s: %v", script, err)
		}
		return string(out)
	}
	if out := sh(".", "sha256sum -c manifest.sha256 && echo all"); !strings.HasSuffix(out, "all\n") {
		t.Error(out)
	}
	loop := regexp.MustCompile(`(?s)  for s in .*?  done\n  done|(?s)  for s in .*?\n  done\n`).FindString(readme)
	change := "changes/" + changeID
	out := sh(change, loop)
	for _, p := range []string{"lee", "rosa"} {
		if !regexp.MustCompile(`(?m)^approvals/` + p + `-[0-9a-f]{8}\.json: ` + p + `$`).MatchString(out) {
			t.Errorf("%s is not verified:\n%s\n%s", p, loop, out)
		}
	}
	sum := sh(change, "sha256sum policy.json | cut -c 1-64")
	statement := sh(change, "cat approvals/lee-*.json")
	if len(sum) != 65 || !strings.Contains(statement, `"policy":"sha256:`+strings.TrimSpace(sum)) {
		t.Errorf("the policy has %s, the statement says %s", sum, statement)
	}
	key := sh(".", `SEED=seed; printf '%s\n%s' "$SEED" "change/`+changeID+`" | sha256sum | cut -c 1-64`)
	if !strings.Contains(sh(".", "cat sample.csv"), strings.TrimSpace(key)) {
		t.Error("the sample is not drawn as the README says")
	}
	sh(change, `sed -i s/approve/reject/ approvals/lee-*.json`)
	if out := sh(change, loop); strings.Contains(out, ": lee\n") {
		t.Errorf("a statement that was changed is verified:\n%s", out)
	}
	if out := sh(".", "sha256sum -c manifest.sha256 && echo all"); strings.HasSuffix(out, "all\n") {
		t.Error("a change of the export is not seen")
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	s := newScene(t, "")
	s.author = "=HYPERLINK(1)"
	s.commit("=cmd|' /C calc'!A0", map[string]string{"/README.md": "x\n"})
	s.author = "mona"
	dir := t.TempDir()
	s.export(Options{}, dir)
	for name, text := range filesOf(t, dir) {
		if strings.HasSuffix(name, ".csv") && regexp.MustCompile(`(^|,|\n)"?[=+@-]`).MatchString(text) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestASampleIsDrawnBySeedAlone(t *testing.T) {
	rep := &Report{}
	for _, id := range []string{"A", "B", "C", "D", "E"} {
		kind := "normal"
		if id == "D" {
			kind = "emergency"
		}
		rep.Changes = append(rep.Changes, &Change{Record: "change/" + id, Kind: kind})
	}
	draw := func(n int, seed, kind string) string {
		var out []string
		for _, s := range rep.Sample(n, seed, kind) {
			out = append(out, strings.TrimPrefix(s.Record, "change/"))
		}
		return strings.Join(out, "")
	}
	one := draw(3, "4711", "")
	slices.Reverse(rep.Changes)
	if draw(3, "4711", "") != one || len(one) != 3 || len(draw(9, "4711", "")) != 5 || draw(0, "4711", "") != "" {
		t.Errorf("%s, then %s", one, draw(3, "4711", ""))
	}
	if draw(2, "4711", "emergency")[0] != 'D' {
		t.Error(draw(2, "4711", "emergency"))
	}
	if draw(5, "4711", "") == draw(5, "4712", "") && draw(5, "4711", "") == draw(5, "4713", "") {
		t.Error("the seed does not matter")
	}
}

func TestAnExportOfWhatIsNotApprovedSaysSo(t *testing.T) {
	s := newScene(t, "")
	s.land(changeID, "normal", "eve", "ivan", "lee")
	s.land("CHG-2611-ZZZZ", "emergency", "eve", "ivan")
	s.later(30 * time.Hour)
	s.approve("CHG-2611-ZZZZ", "rosa")
	dir := t.TempDir()
	s.export(Options{}, dir)
	files := filesOf(t, dir)
	if _, ok := files["changes/"+changeID+"/record-as-landed.md"]; !ok {
		t.Error(slices.Sorted(maps.Keys(files)))
	}
	if text := files["changes/CHG-2611-ZZZZ/times.json"]; !strings.Contains(text, `"retro_approval_seconds": 1080`) {
		t.Error(text)
	}
	if !strings.Contains(files["exceptions.csv"], "late-approval") || !strings.Contains(files["exceptions.csv"], "not-approved") {
		t.Error(files["exceptions.csv"])
	}
}
