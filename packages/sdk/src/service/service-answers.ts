import { CheckResponse, HandoffView, PolicyResponse } from "@secret-handoff/protocol/api";
import * as v from "valibot";

/** Readers for what the service answers. Unknown keys are ignored; undefined stands for an answer that no service gives. */

type JsonObject = { readonly [key: string]: unknown };

/** Broken rules that are passed on. */
const MOST_RULES = 20;

/** What the sdk needs of problem+json (RFC 9457). */
type PolicyViolation = { readonly rule: string; readonly detail: string };

export type ServiceProblem = {
  /** A `ProblemCode`, or one that only a newer service knows. */
  readonly code: string;
  readonly detail: string;
  /** Broken rules; a newer service may know more of them than we do. */
  readonly broken: readonly PolicyViolation[];
};

export function readHandoffView(value: unknown): HandoffView | undefined {
  return read(HandoffView, value);
}

export function readPolicy(value: unknown): PolicyResponse | undefined {
  return read(PolicyResponse, value);
}

export function readCheck(value: unknown): CheckResponse | undefined {
  return read(CheckResponse, value);
}

function read<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> | undefined {
  const result = v.safeParse(schema, value, { abortEarly: true });
  return result.success ? result.output : undefined;
}

export function readProblem(value: unknown): ServiceProblem | undefined {
  if (!isObject(value)) return undefined;
  const { code, detail } = value;
  if (typeof code !== "string" || !/^[a-z_]{1,40}$/.test(code) || typeof detail !== "string")
    return undefined;
  const rules = Array.isArray(value.broken) ? value.broken.slice(0, MOST_RULES) : [];
  return { code, detail: oneLine(detail), broken: rules.flatMap((rule) => readPolicyViolation(rule) ?? []) };
}

function readPolicyViolation(value: unknown): PolicyViolation | undefined {
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
