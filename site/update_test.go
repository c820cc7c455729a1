package site

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/schema"
)

// writer is a renderer that writes every page as JSON.
type writer struct{ made []string }

func (w *writer) Render(_ context.Context, job Job) error {
	w.made = nil
	for p := range job.Pages {
		w.made = append(w.made, p.Path)
		data, err := json.Marshal([]any{p, job.Params})
		if err != nil {
			return err
		}
		name := filepath.Join(job.Out, filepath.FromSlash(p.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// readSite returns all files of a folder.
func readSite(t testing.TB, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		if d.IsDir() {
			out[filepath.ToSlash(rel)+"/"] = ""
			return nil
		}
		data, err := os.ReadFile(name)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sameSite fails where two sites differ.
func sameSite(t testing.TB, what string, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s: %s is missing", what, name)
		} else if got[name] != want[name] {
			t.Errorf("%s: %s differs:\n%s\nwant\n%s", what, name, got[name], want[name])
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: %s should not be there", what, name)
		}
	}
}

// updating is a site that is built again and again.
type updating struct {
	files    map[string]string
	audience schema.Audience
	dir      string
	r        writer
}

func newUpdating(t testing.TB, files map[string]string, audience schema.Audience) *updating {
	return &updating{files: maps.Clone(files), audience: audience, dir: t.TempDir()}
}

func (u *updating) input(t testing.TB) Input {
	in := newInput(t, u.files, u.audience)
	in.Out, in.State = filepath.Join(u.dir, "public"), filepath.Join(u.dir, "state")
	return in
}

// build updates the site and compares it with one that is built from nothing.
func (u *updating) build(t testing.TB, what string) Result {
	t.Helper()
	in := u.input(t)
	result, err := Build(t.Context(), in, &u.r)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	fresh := in
	fresh.Out, fresh.State = filepath.Join(u.dir, "fresh"), ""
	want, err := Build(t.Context(), fresh, &writer{})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if fmt.Sprint(result.Problems, result.Unreadable, result.Pages, result.Records) != fmt.Sprint(want.Problems, want.Unreadable, want.Pages, want.Records) {
		t.Errorf("%s: result is %v, want %v", what, result, want)
	}
	sameSite(t, what, readSite(t, in.Out), readSite(t, fresh.Out))
	if entries, _ := os.ReadDir(u.dir); len(entries) != 3 {
		t.Errorf("%s: left %v", what, entries)
	}
	return result
}

// edit makes one random change to a desk.
func edit(rng *rand.Rand, files map[string]string) string {
	pick := func(s ...string) string { return s[rng.IntN(len(s))] }
	names := sortedKeys(files)
	names = slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, "schema/") })
	name := pick(names...)
	line := func(key, value string) {
		lines := strings.Split(files[name], "\n")
		for i, l := range lines[1:] {
			if strings.HasPrefix(l, key+":") || l == "---" {
				if l == "---" {
					lines = slices.Insert(lines, i+1, key+": "+value)
				} else {
					lines[i+1] = key + ": " + value
				}
				break
			}
		}
		files[name] = strings.Join(lines, "\n")
	}
	switch rng.IntN(13) {
	case 0:
		delete(files, name)
		return "delete " + name
	case 1:
		id := fmt.Sprintf("INC-2611-N%03d", rng.IntN(40))
		files["records/incidents/2026-11/"+id+".md"] = incident(id, "team: "+pick("canary06", "network", "none")+"\nassignee: "+pick("lee", "dana", "canary16")+"\n") +
			"\n## Description\n\n[x](../../services/vpn.md) [y](INC-2611-N001.md)\n"
		return "add " + id
	case 2:
		line("title", pick("Alpha", "beta", "Zed", "Élan", "42", "\"\""))
		return "title of " + name
	case 3:
		line("state", pick("new", "in-progress", "closed", "on-hold", "published", "live", "retired"))
		return "state of " + name
	case 4:
		line("audience", pick("public", "staff", "team:network", "nobody", "null"))
		return "audience of " + name
	case 5:
		line(pick("service", "team", "assignee", "problem", "parent", "requester"), pick("vpn", "canary06", "network", "lee", "canary16", "PRB-2611-AAAA", "INC-2611-N001", "null"))
		return "reference of " + name
	case 6:
		files[name] += "\nMore words and a [link](../../knowledge/" + pick("vpn/reset-token", "mail/sign-in", "index") + ".md).\n"
		return "text of " + name
	case 7:
		line("id", pick("INC-2611-N001", "vpn", "VPN", "lee", "x"))
		return "id of " + name
	case 8:
		files[name] = "---\nid: [\n"
		return "break " + name
	case 9:
		id := pick("dana", "lee", "canary16", "canary28")
		files["records/people/"+id+".md"] = "---\nid: " + id + "\ntitle: " + pick("Ann", "Bob") + "\naudience: " + pick("staff", "public", "team:network") + "\n---\n"
		return "person " + id
	case 10:
		to := "records/knowledge/" + pick("a", "a/b", "mail", "vpn/deep") + "/" + pick("one", "two") + ".md"
		files[to] = "---\nid: " + pick("one", "two") + "\ntitle: An article\nkind: article\nstate: published\naudience: " + pick("staff", "public") + "\n---\n\n## One\n\nText\n"
		return "article " + to
	case 11:
		line("major", pick("true", "false"))
		line("priority", pick("P1", "P2", "P5", "odd"))
		return "importance of " + name
	default:
		line("log", "[{at: 2026-11-"+fmt.Sprintf("%02d", 1+rng.IntN(28))+"T09:00:00Z, by: "+pick("lee", "dana", "canary16")+", state: new, team: "+pick("network", "canary06")+"}, "+pick("", "{at: x}")+"]")
		return "log of " + name
	}
}

func TestAnUpdateMakesWhatAFullBuildMakes(t *testing.T) {
	files := map[string]string{}
	maps.Copy(files, secrets)
	maps.Copy(files, story)
	for _, audience := range []schema.Audience{schema.Staff, schema.Public, "team:network"} {
		for seed := range uint64(2) {
			t.Run(fmt.Sprintf("for %s, seed %d", audience, seed), func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(seed, 7))
				u := newUpdating(t, files, audience)
				u.build(t, "first")
				made, pages := 0, 0
				for n := range 15 {
					var done []string
					for range 1 + rng.IntN(3) {
						done = append(done, edit(rng, u.files))
					}
					result := u.build(t, fmt.Sprintf("edit %d: %s", n, strings.Join(done, ", ")))
					made, pages = made+result.Made, pages+result.Pages
					if t.Failed() {
						return
					}
				}
				if made > pages*2/3 {
					t.Errorf("%d of %d pages were made anew", made, pages)
				}
				t.Log(made, pages)
			})
		}
	}
}
