import type { Item } from "../bundle.ts";

/** The shortest password for a file that is kept, in characters. */
export const SHORTEST_FILE_PASSWORD = 12;

/**
 * `{ label: { name: value } }`, two spaces deep, and `{ label: value }` where the item is one plain value. Equal labels and names get a
 * number behind them.
 */
export function jsonFile(items: readonly Item[]): string {
  const numbered = (count: number) => ` (${count})`;
  const labels = distinct(
    items.map(({ label }) => label),
    numbered,
  );
  const object = fromPairs<string | Record<string, string>>(
    items.map(({ label, fields }, index) => {
      const [first, ...others] = fields;
      if (first?.name === label && others.length === 0) return [labels[index] ?? "", first.value];
      const names = distinct(
        fields.map(({ name }) => name),
        numbered,
      );
      return [labels[index] ?? "", fromPairs(fields.map(({ value }, at) => [names[at] ?? "", value]))];
    }),
  );
  return `${JSON.stringify(object, null, 2)}\n`;
}

/** Own properties, whatever their names: `__proto__` is a name like any other. */
function fromPairs<Value>(pairs: readonly (readonly [string, Value])[]): Record<string, Value> {
  return Object.fromEntries(pairs);
}

/** All values for one paste: a line `name: value` each, under their item's label where there are several and they do not bear it. */
export function asText(items: readonly Item[]): string {
  const withFields = items.filter(({ fields }) => fields.length > 0);
  const block = ({ label, fields }: Item) => [
    ...(withFields.length > 1 && fields.some(({ name }) => name !== label) ? [label] : []),
    ...fields.map(({ name, value }) => `${name}: ${value}`),
  ];
  return withFields.map((item) => block(item).join("\n")).join("\n\n");
}

/**
 * The names, made different where they are equal: the second `a` becomes `a` + `join(2)`.
 * @param fold gives equal texts for names that must not stand beside each other; as they are written where it is left out
 */
export function distinct(
  names: readonly string[],
  join: (count: number) => string,
  fold: (name: string) => string = (name) => name,
): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let count = 2; taken.has(fold(unique)); count += 1) unique = name + join(count);
    taken.add(fold(unique));
    return unique;
  });
}

/**
 * Names for files in one folder: {@link fileName} of each, made different also where only letter case or the spelling in Unicode differs,
 * for Windows and macOS take those for one name.
 */
export function fileNames(names: readonly string[]): readonly string[] {
  return distinct(
    names.map(fileName),
    (count) => `-${count}`,
    (name) => name.normalize("NFKC").toUpperCase().normalize("NFC"),
  );
}

/** The longest name, in characters; most file systems take 255 bytes. */
const LONGEST_NAME = 80;

