package main

import "github.com/spf13/cobra"

// commands returns the constructors of all commands. Adding a command is adding
// its file and its line here.
func commands() []func(*env) *cobra.Command {
	return []func(*env) *cobra.Command{
		newListCmd,
		newShowCmd,
		newLogCmd,
		newBlameCmd,
		newCalendarCmd,
		newReportCmd,
		newDueCmd,
		newDiffCmd,
		newCheckCmd,
		newExplainCmd,
		newNewCmd,
		newSetCmd,
		newAssignCmd,
		newResolveCmd,
		newHoldCmd,
		newReopenCmd,
		newCloseCmd,
		newCommentCmd,
		newApproveCmd,
		newRejectCmd,
		newApprovalsCmd,
		newSimulateCmd,
		newGateCmd,
		newAttestCmd,
		newReviewCmd,
		newEditCmd,
		newInitCmd,
		newDemoCmd,
		newImportCmd,
		newHooksCmd,
		newCodeownersCmd,
		newAuditCmd,
		newEvidenceCmd,
		newSiteCmd,
		newSchemaCmd,
		newIndexCmd,
		newDoctorCmd,
		newReshardCmd,
		newCompletionCmd,
		newManCmd,
		newVersionCmd,
	}
}
