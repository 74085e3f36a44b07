import { inputName, inWordsOf, type NameSetting, type Sentence } from "./settings.ts";

/** What went wrong, as a stable word that callers may branch on. */
export type SenderErrorCode =
  | "input"
  | "endpoint"
  | "secret_ids"
  | "secret_unknown"
  | "secret_unreadable"
  | "secret_stale"
  | "secret_changed"
  | "rotation_unconfigured"
  | "rotation_under_way"
  | "rotation_failed"
  | "rotation_late"
  | "access_denied"
  | "no_such_prefix"
  | "too_many_matches"
  | "aws_credentials"
  | "aws_region"
  | "aws_unavailable"
  | "aws_refused"
  | "store_login"
  | "store_unreachable"
  | "store_unavailable"
  | "store_refused"
  | "clock"
  | "id_token"
  | "unauthenticated"
  | "not_allowed"
  | "policy"
  | "class_unknown"
  | "expiry"
  | "passphrase"
  | "reason"
  | "receipt"
  | "approvals"
  | "not_approver"
  | "same_person"
  | "request_ended"
  | "recipient"
  | "recipient_key"
  | "recipient_unknown"
  | "identity"
  | "description"
  | "too_large"
  | "service_unreachable"
  | "service_unavailable"
  | "service_refused"
  | "not_a_service"
  | "released"
  | "mail_address"
  | "mail_tls"
  | "mail_login"
  | "mail_identity"
  | "mail_unreachable"
  | "mail_refused"
  | "mail_quota"
  | "mail_unknown"
  | "resend_needed"
  | "newer_version"
  | "overtaken"
  | "ended"
  | "sealing"
  | "unexpected"
  | "deadline"
  | "cancelled";

/** A sentence that tells the sender what to do next, under a stable code. It never holds a secret, a link or a token. */
export class SenderError extends Error {
  override readonly name = "SenderError";
  readonly code: SenderErrorCode;
  readonly #sentence: Sentence;

  /** @param sentence `message` has it with the names of the action's inputs; {@link SenderError.says} with those of another shell */
  constructor(code: SenderErrorCode, sentence: Sentence, options?: { readonly cause?: unknown }) {
    super(inWordsOf(inputName, sentence), options);
    this.code = code;
    this.#sentence = sentence;
  }

  /** The sentence with the settings as a shell calls them. */
  says(name: NameSetting): string {
    return inWordsOf(name, this.#sentence);
  }
}

/** A wait of hours outlasts these: the next poll may reach the service again. */
export const OUTLASTED: ReadonlySet<SenderErrorCode> = new Set([
  "service_unreachable",
  "service_unavailable",
  "id_token",
]);

/** For an error that nothing foresaw: its message could hold anything, so only its name is reported. */
export function faultOf(error: unknown): SenderError {
  const name = error instanceof Error ? error.name : typeof error;
  return new SenderError(
    "unexpected",
    `Something failed that should not (${name}). Please report it to the project.`,
    { cause: error },
  );
}

/** The code that Node gives an error of the system, like ENOENT; undefined where it has none. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** What the work gives, or the SenderError it fails with, so that one failure stops nothing else. @throws every other error */
export async function toResult<T>(work: Promise<T>): Promise<T | SenderError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SenderError) return error;
    throw error;
  }
}

/** Keeps the errors of everything that is attempted, so that all mistakes are reported at once. Every other error is thrown. */
export class ErrorCollector {
  readonly #errors: SenderError[] = [];

  /** In the order they came. */
  get errors(): readonly SenderError[] {
    return this.#errors;
  }

  add(...errors: readonly SenderError[]): void {
    this.#errors.push(...errors);
  }

  /** What `work` returns, or undefined where it throws SenderError, which is kept. */
  attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#keep(error);
      return undefined;
    }
  }

  /** What `work` resolves with, or undefined where it rejects with SenderError, which is kept. */
  async attemptAsync<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#keep(error);
      return undefined;
    }
  }

  #keep(error: unknown): void {
    if (!(error instanceof SenderError)) throw error;
    this.#errors.push(error);
  }
}
