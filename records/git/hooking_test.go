package git

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestTheFolderOfHooksIsWhereGitLooks(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	top, err := r.Root()
	if err != nil {
		t.Fatal(err)
	}
	for _, setting := range []string{"", ".husky", "/etc/hooks"} {
		want := filepath.Join(top, ".git", "hooks")
		if setting != "" {
			mustRun(t, r, "config", "core.hooksPath", setting)
			want = setting
		}
		if !filepath.IsAbs(want) {
			want = filepath.Join(top, want)
		}
		if got, err := r.HooksFolder(ctx); got != want || err != nil {
			t.Errorf("with core.hooksPath %q it is %s, %v", setting, got, err)
		}
	}
}

func TestSettingsAreWrittenReadAndRemoved(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	before, err := os.ReadFile(filepath.Join(r.Dir, ".git", "config"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.LocalSettings(ctx, `^hook\.`); err != nil || got != nil {
		t.Errorf("there is %v, %v", got, err)
	}
	value := "a='it''s'; \"$x\"\n\t# \\ end "
	for range 2 {
		if err := r.Configure(ctx, "hook.one.command", value); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := r.LocalSettings(ctx, `^hook\.`); err != nil || !slices.Equal(got, []Setting{{"hook.one.command", value}}) {
		t.Errorf("there is %q, %v", got, err)
	}
	if err := r.Unconfigure(ctx, "hook.one"); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.ReadFile(filepath.Join(r.Dir, ".git", "config")); string(after) != string(before) {
		t.Errorf("the configuration is %s", after)
	}
	if err := r.Unconfigure(ctx, "hook.one"); err == nil {
		t.Error("what is not there was removed")
	}
}

func TestTrailersAreAddedWithoutAnybodysConfiguration(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	for _, where := range []string{"--local", "--global"} {
		mustRun(t, r, "config", where, "trailer.see.key", "See")
		mustRun(t, r, "config", where, "trailer.see.command", "touch canary; echo x")
	}
	t.Chdir(r.Dir)
	write(t, r, "--in file", "Subject\n\nRecord: a\n; comment\n")
	if err := AddTrailers(ctx, "--in file", ";", []string{"Record: a", "Record: b"}); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(r.Dir, "--in file")); string(got) != "Subject\n\nRecord: a\nRecord: b\n; comment\n" {
		t.Errorf("the message is %q", got)
	}
	if _, err := os.Stat(filepath.Join(r.Dir, "canary")); err == nil {
		t.Error("a command of the configuration ran")
	}
}
