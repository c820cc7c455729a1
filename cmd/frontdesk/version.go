package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// versionJSON is the JSON of version.
type versionJSON struct {
	Version  int    `json:"version"`
	Program  string `json:"program"`
	Commit   string `json:"commit"`
	Modified bool   `json:"modified"` // the source differed from the commit
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func newVersionCmd(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version of the program",
		Long:    "Version prints which frontdesk this is, for bug reports and scripts.",
		GroupID: groupDesk,
		Example: "  frontdesk version\n  frontdesk version --format json",
		Args:    between(0, 0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			if err := oneOf("format", format, formatText, formatJSON); err != nil {
				return err
			}
			v := buildInfo()
			if format == formatJSON {
				return writeJSON(e.stdout, v)
			}
			_, err := fmt.Fprintf(e.stdout, "frontdesk %s (%s, %s)\n", v.Program, v.Go, v.Platform)
			return err
		},
	}
	return addFormat(cmd, &format)
}

// programVersion returns the version in short, for reports.
func programVersion() string { return buildInfo().Program }

// buildInfo reads what the Go tool wrote into the program.
func buildInfo() versionJSON {
	v := versionJSON{Version: envelopeVersion, Program: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "(devel)" {
		v.Program = cmp.Or(info.Main.Version, v.Program)
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}
