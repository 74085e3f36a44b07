import { COMMANDS, optionsOf } from "./commands.ts";
import { PROGRAM } from "./help.ts";

/** Scripts that complete commands, options and their choices. They are made of the table of commands, and call nothing. */

/** @param shell bash, zsh or fish */
export function completionScript(shell: string): string {
  if (shell === "zsh") return zsh();
  return shell === "fish" ? fish() : bash();
}

const commands = Object.entries(COMMANDS);
const firstWords = [...new Set(commands.map(([name]) => name.split(" ")[0] ?? ""))];
const secondWords = (first: string) =>
  commands.flatMap(([name]) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []));

function bash(): string {
  const cases = commands.map(([name, command]) => {
    const options = Object.keys(optionsOf(command)).map((option) => `--${option}`);
    return `    "${name}") words="${options.join(" ")}" ;;`;
  });
  const choices = commands.flatMap(([name, command]) =>
    Object.entries(optionsOf(command)).flatMap(([option, about]) =>
      about.choices ? [`    "${name} --${option}") words="${about.choices.join(" ")}" ;;`] : [],
    ),
  );
  const groups = firstWords
    .filter((first) => secondWords(first).length > 0)
    .map((first) => `    "${first}") words="${secondWords(first).join(" ")}" ;;`);
  return `# bash completion of ${PROGRAM}: source it, or put it into /etc/bash_completion.d
_secret_handoff() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  local command="\${COMP_WORDS[1]}"
  case "$command" in
${firstWords
  .filter((first) => secondWords(first).length > 0)
  .map((first) => `    ${first}) [ "$COMP_CWORD" -gt 2 ] && command="$command \${COMP_WORDS[2]}" ;;`)
  .join("\n")}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${firstWords.join(" ")}"; else
  case "$command" in
${[...groups, ...cases].join("\n")}
  esac; fi
  case "$command $before" in
${choices.join("\n")}
    *"-file"|*" --out"|*" -o"|*" --file") COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _secret_handoff ${PROGRAM}
`;
}

function zsh(): string {
  const quoted = (text: string) => text.replace(/'/g, "'\\''").replace(/[[\]:]/g, "\\$&");
  const cases = commands.map(([name, command]) => {
    const specs = Object.entries(optionsOf(command)).map(([option, { help, value, choices }]) => {
      const argument =
        value === undefined
          ? ""
          : `:${value}:${choices ? `(${choices.join(" ")})` : /PATH/.test(value) ? "_files" : ""}`;
      return `'--${option}[${quoted(help)}]${argument}'`;
    });
    return `    '${name}') _arguments ${specs.join(" ")} ;;`;
  });
  const groups = firstWords
    .filter((first) => secondWords(first).length > 0)
    .map(
      (first) =>
        `    '${first}') if (( CURRENT > 3 )); then command="$command $words[3]"; else compadd ${secondWords(first).join(" ")}; return; fi ;;`,
    );
  const described = firstWords.map((first) => {
    const summary = COMMANDS[first]?.summary ?? secondWords(first).join(", ");
    return `'${first}:${quoted(summary)}'`;
  });
  return `#compdef ${PROGRAM}
# zsh completion: put it into a folder of $fpath as _${PROGRAM}
_secret_handoff() {
  local -a names=(${described.join(" ")})
  if (( CURRENT == 2 )); then _describe command names; return; fi
  local command="$words[2]"
  case "$command" in
${groups.join("\n")}
  esac
  case "$command" in
${cases.join("\n")}
  esac
}
compdef _secret_handoff ${PROGRAM}
`;
}

function fish(): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;
  const lines = [`complete -c ${PROGRAM} -f`];
  for (const first of firstWords) {
    const summary = COMMANDS[first]?.summary ?? secondWords(first).join(", ");
    lines.push(`complete -c ${PROGRAM} -n __fish_use_subcommand -a ${first} -d ${quoted(summary)}`);
    for (const second of secondWords(first)) {
      lines.push(
        `complete -c ${PROGRAM} -n '__fish_seen_subcommand_from ${first}' -a ${second} -d ${quoted(COMMANDS[`${first} ${second}`]?.summary ?? "")}`,
      );
    }
  }
  for (const [name, command] of commands) {
    const last = name.split(" ").at(-1) ?? "";
    for (const [option, { help, value, short, choices }] of Object.entries(optionsOf(command))) {
      const argument = value === undefined ? "" : choices ? ` -x -a ${quoted(choices.join(" "))}` : " -r";
      lines.push(
        `complete -c ${PROGRAM} -n '__fish_seen_subcommand_from ${last}' -l ${option}${short ? ` -s ${short}` : ""}${argument} -d ${quoted(help)}`,
      );
    }
  }
  return `# fish completion: put it into ~/.config/fish/completions/${PROGRAM}.fish\n${lines.join("\n")}\n`;
}
