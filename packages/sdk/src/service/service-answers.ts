import {
  type BrokenRule,
  type CredentialClass,
  type Flags,
  type HandoffView,
  isHandoffId,
  type PolicyResponse,
  STATES,
  type State,
} from "@secret-handoff/protocol";

/** Readers for what the service answers. Unknown keys are ignored; undefined stands for an answer that no service gives. */

type JsonObject = { readonly [key: string]: unknown };

/** Broken rules that are passed on. */
const MOST_RULES = 20;

/** What the sdk needs of problem+json (RFC 9457). */
export type ServiceProblem = {
  /** A `ProblemCode`, or one that only a newer service knows. */
  readonly code: string;
  readonly detail: string;
  readonly broken: readonly BrokenRule[];
};

export function readHandoffView(value: unknown): HandoffView | undefined {
  if (!isObject(value)) return undefined;
  const { id, state, class: className, flags, createdAt, expiresAt, changedAt, mailed, attemptsLeft } = value;
  const { mailedAt, claimedAt, deliveredAt, bouncedAt, secret, versionId, run } = value;
  if (typeof id !== "string" || !isHandoffId(id) || !isState(state) || typeof className !== "string") {
    return undefined;
  }
  if (!isFlags(flags) || !isWhole(createdAt) || !isWhole(expiresAt) || !isWhole(changedAt)) return undefined;
  if (typeof mailed !== "boolean" || !isWhole(attemptsLeft)) return undefined;
  return {
    ...{ id, state, class: className, flags, createdAt, expiresAt, changedAt, mailed, attemptsLeft },
    ...(isWhole(mailedAt) ? { mailedAt } : {}),
    ...(isWhole(claimedAt) ? { claimedAt } : {}),
    ...(isWhole(deliveredAt) ? { deliveredAt } : {}),
    ...(isWhole(bouncedAt) ? { bouncedAt } : {}),
    ...(typeof secret === "string" ? { secret } : {}),
    ...(typeof versionId === "string" ? { versionId } : {}),
    ...(typeof run === "string" ? { run } : {}),
  };
}

export function readPolicy(value: unknown): PolicyResponse | undefined {
  if (!isObject(value) || !Array.isArray(value.classes)) return undefined;
  const classes = value.classes.map(readClass);
  return classes.every((item) => item !== undefined) ? { classes } : undefined;
}

function readClass(value: unknown): CredentialClass | undefined {
  if (!isObject(value)) return undefined;
  const { name, expiresWithin, passphrase, approvals, verification } = value;
  const { environments, reasonRequired, recipientDomains, receiptRequired } = value;
  if (!isLine(name) || !isWhole(expiresWithin) || !isLines(approvals)) return undefined;
  if (passphrase !== "required" && passphrase !== "recommended" && passphrase !== "optional")
    return undefined;
  if (verification !== "click" && verification !== "email" && verification !== "email-code") return undefined;
  return {
    ...{ name, expiresWithin, passphrase, approvals, verification },
    ...(isLines(environments) ? { environments } : {}),
    ...(typeof reasonRequired === "boolean" ? { reasonRequired } : {}),
    ...(isLines(recipientDomains) ? { recipientDomains } : {}),
    ...(typeof receiptRequired === "boolean" ? { receiptRequired } : {}),
  };
}

export function readProblem(value: unknown): ServiceProblem | undefined {
  if (!isObject(value)) return undefined;
  const { code, detail } = value;
  if (typeof code !== "string" || !/^[a-z_]{1,40}$/.test(code) || typeof detail !== "string")
    return undefined;
  const rules = Array.isArray(value.broken) ? value.broken.slice(0, MOST_RULES) : [];
  return { code, detail: oneLine(detail), broken: rules.flatMap((rule) => readBrokenRule(rule) ?? []) };
}

function readBrokenRule(value: unknown): BrokenRule | undefined {
  if (!isObject(value) || typeof value.rule !== "string" || typeof value.detail !== "string")
    return undefined;
  return { rule: oneLine(value.rule), detail: oneLine(value.detail) };
}

/** Another party's words as one line of bounded length, with a full stop. */
function oneLine(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, 1_000);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isState(value: unknown): value is State {
  return STATES.some((state) => state === value);
}

function isFlags(value: unknown): value is Flags {
  return value === 0 || value === 1 || value === 2 || value === 3;
}

/** A time, a length of time or a count. */
function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Another party's name for something, fit to be shown: one line of at most 200 characters. */
function isLine(value: unknown): value is string {
  return typeof value === "string" && /^[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u.test(value);
}

function isLines(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isLine);
}
