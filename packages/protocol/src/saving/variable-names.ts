/** Names of environment variables, for values whose names somebody else has chosen. */

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
export function isToolsOwn(name: string): boolean {
  return TOOLS_OWN.test(name);
}

/**
 * UPPER_CASE of what a shell takes as a name. The sender chooses the text, so a name that steers programs has `SECRET_` before it: whoever reads
 * the file into a shell gets values, and no instructions.
 */
export function variableName(text: string): string {
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
