import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { isLoopback } from "@secret-handoff/protocol";
import { boundedText } from "@secret-handoff/protocol/bounded-body";
import { type Deadline, withAttemptLimit } from "../../runtime/deadline.ts";
import { networkFault } from "../../runtime/network.ts";
import { isReadByProxy } from "../../runtime/proxy.ts";
import { retry, retryAfterMs, TransientError } from "../../runtime/retry.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { SenderError } from "../../sender-error.ts";
import { inWordsOf, type Sentence } from "../../settings.ts";
import { jsonOrUndefined } from "../json.ts";

/** What a secret store takes from its surroundings, so that tests need no cloud. */
export type StoreContext = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly runtime: Runtime;
  readonly deadline: Deadline;
  /** The text of a file. @throws Error of the system */
  readonly readFile: (path: string) => string;
  /** Runs a program that is on the PATH. @returns what it printed. @throws Error where it is missing or fails; SenderError where it must not be told as that */
  readonly run: (program: string, args: readonly string[]) => Promise<string>;
  /** A token of the job's OIDC issuer for this audience. @throws SenderError `id_token` where there is none */
  readonly idToken: (audience: string) => Promise<string>;
  /** Called with each token that a login gives, before it is used: the place to mask. */
  readonly onToken: (token: string) => void;
};

/** One request to a store. Everything secret is in headers and body. */
type StoreRequest = {
  /** The store, as sentences call it. */
  readonly store: string;
  readonly url: string;
  /** What says where the store is: an input or a variable, for the advice. */
  readonly address: Sentence;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
};

/** `text` as it came: numbers in it keep their spelling. */
export type StoreAnswer = { readonly status: number; readonly text: string; readonly json: unknown };

const ATTEMPT_MS = 15_000;
/** Bytes; no secret of any of these stores is larger. */
const LONGEST_ANSWER = 2_000_000;

/**
 * Sends a request until it is answered by something other than 429 or 5xx. Redirects are not followed: the token belongs to one host.
 * @throws SenderError `store_unreachable` or `store_unavailable`; `input` where it would go unencrypted to another machine or to a proxy
 */
export function askStore(
  { store, url, address, method = "GET", headers = {}, body }: StoreRequest,
  { runtime, deadline }: Pick<StoreContext, "runtime" | "deadline">,
): Promise<StoreAnswer> {
  if (!isEncrypted(url)) {
    throw new SenderError(
      "input",
      (say) =>
        `${inWordsOf(say, address)} must be an https address, for tokens and secrets of ${store} travel to it.`,
    );
  }
  const { host } = new URL(url);
  if (isReadByProxy(new URL(url))) {
    throw new SenderError(
      "input",
      (say) =>
        `${inWordsOf(say, address)} is an http address of this machine, and the environment names a proxy on another machine for it, which would read the tokens and secrets of ${store}. Add ${new URL(url).hostname} to NO_PROXY.`,
    );
  }
  checkHeaders(headers, store);
  const send = () =>
    withAttemptLimit(ATTEMPT_MS, deadline, async ({ signal, timedOut }) => {
      try {
        const init = {
          method,
          redirect: "manual",
          signal,
          headers: { accept: "application/json", ...headers },
        };
        const response = await runtime.fetch(url, {
          ...init,
          ...(body === undefined ? {} : { body }),
        } as RequestInit);
        const text = await boundedText(
          response,
          LONGEST_ANSWER,
          () => new SenderError("store_refused", `${store} answered with more than any secret holds.`),
        );
        const { status } = response;
        // 503 with a JSON body is an answer of Vault's: it is sealed.
        if (status === 429 || (status >= 500 && !isSealedVault(status, text)))
          throw unavailable(store, host, response, runtime);
        return { status, text, json: jsonOrUndefined(text) };
      } catch (error) {
        if (deadline.hard.aborted && deadline.hard.reason instanceof SenderError) throw deadline.hard.reason;
        if (error instanceof SenderError || error instanceof TransientError) throw error;
        throw unreachable(error, { store, host, address, late: timedOut() });
      }
    });
  return retry(send, deadline, runtime);
}

/** A token that was pasted with a line end in it would be refused at each try, as if the network had failed. @throws SenderError `store_login` */
function checkHeaders(headers: Readonly<Record<string, string>>, store: string): void {
  try {
    new Headers(headers);
  } catch {
    // No cause: it quotes the token.
    throw new SenderError(
      "store_login",
      `The login to ${store} holds a character that no request can carry, such as a line end. Set its token anew, without it.`,
    );
  }
}

