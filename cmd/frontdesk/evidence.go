package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/records/audit"
	"frontdesk/records/git"
)

const exportHelp = `Export audits the protected branch and writes the evidence into a new folder, for
auditors who have neither Frontdesk nor the repository: the population (every commit,
with the records that it concerns), the exceptions, and for each change the record as
it was approved and as it is, the policy in force, the statements with their
signatures and the keys that verify them, the verdicts, and the times.

README.txt in the folder says how to check all of that with sha256sum and ssh-keygen.
manifest.sha256 holds the digests of all files; its own digest is printed, and stands
for the whole export. The same commit, flags and --as-of give the same bytes.

All changes of the period are exported; --sample N also draws some of them, by seed.
What the flags mean, and what is an exception: frontdesk audit --help. The status is 1
where there is an exception, and the export is written all the same.`

func newEvidenceCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "evidence",
		Short: "Write evidence for auditors",
		Long: "Evidence writes what proves that changes were approved as the policy demands, in\n" +
			"files that can be checked without Frontdesk.",
		GroupID: groupRead,
		Example: "  frontdesk evidence export audit-q3 --from 2026-07-01 --to 2026-09-30",
		Args:    knownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newEvidenceExportCmd(e))
	return cmd
}

// exportedJSON is the JSON of evidence export.
type exportedJSON struct {
	Version    int              `json:"version"`
	Folder     string           `json:"folder"`
	Commit     string           `json:"commit"`
	AsOf       string           `json:"as_of"`
	Files      int              `json:"files"`
	Changes    int              `json:"changes"`
	Manifest   string           `json:"manifest_sha256"`
	Exceptions int              `json:"exceptions"`
	Counts     audit.CountsJSON `json:"counts"`
}

func newEvidenceExportCmd(e *env) *cobra.Command {
	var o auditOptions
	cmd := &cobra.Command{
		Use:     "export DIR",
		Short:   "Write population, approvals and proofs into a folder",
		Long:    exportHelp,
		Example: "  frontdesk evidence export audit-q3 --from 2026-07-01 --to 2026-09-30 --sample 25 --seed 4711",
		Args:    between(1, 1, "the folder to make"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return exportEvidence(cmd.Context(), e, &o, args[0])
		},
	}
	o.addTo(cmd.Flags())
	return addFormat(cmd, &o.format)
}

func exportEvidence(ctx context.Context, e *env, o *auditOptions, dir string) error {
	if err := oneOf("format", o.format, formatText, formatJSON); err != nil {
		return err
	}
	return withAudit(ctx, e, o, func(repo *git.Repo, rep *audit.Report, _ *time.Location) error {
		out, err := audit.Export(ctx, repo, rep, rep.Sample(o.sample, o.seed, o.first), e.path(dir))
		if errors.Is(err, audit.ErrNotEmpty) {
			return usageError{withHint(fmt.Errorf("export to %s: %w", dir, err), "name a folder that is not there yet: an export is never mixed with something else")}
		}
		if err != nil {
			return err
		}
		tellRewritten(e, rep)
		if err := printExported(e, o.format, dir, rep, out); err != nil {
			return err
		}
		if n := rep.Exceptional(); n > 0 {
			complain(e.stderr, "%s: exceptions.csv has them, frontdesk audit shows them", count(n, "exception"))
			return errProblems
		}
		return nil
	})
}

func printExported(e *env, format, dir string, rep *audit.Report, out *audit.Exported) error {
	j := rep.JSON(nil)
	if format == formatJSON {
		return writeJSON(e.stdout, exportedJSON{envelopeVersion, dir, j.Commit, j.AsOf, out.Files, out.Changes, out.Digest, j.Counts.Exceptions, j.Counts})
	}
	_, err := fmt.Fprintf(e.stdout, "%s: %s, %s, %s\nSHA-256 of manifest.sha256: %s\n",
		messageText(dir), count(out.Files, "file"), count(out.Changes, "change"), count(j.Counts.Commits, "commit"), out.Digest)
	return err
}
