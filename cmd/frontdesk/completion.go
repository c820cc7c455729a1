package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// bashAlone follows cobra's script for bash, which needs functions of the package
// bash-completion. Where that is missing, these stand in: words that bash broke
// at = and : are put together again, and folders are listed.
const bashAlone = `
__frontdesk_init_completion()
{
    COMPREPLY=()
    if declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
        _get_comp_words_by_ref "$@" cur prev words cword
        return
    fi
    local i part rest=$COMP_LINE
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        part=${COMP_WORDS[i]}
        if ((i > 0)) && [[ $rest != [[:blank:]]* ]]; then
            words[${#words[@]}-1]+=$part
        else
            words+=("$part")
        fi
        rest=${rest#"${rest%%[![:blank:]]*}"}
        rest=${rest#"$part"}
    done
    cword=$((${#words[@]}-1))
    cur=${words[cword]}
    prev=${words[cword > 0 ? cword-1 : 0]}
}

if ! declare -F _filedir >/dev/null 2>&1; then
    _filedir()
    {
        compopt -o filenames 2>/dev/null
        IFS=$'\n' read -ra COMPREPLY -d '' < <(compgen "${1:--f}" -- "$cur")
    }
fi
`

func newCompletionCmd(e *env) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print the script that lets a shell complete commands, ids and queries",
		Long: "Completion prints a script for your shell. With it, the tab key completes\n" +
			"commands, flags, ids of records, types, fields and their values, and the states\n" +
			"that are legal from where a record stands. Of many ids it offers the next few\n" +
			"characters. An id may be begun with its last part: k7 finds INC-2611-K7Q4.\n\n" +
			"Bash needs no other package for it. To try it in the shell at hand:\n\n" +
			"  source <(frontdesk completion bash)",
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
				if err := root.GenBashCompletionV2(e.stdout, true); err != nil {
					return err
				}
				_, err := io.WriteString(e.stdout, bashAlone)
				return err
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
