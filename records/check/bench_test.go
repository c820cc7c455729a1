package check

import (
	"fmt"
	"sync"
	"testing"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
)

const benchRecords = 10_000

// benchSources returns the files of a desk as people keep them: three sections,
// some entries, in every tenth record a link or code.
func benchSources() map[string]string {
	out := map[string]string{
		"records/services/vpn.md":  "---\nid: vpn\ntitle: VPN\nkind: business\nstate: planned\nlog:\n  - {at: 2026-01-01T00:00:00Z, by: lee, state: planned}\n---\n\n## Description\n\nVPN.\n",
		"records/teams/network.md": "---\nid: network\ntitle: Network\n---\n",
	}
	for i := range benchRecords {
		id := fmt.Sprintf("INC-2611-%04d", i)
		more := ""
		if i%10 == 0 {
			more = "\nSee [the log](" + id + "/client.log) and `ping`.\n"
		}
		out["records/incidents/2026-11/"+id+".md"] = `---
id: ` + id + `
title: VPN drops every ten minutes on floor ` + fmt.Sprint(i) + `
state: in-progress
impact: medium
urgency: high
priority: P2
service: vpn
requester: dana
team: network
assignee: lee
opened_at: 2026-11-03T09:12:00Z
log:
  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, priority: P2}
  - {at: 2026-11-03T09:20:00Z, by: lee, state: in-progress, team: network, assignee: lee}
---

## Description

Since this morning the connection drops every ten minutes. It comes back by itself
after a minute, and then everything has to be opened again.
` + more + `
## Comments

### 2026-11-03T09:41:00Z lee

Could you send the client log?

### 2026-11-03T09:52:00Z dana

It is attached. The client says "keep-alive timeout".

## Work notes

### 2026-11-03T10:05:00Z lee

- gateway 2 restarts every ten minutes
- gateway 1 is fine
`
	}
	return out
}

func benchLoad(sources map[string]string, paths []string) []*records.Record {
	rs := make([]*records.Record, len(paths))
	var wg sync.WaitGroup
	const workers = 8
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(paths); i += workers {
				typ := records.Type("incident")
				switch paths[i] {
				case "records/services/vpn.md":
					typ = "service"
				case "records/teams/network.md":
					typ = "team"
				}
				rs[i], _ = frontmatter.Parse(paths[i], typ, []byte(sources[paths[i]]))
			}
		})
	}
	wg.Wait()
	return rs
}

func benchPaths(sources map[string]string) []string {
	var paths []string
	for p := range sources {
		paths = append(paths, p)
	}
	return paths
}

// BenchmarkRead is what checking is measured by: decoding the same records on
// all cores. Checking may take twice as long in all.
func BenchmarkRead(b *testing.B) {
	sources := benchSources()
	paths := benchPaths(sources)
	for b.Loop() {
		benchLoad(sources, paths)
	}
}

func BenchmarkCheck(b *testing.B) {
	sources := benchSources()
	rs := benchLoad(sources, benchPaths(sources))
	for b.Loop() {
		in := input(rs...)
		in.Exists = func(string) bool { return true }
		if ds := All(b.Context(), in, nil); len(ds) != 0 {
			b.Fatal(lines(ds[:min(len(ds), 3)]))
		}
	}
}

func TestTheBenchmarkJudgesWhatItSeems(t *testing.T) {
	sources := benchSources()
	id := "records/incidents/2026-11/INC-2611-0042.md"
	sources[id] = sources[id][:len(sources[id])-20] + "\n## Comments\n"
	in := input(benchLoad(sources, benchPaths(sources))...)
	in.Exists = func(string) bool { return true }
	ds := All(t.Context(), in, nil)
	if len(ds) != 1 || ds[0].Rule != ruleDuplicateSection || diag.Count(ds, diag.Error) != 1 {
		t.Errorf("got\n%s", lines(ds))
	}
}