/** A name that no system takes for a path, a device, an option or a hidden file; cut, it keeps its extension. */
export function fileName(name: string): string {
  const last = name.split(/[/\\]/).pop() ?? "";
  const safe = last
    .replace(/[\p{C}\p{Zl}\p{Zp}<>:"|?*]/gu, "_")
    .replace(/^[.\s~-]+|[.\s]+$/g, "")
    .replace(/^(?=(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)\s*(?:\.|$))/i, "_");
  if (safe === "") return "secret";
  const [, stem = "", extension = ""] = /^(.*?)(\.[^.]{1,12})?$/s.exec(safe) ?? [];
  return [...stem].slice(0, LONGEST_NAME - extension.length).join("") + extension;
}

/** A .env file, and the names in it that its readers do not agree on. */
type EnvFile = {
  readonly text: string;
  /** Right in a shell, but not in every program that reads .env files by rules of its own. */
  readonly shellOnly: readonly string[];
  /** Cannot stand in an environment at all: a value with a NUL. */
  readonly leftOut: readonly string[];
};

/**
 * Writes NAME='value' lines. A plain value, which bears its item's label, has the label's name; any other has the label before its own.
 * So no name depends on what else is handed over. A name that a tool knows for its credentials is kept; one that steers a shell or a
 * program, like BASH_ENV or HTTPS_PROXY, has SECRET_ before it.
 *
 * A shell and the dotenv readers have different rules: what both read alike is written so; the few values for which there is no such
 * spelling (a `'` together with one of `" $ \` or a backtick, a carriage return, a backslash at the end) are written for the shell,
 * behind all others, so that a reader which stumbles there has read the rest.
 * POSIX.1-2024, Shell Command Language, 2.2 Quoting; https://github.com/motdotla/dotenv#what-rules-does-the-parsing-engine-follow
 */
export function envFile(items: readonly Item[]): EnvFile {
  const fields = items.flatMap((item) =>
    item.fields.map(({ name, value }) => ({
      name: name === item.label || isToolsOwn(name) ? name : `${item.label}_${name}`,
      value,
    })),
  );
  const names = distinct(
    fields.map(({ name }) => variableName(name)),
    (count) => `_${count}`,
  );
  const lines: string[] = [];
  const shellLines: string[] = [];
  const shellOnly: string[] = [];
  const leftOut: string[] = [];
  for (const [index, { value }] of fields.entries()) {
    const name = names[index] ?? "";
    const common = quotedForAll(value);
    if (value.includes("\0")) {
      leftOut.push(name);
      lines.push(`# ${name} is left out: it holds a NUL. Save as JSON instead.\n`);
    } else if (common === undefined) {
      shellOnly.push(name);
      shellLines.push(
        `# ${name} is quoted for sh; other readers may get it wrong.\n${name}=${quotedForShell(value)}\n`,
      );
    } else lines.push(`${name}=${common}\n`);
  }
  return { text: [...lines, ...shellLines].join(""), shellOnly, leftOut };
}

/** Undefined when there is no spelling that sh and the readers of .env files take alike. */
function quotedForAll(value: string): string | undefined {
  if (value.includes("\r") || value.endsWith("\\")) return undefined;
  if (!value.includes("'")) return `'${value}'`;
  return /["$\\`]/.test(value) ? undefined : `"${value}"`;
}

function quotedForShell(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** Where AWS's and GitHub's programs look for their credentials, and nothing that says where they go or what they run. */
const TOOLS_OWN = /^(?:AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|REGION)|GITHUB_TOKEN)$/;

/**
 * Names by which a shell, or a program that it starts, runs something, finds its files, trusts or goes to somebody. No list of them is
 * complete: docs/action.md says so.
 */
const STEERING = new RegExp(
  `^(?:${[
    // Shells
    "PATH|HOME|PWD|OLDPWD|SHELL|USER|LOGNAME|HOST|HOSTNAME|ENV|IFS|CDPATH|FPATH|ZDOTDIR|SHELLOPTS|PS\\d|R?PROMPT|PROMPT_COMMAND|(?:PRE|POST)CMD",
    "BASH.*|HIST(?:FILE|FILESIZE|SIZE|CMD|CONTROL|IGNORE|TIMEFORMAT)|GLOBIGNORE|EXECIGNORE|INPUTRC|E?UID|GID|PPID|OPT(?:ARG|IND|ERR)|TE?MP|TMPDIR|TERM|TERMCAP|TERMINFO.*|FCEDIT|XDG_.*",
    "COMSPEC|PATHEXT|PSMODULEPATH|SYSTEMROOT|WINDIR|APPDATA|LOCALAPPDATA|USERPROFILE|PROGRAMDATA",
    // Loaders and languages
    "LD_.*|DYLD_.*|GCONV_PATH|LOCPATH|NLSPATH|LOCALDOMAIN|RES_OPTIONS|HOSTALIASES|MALLOC_.*|GLIBC_TUNABLES",
    "NODE_(?:OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED|REPL_.*)|NPM_CONFIG_.*|PYTHON[A-Z]*|PIP_.*|PERL[A-Z0-9_]*|RUBY[A-Z]*|GEM_(?:HOME|PATH)",
    "BUNDLE_.*|JAVA_(?:HOME|OPTS|OPTIONS|TOOL_OPTIONS)|JDK_JAVA_OPTIONS|CLASSPATH|(?:MAVEN|GRADLE|SBT|JVM)_OPTS|PHPRC|PHP_INI_SCAN_DIR",
    "DOTNET_.*|CORE?(?:CLR)?_(?:ENABLE_)?PROFIL.*|LUA_(?:INIT|PATH|CPATH).*|ERL_.*FLAGS|GO(?:FLAGS|PROXY|SUMDB|NOSUMDB|PATH|ROOT|ENV)|CARGO_HOME|RUSTC?_WRAPPER|MAKE(?:FLAGS|FILES)",
    // Programs that run what these name
    "(?:GIT_|GIT_SEQUENCE_|GH_|HG|SVN_|KUBE_|SUDO_|SYSTEMD_|BAT_|PSQL_|MAN)?(?:EDITOR|PAGER|ASKPASS)|VISUAL|BROWSER|LESS(?:OPEN|CLOSE)?|SSH_(?:ASKPASS.*|AUTH_SOCK)|GNUPGHOME|GPG_AGENT_INFO",
    "GIT_(?:SSH.*|CONFIG.*|PROXY_COMMAND|EXTERNAL_DIFF|EXEC_PATH|TEMPLATE_DIR|DIR|WORK_TREE|COMMON_DIR|SSL_.*|TRACE.*|ALLOW_PROTOCOL)",
    "GITHUB_(?:ENV|PATH|OUTPUT|STATE|STEP_SUMMARY|WORKSPACE|API_URL|SERVER_URL|GRAPHQL_URL)|GH_(?:HOST|CONFIG_DIR)|ACTIONS_(?:CACHE|RUNTIME|RESULTS|ID_TOKEN)_.*",
    "AWS_.*|AZURE_CONFIG_DIR|CLOUDSDK_.*|KUBECONFIG|DOCKER_(?:HOST|CONFIG|CONTEXT|CERT_PATH)|TF_CLI_.*|PGSERVICEFILE|PGSYSCONFDIR",
    "NULLCMD|READNULLCMD|LESSKEY.*|FZF_.*|LESS_.*|MANOPT|MANROFFOPT|NROFF|ZIPOPT|UNZIP(?:OPT)?|TMUX.*|N?VIM.*|EMACS.*|PARALLEL.*|(?:SCREEN|PSQL|MY|BABEL|CONDA|ACK|NPM)RC",
    "CC|CXX|CPP|LD|AR|AS|NM|STRIP|(?:C|CXX|CPP|LD|AS|AR|F|FC|RUST|RUSTDOC)FLAGS|CGO_.*|CMAKE_.*|RUSTC|RUSTDOC|RUSTUP_.*|CARGO_(?!.*TOKEN$).*|GO(?:TOOLCHAIN|AUTH|PRIVATE|NOPROXY|INSECURE|MODCACHE)",
    "R_(?:PROFILE|ENVIRON|LIBS|HOME).*|UV_(?!.*(?:TOKEN|PASSWORD|USERNAME)$).*|YARN_(?!.*TOKEN$).*|COREPACK_.*|DENO_(?!.*TOKENS?$).*|BUN_.*",
    "ANSIBLE_(?!.*(?:TOKEN|PASSWORD)$).*|HELM_(?!.*(?:TOKEN|PASSWORD)$).*|MYSQL_(?:HOME|TEST_LOGIN_FILE)|DEBUGINFOD_.*|KRB5.*",
    // What most programs call what they are to run, or where they are to read it
    ".*_RSH|.*OPTIONS|.*_OPTS?|.*_COMMAND|.*_CMD|.*_ARGS|.*_SHELL|.*(?:VIM|EX|VI|LUA_?)INIT|.*_WRAPPER|.*_LAUNCHER|.*_PRELOAD|.*(?:PAGER|EDITOR|ASKPASS)",
    ".*_CONFIG_(?:PATH|FILE|DIR|HOME)|.*_RC(?:_?FILE(?:NAME)?)?|.*RCFILE|.*_PLUGINS?(?:_PATH|_DIR)?|.*_PROFILE_USER",
    // Where calls go, and whom they trust
    "OP_CONNECT_HOST|(?:VAULT|BAO|CONSUL|NOMAD)_(?:.*_)?ADDR|(?:VAULT|BAO|CONSUL|NOMAD)_(?:CLI_.*|NAMESPACE|TLS_SERVER_NAME|SRV_LOOKUP)|.*_(?:INDEX_URL|SKIP_VERIFY|CACERT|CAPATH|CA_BUNDLE)",
    "(?:ALL|FTP|HTTPS?|NO|RSYNC)_PROXY|SSL_CERT_(?:FILE|DIR)|SSLKEYLOGFILE|OPENSSL_.*|CURL_.*|WGETRC|NETRC|REQUESTS_CA_BUNDLE",
  ].join("|")})$`,
);

/** True for a name that a tool looks for by itself, and that stays as it is. */
function isToolsOwn(name: string): boolean {
  return TOOLS_OWN.test(name);
}

/**
 * UPPER_CASE of what a shell takes as a name. The sender chooses the text, so a name that steers programs has `SECRET_` before it: whoever reads
 * the file into a shell gets values, and no instructions.
 */
function variableName(text: string): string {
  const name = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  if (name === "") return "SECRET";
  if (STEERING.test(name) && !isToolsOwn(name)) return `SECRET_${name}`;
  return /^\d/.test(name) ? `_${name}` : name;
}
