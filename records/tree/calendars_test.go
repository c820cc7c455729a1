package tree

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"frontdesk/records/diag"
	"frontdesk/schema/calendar"
)

const (
	withFeed = "version: 1\ncalendars:\n  office:\n    hours: {mon-fri: \"08:00-17:00\"}\n    holidays: [{ics: calendars/plant.ics}]\n"
	shutdown = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Shutdown\nDTSTART;VALUE=DATE:20260803\nEND:VEVENT\nEND:VCALENDAR\n"
)

// isShut reports whether the calendar office knows the shutdown.
func isShut(t *testing.T, tr *Tree) bool {
	t.Helper()
	h, ok := tr.Desk.Calendar("office")
	if !ok || !h.IsOpen(time.Date(2026, 8, 4, 10, 0, 0, 0, time.UTC)) {
		t.Fatal("there is no calendar office")
	}
	return !h.IsOpen(time.Date(2026, 8, 3, 10, 0, 0, 0, time.UTC))
}

func TestFilesOfCalendarsAreReadFromAFolderAndFromACommit(t *testing.T) {
	root := t.TempDir()
	memory := fstest.MapFS{}
	for p, text := range map[string]string{ConfigFile: withFeed, "calendars/plant.ics": shutdown} {
		memory[p] = &fstest.MapFile{Data: []byte(text)}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, p)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, p), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	folder, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	past, err := OpenFS("desk", memory)
	if err != nil {
		t.Fatal(err)
	}
	for name, tr := range map[string]*Tree{"folder": folder, "commit": past} {
		if len(tr.Problems) > 0 || !isShut(t, tr) {
			t.Errorf("%s: %+v", name, tr.Problems)
		}
	}
	if folder.Settings != past.Settings {
		t.Error("the same files give other settings")
	}
	seen := map[[32]byte]string{past.Settings: "the file"}
	for name, text := range map[string]string{"another file": strings.Replace(shutdown, "0803", "0804", 1), "no file": "", "a longer one": shutdown + "\n"} {
		memory["calendars/plant.ics"] = &fstest.MapFile{Data: []byte(text)}
		if text == "" {
			delete(memory, "calendars/plant.ics")
		}
		tr, err := OpenFS("desk", memory)
		if err != nil {
			t.Fatal(err)
		}
		if other, same := seen[tr.Settings]; same {
			t.Errorf("%s and %s give the same settings", name, other)
		}
		seen[tr.Settings] = name
	}
}

// TestFilesOfCalendarsStayWithinTheDesk holds what desk.yaml may make the program
// read to files of the desk.
func TestFilesOfCalendarsStayWithinTheDesk(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside.ics")
	if err := os.WriteFile(outside, []byte(shutdown), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, message string
		spoil         func(dir string) error // the folder calendars
	}{
		{"missing", "calendars/plant.ics is not there", func(string) error { return nil }},
		{"a link", "calendars/plant.ics cannot be read: it is a symbolic link, not a file", func(dir string) error {
			return os.Symlink(outside, filepath.Join(dir, "plant.ics"))
		}},
		{"a folder", "calendars/plant.ics cannot be read: it is a folder, not a file", func(dir string) error { return os.Mkdir(filepath.Join(dir, "plant.ics"), 0o755) }},
		{"too large", "calendars/plant.ics cannot be read: it is 65537 bytes long; at most 65536 are read", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "plant.ics"), make([]byte, calendar.MaxICS+1), 0o600)
		}},
		{"in a folder that is a link out of the desk", "calendars/plant.ics cannot be read: ", func(dir string) error {
			if err := os.Rename(outside, filepath.Join(filepath.Dir(outside), "plant.ics")); err != nil {
				return err
			}
			if err := os.Remove(dir); err != nil {
				return err
			}
			return os.Symlink(filepath.Dir(outside), dir)
		}},
		{"broken", "calendars/plant.ics cannot be used: it does not end with END:VCALENDAR: it is no iCalendar file, or was cut off", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "plant.ics"), []byte("hello"), 0o600)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.WriteFile(filepath.Join(root, ConfigFile), []byte(withFeed), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Join(root, "calendars"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(filepath.Join(root, "calendars")); err != nil {
				t.Fatal(err)
			}
			tr, err := Open(root)
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			if len(tr.Problems) != 1 || !strings.HasPrefix(tr.Problems[0].Message, c.message) || tr.Problems[0].Severity != diag.Error ||
				tr.Problems[0].Path != ConfigFile || tr.Problems[0].Span.Start.Line != 5 || strings.Contains(tr.Problems[0].Message, outside) {
				t.Errorf("%+v", tr.Problems)
			}
			if isShut(t, tr) {
				t.Error("the file was read all the same")
			}
		})
	}
}

func TestIsConfig(t *testing.T) {
	for p, want := range map[string]bool{
		"desk.yaml": true, "schema/incident.yaml": true, "calendars/plant.ics": true, "plant.ics": true, "schema/below/x.yaml": false,
		"records/incidents/2026-11/INC-2611-K7Q4/invitation.ics": false, "README.md": false, "sub/desk.yaml": false,
	} {
		if IsConfig(p) != want {
			t.Errorf("%s: %v", p, !want)
		}
	}
}
