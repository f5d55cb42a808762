import tab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { CATALOGUE, EVENT_TYPES } from '../../events/catalogue.ts'

/**
 * For bash, in place of the library's script, which needs the package bash-completion and complains where it is
 * read twice. Where ringpost has nothing to say, bash completes names of files.
 */
const BASH = `# bash completion for ringpost
_ringpost() {
  local current=\${COMP_WORDS[COMP_CWORD]} word rest
  COMPREPLY=()
  while IFS=$'\\t' read -r word rest; do
    case $word in
      :*) ;;
      "$current"*) COMPREPLY+=("$word") ;;
    esac
  done < <(ringpost complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _ringpost ringpost`

/** `ringpost completion`: what a shell needs to complete everything that was added before. */
export function addCompletionCommand(program: Command): void {
  const completed = tab(program, { completionCommandName: 'completion' })
  for (const command of completed.commands.values()) {
    // Options of the whole program are otherwise completed before its first verb alone.
    command.option('json', 'print JSON, for programs')
    for (const name of ['type', 'types']) {
      const option = command.options.get(name)
      if (option !== undefined) option.handler = completeTypes
    }
  }
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('print what makes a shell complete verbs, options and values')
    .action((shell: string) => {
      if (shell === 'bash') console.log(BASH)
      else completed.setup('ringpost', 'ringpost', shell)
    })
    .addHelpText(
      'after',
      `
Once for every new shell:
  bash  echo 'source <(ringpost completion bash)' >> ~/.bashrc
  zsh   echo 'autoload -U compinit; compinit; source <(ringpost completion zsh)' >> ~/.zshrc
  fish  ringpost completion fish > ~/.config/fish/completions/ringpost.fish`,
    )
}

function completeTypes(complete: (value: string, description: string) => void): void {
  complete('user.*', 'every event of a caller')
  for (const type of EVENT_TYPES) complete(type, CATALOGUE[type].description)
}
