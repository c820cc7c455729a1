package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"frontdesk/records/git"
	"frontdesk/records/index"
	"frontdesk/records/tree"
)

// openIndex opens the index of a desk: in its repository, else in memory.
func openIndex(t *tree.Tree) *index.Index { return index.Open(t, indexPlace(t.Root)) }

// indexPlace says where the index of a desk lies. It is memory for a desk of the
// past, or outside of a repository.
func indexPlace(root string) index.Place {
	repo, err := git.Open(root)
	if err != nil {
		return index.Place{}
	}
	defer repo.Close()
	own, err := repo.GitDir()
	if err != nil {
		return index.Place{}
	}
	common, err := repo.CommonDir()
	if err != nil {
		return index.Place{}
	}
	return index.Place{Common: common, Own: own, Desk: root, Build: programBuild()}
}

func newIndexCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "index",
		Short: "Look at, rebuild or drop what makes large desks fast",
		Long: "What was read and computed of the records is kept in git's folder, below frontdesk:\n" +
			"by content, for all work trees of a repository, with a list of the files of each\n" +
			"work tree. A command then reads only the files that have changed. The index makes\n" +
			"and mends itself; deleting it loses nothing. Where nothing can be written, or\n" +
			"outside of a repository, commands read all files instead.",
		GroupID: groupDesk,
		Example: "  frontdesk index status\n  frontdesk index rebuild",
		Args:    knownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newIndexStatusCmd(e), newIndexRebuildCmd(e), newIndexDropCmd(e))
	return cmd
}

// indexJSON is the JSON of index status.
type indexJSON struct {
	Version int    `json:"version"`
	Folder  string `json:"folder"` // "" where the index is in memory
	Files   int    `json:"files"`
	Known   int    `json:"known"`
	Changed int    `json:"changed"`
	Bytes   int64  `json:"bytes"`
	Others  int    `json:"other_builds"`
}

func newIndexStatusCmd(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Say where the index is and what it knows",
		Long:    "Status says where the index lies, how many record files it knows, and how many\nhave changed since, so that the next command reads them.",
		Example: "  frontdesk index status",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return indexStatus(cmd.Context(), e, format)
		},
	}
	return addFormat(cmd, &format)
}

func indexStatus(ctx context.Context, e *env, format string) error {
	if err := oneOf("format", format, formatText, formatJSON); err != nil {
		return err
	}
	t, err := openDesk(e)
	if err != nil {
		return err
	}
	defer t.Close()
	s, err := openIndex(t).State(ctx)
	if err != nil {
		return err
	}
	if format == formatJSON {
		return writeJSON(e.stdout, indexJSON{envelopeVersion, s.Folder, s.Files, s.Known, s.Changed, s.Bytes, s.Others})
	}
	return printIndex(e.stdout, s)
}

func printIndex(w io.Writer, s index.State) error {
	if s.Folder == "" {
		_, err := fmt.Fprintf(w, "The index is in memory: the desk lies in no repository, or nothing can be written there.\nEach command reads all %d record files.\n", s.Files)
		return err
	}
	_, err := fmt.Fprintf(w, "folder        %s\nrecord files  %d, of which %d are known and %d have to be read\nsize          %.1f MB\n",
		s.Folder, s.Files, s.Known, s.Changed, float64(s.Bytes)/1e6)
	if err == nil && s.Others > 0 {
		_, err = fmt.Fprintf(w, "other builds  %d have their own beside it\n", s.Others)
	}
	return err
}

func newIndexRebuildCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "rebuild",
		Short:   "Drop the index and read all records anew",
		Long:    "Rebuild drops the index and reads all records anew. It is never needed; it makes\nthe next command fast.",
		Example: "  frontdesk index rebuild",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return rebuildIndex(cmd.Context(), e) },
	}
}

func rebuildIndex(ctx context.Context, e *env) error {
	t, err := openDesk(e)
	if err != nil {
		return err
	}
	defer t.Close()
	if err := index.Drop(indexPlace(t.Root)); err != nil {
		return err
	}
	if err := warm(ctx, t); err != nil {
		return err
	}
	return indexStatus(ctx, e, formatText)
}

// warm brings the index of a desk up to date.
func warm(ctx context.Context, t *tree.Tree) error {
	x := openIndex(t)
	if _, err := x.Load(ctx, index.Want{Fields: []string{}}); err != nil {
		return err
	}
	return x.Save(ctx)
}

func newIndexDropCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "drop",
		Short:   "Delete the index",
		Long:    "Drop deletes the index of the repository, of all its builds and work trees that\nshare this one's folder. The next command makes it anew.",
		Example: "  frontdesk index drop",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := findDesk(e)
			if err != nil {
				return err
			}
			return index.Drop(indexPlace(root))
		},
	}
}
