package tree

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"
)

func TestADeskOfAnotherFileSystemIsReadAndNotWritten(t *testing.T) {
	files := fstest.MapFS{
		"desk.yaml":                {Data: []byte("version: 1\nname: Then\n")},
		"records/teams/network.md": {Data: []byte("---\nid: network\ntitle: Network\n---\n")},
		"records/incidents/2026-11/INC-2611-K7Q4.md":     {Data: []byte("---\nid: INC-2611-K7Q4\ntitle: VPN\nstate: new\n---\n")},
		"records/incidents/2026-11/INC-2611-K7Q4/log.md": {Data: []byte("an attachment")},
		"records/incidents/2026-11/INC-2611-M3ZT.md":     {Data: []byte("no front matter")},
	}
	desk, err := OpenFS("then", files)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	l, err := desk.Load(context.Background())
	if err != nil || l.Set.Len() != 2 || len(l.Unreadable) != 1 || desk.Desk.Name != "Then" {
		t.Errorf("%d records, %v unreadable, %v", l.Set.Len(), l.Unreadable, err)
	}
	if found := desk.Resolve("k7q4"); len(found) != 1 || found[0].ID != "INC-2611-K7Q4" {
		t.Errorf("k7q4 is %v", found)
	}
	if err := desk.Write("records/teams/network.md", nil, nil, Fast); !errors.Is(err, ErrReadOnly) {
		t.Errorf("write: %v", err)
	}
	if err := desk.Move("records/teams/network.md", "records/teams/net.md"); !errors.Is(err, ErrReadOnly) {
		t.Errorf("move: %v", err)
	}
	if _, err := desk.Lock(context.Background()); !errors.Is(err, ErrReadOnly) {
		t.Errorf("lock: %v", err)
	}
}

func TestAFileSystemWithoutDeskIsNone(t *testing.T) {
	if _, err := OpenFS("then", fstest.MapFS{"README.md": {}}); !errors.Is(err, ErrNoDesk) {
		t.Errorf("%v", err)
	}
}