/** Whether what is sent there is encrypted on its way, or never leaves this machine. */
function isEncrypted(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}

function isSealedVault(status: number, text: string): boolean {
  return status === 503 && /"Vault is sealed"/.test(text);
}

function unavailable(
  store: string,
  host: string,
  { status, headers }: Response,
  runtime: Runtime,
): TransientError {
  const final = new SenderError(
    "store_unavailable",
    `${store} at ${host} answered ${status} again and again. Try again later, or look at its status page.`,
  );
  return new TransientError(final, {
    afterMs: retryAfterMs(headers.get("retry-after"), runtime.now()),
    kind: status === 429 ? "throttled" : "brief",
  });
}

type Place = {
  readonly store: string;
  readonly host: string;
  readonly address: Sentence;
  readonly late: boolean;
};

function unreachable(error: unknown, { store, host, address, late }: Place): Error {
  const fault = networkFault(error);
  const reason = late ? `no answer within ${ATTEMPT_MS / 1_000} seconds` : fault?.reason;
  const code = late || !fault ? "" : ` (${fault.code})`;
  const sentence: Sentence = (say) => {
    const named = inWordsOf(say, address);
    const advice = fault?.advice(named) ?? `Check ${named}, and that this machine may connect to it.`;
    return `${store} at ${host} cannot be reached${reason === undefined ? "" : `: ${reason}${code}`}. ${advice}`;
  };
  const final = new SenderError("store_unreachable", sentence, { cause: error });
  return fault && !fault.transient && !late ? final : new TransientError(final);
}

/** A member of what was parsed, however deep; undefined where there is none. */
export function memberOf(json: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    json,
  );
}

/** The same, where it must be text. */
export function textOf(json: unknown, ...path: readonly string[]): string | undefined {
  const value = memberOf(json, ...path);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The end of the year 9999 in Unix seconds: no store means a later time, and RFC 3339 has none. */
const LAST_SECOND = 253_402_300_799;

/** A time in Unix seconds, whole; undefined where it is none that anything could be dated by. */
export function unixTime(seconds: unknown): number | undefined {
  if (typeof seconds !== "number" || !(seconds >= 0 && seconds <= LAST_SECOND)) return undefined;
  return Math.floor(seconds);
}

/** RFC 3339 as Unix seconds; undefined where it is none. */
export function secondsOf(time: string | undefined): number | undefined {
  return unixTime(Date.parse(time ?? "") / 1_000);
}

/** Which version it is: stores count from 1. Undefined where it is no such number. */
export function versionNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** The files and programs of this machine, for {@link StoreContext}. A program ends with the hard deadline. */
export function machineOf(
  env: StoreContext["env"],
  deadline: Deadline,
): Pick<StoreContext, "env" | "deadline" | "readFile" | "run"> {
  return {
    ...{ env, deadline },
    readFile: (path) => readFileSync(path, "utf8"),
    run: (program, args) => printedBy(program, args, forPrograms(env), deadline),
  };
}

/** @throws Error where it is missing or fails; SenderError where it is not waited for */
async function printedBy(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { hard }: Deadline,
): Promise<string> {
  const options = { env, signal: hard, maxBuffer: LONGEST_ANSWER };
  const running = promisify(execFile)(program, [...args], options);
  // What asks is answered by nobody.
  running.child.stdin?.end();
  try {
    return (await running).stdout;
  } catch (cause) {
    if (hard.aborted && hard.reason instanceof SenderError) throw hard.reason;
    if (memberOf(cause, "code") === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER")
      throw new SenderError("store_refused", `${program} printed more than any secret holds.`);
    // What it printed before it failed may be the secret: of Node's error only the code and what the program says stay.
    const [code, stderr] = [memberOf(cause, "code"), memberOf(cause, "stderr")];
    throw Object.assign(new Error(`${program} failed`), { code, stderr });
  }
}

/** A program gets what its own login may need, and nothing that was given to this one: inputs, tokens for the service, and the job's own. */
function forPrograms(env: StoreContext["env"]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(?:INPUT_|SECRET_HANDOFF_|ACTIONS_)/i.test(name)),
  );
}
