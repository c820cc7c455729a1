package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// siteProgram is the program that holds the site generator.
const siteProgram = "frontdesk-site"

func newSiteCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "site build|serve [flags]",
		Short: "Build the desk's site, or serve it on this machine",
		Long: `Site runs frontdesk-site, which lies beside frontdesk or on PATH, with the words
that follow. "frontdesk site build --help" and "frontdesk site serve --help"
show its flags.`,
		Example:            "  frontdesk site build --out public\n  frontdesk site serve",
		GroupID:            groupDesk,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			// Flags before the word are ours, those after it frontdesk-site's.
			own := pflag.NewFlagSet("site", pflag.ContinueOnError)
			own.SetInterspersed(false)
			own.SetOutput(io.Discard)
			own.StringVarP(&e.dir, "directory", "C", e.dir, "")
			own.StringVar(&e.as, "as", e.as, "")
			err := own.Parse(args)
			if errors.Is(err, pflag.ErrHelp) || err == nil && own.NArg() == 0 {
				return cmd.Help()
			}
			if err != nil {
				return usageError{withHint(err, "frontdesk site --help shows how")}
			}
			return runSite(cmd.Context(), e, own.Args())
		},
		ValidArgs: []string{"build", "serve"},
	}
}

func runSite(ctx context.Context, e *env, args []string) error {
	program, err := findSiteProgram()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"-C", e.dir}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.stdin, e.stdout, e.stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exitError(exit.ExitCode())
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("run %s: %w", siteProgram, err)
	}
	return nil
}

// findSiteProgram looks beside this program's own file, then on PATH.
func findSiteProgram() (string, error) {
	if own, err := os.Executable(); err == nil {
		if own, err = filepath.EvalSymlinks(own); err == nil {
			beside := filepath.Join(filepath.Dir(own), siteProgram)
			if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
				return beside, nil
			}
		}
	}
	program, err := exec.LookPath(siteProgram)
	if err != nil {
		return "", withHint(fmt.Errorf("%s is not there", siteProgram), "it is built by make build, and belongs beside frontdesk or on PATH")
	}
	return program, nil
}

// exitError is the exit code of another program, which has said itself what is
// wrong.
type exitError int

// Error names the code.
func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }
