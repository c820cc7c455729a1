package main

import (
	"strings"

	"github.com/spf13/cobra"
)

func newCompletionCmd(e *env) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print the script that lets a shell complete commands, ids and queries",
		Long: "Completion prints a script for your shell. With it, the tab key completes\n" +
			"commands, flags, ids of records, types, fields and their values, and the states\n" +
			"that are legal from where a record stands.",
		GroupID: groupDesk,
		Example: "  frontdesk completion bash > ~/.local/share/bash-completion/completions/frontdesk\n" +
			"  frontdesk completion zsh > \"${fpath[1]}/_frontdesk\"\n" +
			"  frontdesk completion fish > ~/.config/fish/completions/frontdesk.fish\n" +
			"  frontdesk completion powershell | Out-String | Invoke-Expression",
		Args:      between(1, 1, "the name of a shell"),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(e.stdout, true)
			case "zsh":
				return root.GenZshCompletion(e.stdout)
			case "fish":
				return root.GenFishCompletion(e.stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(e.stdout)
			}
			return usagef("it is one of "+strings.Join(shells, ", "), "there is no completion for %q", args[0])
		},
	}
}
