package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
)

func newManCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "man [COMMAND...|FOLDER]",
		Short: "Print a man page, or write all of them into a folder",
		Long: "Man prints the man page of a command, of frontdesk itself where none is named, in\n" +
			"the language of man(1). With a FOLDER, which is made if need be, it writes the\n" +
			"pages of all commands into it. Write ./NAME for a folder named as a command.\n\n" +
			"The pages say the same as --help. They carry a date only where SOURCE_DATE_EPOCH\n" +
			"gives one, so that the same program makes the same pages.",
		GroupID: groupDesk,
		Example: "  frontdesk man list | man -l -\n  frontdesk man ~/.local/share/man/man1",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runMan(e, cmd.Root(), args)
		},
		ValidArgsFunction: completeCommand,
	}
}

func runMan(e *env, root *cobra.Command, args []string) error {
	prepareManual(root)
	cmd, rest, err := root.Find(args)
	if err != nil {
		cmd, rest = root, args
	}
	switch {
	case len(rest) == 0:
		return writePage(e, cmd, func(page []byte) error {
			_, err := e.stdout.Write(page)
			return err
		})
	case len(args) == 1 && (strings.ContainsAny(args[0], `/\`) || isFolder(e.path(args[0]))):
		return writeManual(e, root, args[0])
	}
	return knownCommand(cmd, rest)
}

// writeManual writes a page for each command into a folder and prints the paths.
func writeManual(e *env, cmd *cobra.Command, dir string) error {
	if err := os.MkdirAll(e.path(dir), 0o777); err != nil {
		return fmt.Errorf("write man pages: %w", err)
	}
	file := filepath.Join(dir, strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1")
	err := writePage(e, cmd, func(page []byte) error { return os.WriteFile(e.path(file), page, 0o666) })
	if err != nil {
		return fmt.Errorf("write man pages: %w", err)
	}
	if _, err := fmt.Fprintln(e.stdout, file); err != nil {
		return err
	}
	for _, sub := range cmd.Commands() {
		if !sub.IsAvailableCommand() {
			continue
		}
		if err := writeManual(e, sub, dir); err != nil {
			return err
		}
	}
	return nil
}

// writePage makes the page of a command.
func writePage(e *env, cmd *cobra.Command, write func([]byte) error) error {
	seconds, undated := strconv.ParseInt(e.getenv("SOURCE_DATE_EPOCH"), 10, 64)
	date := time.Unix(seconds, 0).UTC()
	var page bytes.Buffer
	header := &doc.GenManHeader{Section: "1", Date: &date, Source: "Frontdesk", Manual: "Frontdesk"}
	if err := doc.GenMan(cmd, header, &page); err != nil {
		return fmt.Errorf("make man page: %w", err)
	}
	if undated != nil {
		return write(bytes.Replace(page.Bytes(), []byte(`"Jan 1970"`), []byte(`""`), 1))
	}
	return write(page.Bytes())
}

// prepareManual makes Markdown, of which man pages are made, of the texts of a
// command and all below it.
func prepareManual(cmd *cobra.Command) {
	cmd.DisableAutoGenTag = true
	cmd.Short, cmd.Long = escapeMarkdown(cmd.Short), manualText(cmd.Long)
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { f.Usage = escapeMarkdown(f.Usage) })
	for _, sub := range cmd.Commands() {
		prepareManual(sub)
	}
}

// manualText makes Markdown of a help text: indented lines stay as they are, the
// others are paragraphs.
func manualText(long string) string {
	var b strings.Builder
	fenced := false
	for line := range strings.SplitSeq(long, "\n") {
		switch indented := strings.HasPrefix(line, " "); {
		case line == "" || indented == fenced:
		case indented:
			b.WriteString("\n```\n")
			fenced = true
		default:
			b.WriteString("```\n\n")
			fenced = false
		}
		if !fenced {
			line = escapeMarkdown(line)
		}
		b.WriteString(line + "\n")
	}
	if fenced {
		b.WriteString("```\n")
	}
	return b.String()
}

// escapeMarkdown makes text stand for itself. Backquotes keep their meaning.
func escapeMarkdown(text string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "<", `\<`, ">", `\>`, "[", `\[`, "]", `\]`, "#", `\#`, "~", `\~`, "|", `\|`).Replace(text)
}
