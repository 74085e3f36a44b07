import { emailHintOf } from "@secret-handoff/protocol";
import { formatDuration, type RequestView } from "@secret-handoff/protocol/api";
import { parseAddress, type Recipient } from "../mail/addresses.ts";
import type { RotatableSecrets } from "../rotation/rotation.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { type Polling, poll } from "../runtime/polling.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { OUTLASTED, SenderError, toResult } from "../sender-error.ts";
import type { ServiceClient } from "../service/service-client.ts";
import type { Sentence } from "../settings.ts";
import type { SecretSelector } from "../sources/selectors.ts";
import { unknownClass } from "./policy.ts";

/** Requests for approval: what one names, waiting until it is approved, and a delivery by it. */

/** Names that subjects have and no store of AWS: other stores, and values that are given on the spot. */
const OTHER_SUBJECT = /^(?:vault|google|azure|op|value):(?!\/\/)./;
/** An ARN of something else than Secrets Manager, such as a role or a parameter. */
const OTHER_ARN = /^arn:[\w-]+:(?!secretsmanager:)[\w-]+:[^:]*:[^:]*:./;

/**
 * Secrets as subjects name them, for a request: one of Secrets Manager by its whole ARN, whatever name it was given by. Nothing is read of
 * them but their names (secretsmanager:DescribeSecret).
 * @throws SenderError `secret_ids` or `secret_unknown` for what no delivery could ever name
 */
export async function requestedSecrets(
  selectors: readonly SecretSelector[],
  secrets: Pick<RotatableSecrets, "stages">,
): Promise<readonly string[]> {
  const named = selectors.map((selector) => {
    if (selector.kind === "prefix") {
      throw new SenderError("secret_ids", "A request names each secret. Write names or ARNs, not prefix*.");
    }
    return selector.id;
  });
  for (const id of named) checkSubject(id);
  const arns = named.map(async (id) => (isOther(id) ? id : (await secrets.stages(id)).arn));
  return [...new Set(await Promise.all(arns))];
}

const isOther = (id: string) => OTHER_SUBJECT.test(id) || OTHER_ARN.test(id);

/** Names of Secrets Manager have no colon. */
function checkSubject(id: string): void {
  if (isOther(id) || !id.includes(":") || /^arn:[\w-]+:secretsmanager:/.test(id)) return;
  throw new SenderError(
    "secret_ids",
    (say) =>
      `${say("secret-ids")} has "${id}", which no delivery could name. Write a name or an ARN of Secrets Manager, or what the trail shows under SECRET, like vault:vault.example.com//secret/data/prod/orders.`,
  );
}

/** Seconds that a class allows at most. @throws SenderError `class_unknown` */
export async function longestLife(
  className: string,
  service: Pick<ServiceClient, "policy">,
  deadline: Deadline,
): Promise<number> {
  const { classes } = await service.policy(deadline);
  const found = classes.find(({ name }) => name === className);
  if (found) return found.expiresWithin;
  throw unknownClass(className, classes);
}

/** What a delivery says itself; the rest it takes from its request. */
export type SaidBeside = {
  readonly class?: string | undefined;
  /** Seconds. */
  readonly expiresIn?: number | undefined;
  readonly reason?: string | undefined;
  readonly recipients: readonly Recipient[];
  readonly secrets: readonly SecretSelector[];
  /** True where it hands over something besides `secrets`. */
  readonly hasOthers: boolean;
};

/** What was asked for, with what the delivery says itself in its place. */
export type ByRequest = {
  readonly class: string;
  readonly expiresIn: number;
  readonly reason: string;
  /** Empty where the service shows hints alone: then the delivery must name them. */
  readonly recipients: readonly Recipient[];
  /** Empty where the delivery hands something else over, or where the request names more than Secrets Manager has. */
  readonly secrets: readonly SecretSelector[];
};

/**
 * Completes a delivery by the request that it names. What contradicts the request is found before anything is read, rotated or asked for.
 * @returns every contradiction, or what is to be delivered
 */
export function byRequest(view: RequestView, said: SaidBeside): ByRequest | readonly SenderError[] {
  const wrong: SenderError[] = [];
  const refuse = (code: "policy" | "expiry" | "recipient" | "secret_ids", sentence: Sentence) =>
    wrong.push(new SenderError(code, sentence));
  const className = said.class ?? view.class;
  if (className !== view.class) {
    refuse(
      "policy",
      `Request ${view.id} is for class ${view.class}, and this delivery is of class ${className}. Drop the class, or make another request.`,
    );
  }
  const expiresIn = said.expiresIn ?? view.expiresIn;
  if (expiresIn > view.expiresIn) {
    refuse(
      "expiry",
      (say) =>
        `Request ${view.id} asks for at most ${formatDuration(view.expiresIn)} until expiry, and ${say("expires-in")} is ${formatDuration(expiresIn)}. Shorten it, or drop it.`,
    );
  }
  for (const [index, { address }] of said.recipients.entries()) {
    if (namesRecipient(view, address)) continue;
    refuse(
      "recipient",
      `Recipient ${index + 1} is not among those of request ${view.id}: ${view.recipients.join(", ")}. Correct the address, or make another request.`,
    );
  }
  for (const selector of said.secrets) {
    if (selector.kind === "prefix" || view.secrets.some((arn) => isNamed(arn, selector.id))) continue;
    refuse(
      "secret_ids",
      `Request ${view.id} does not name secret "${selector.id}". It names ${view.secrets.join(", ")}.`,
    );
  }
  if (wrong.length > 0) return wrong;
  const known = (view.recipientAddresses ?? []).flatMap((text) => {
    const address = parseAddress(text);
    return address === undefined ? [] : [{ address }];
  });
  const takesSecrets = said.secrets.length === 0 && !said.hasOthers;
  const isAllAws = view.secrets.every((arn) => /^arn:[\w-]+:secretsmanager:/.test(arn));
  return {
    ...{ class: className, expiresIn, reason: said.reason ?? view.reason },
    recipients: said.recipients.length > 0 || known.length < view.recipients.length ? said.recipients : known,
    secrets:
      takesSecrets && isAllAws
        ? view.secrets.map((id, index): SecretSelector => ({ kind: "secret", id, line: index + 1 }))
        : said.secrets,
  };
}

/** By its address where the service shows it, else by its hint; a deployment that keeps no addresses shows neither. */
function namesRecipient({ recipients, recipientAddresses = [] }: RequestView, address: string): boolean {
  const known = recipientAddresses.filter((one) => parseAddress(one) !== undefined);
  if (known.length === recipients.length) return known.includes(address);
  return recipients.includes(emailHintOf(address)) || recipients.some((hint) => !hint.includes("@"));
}

/** A name, an ARN without the six characters at its end, or a whole ARN. */
function isNamed(arn: string, id: string): boolean {
  if (arn === id) return true;
  const short = /^arn:[\w-]+:secretsmanager:/.test(arn) ? arn.replace(/-[A-Za-z0-9]{6}$/, "") : arn;
  return short === id || short.slice(short.indexOf(":secret:") + ":secret:".length) === id;
}

export type ApprovalPorts = {
  readonly service: Pick<ServiceClient, "request">;
  readonly runtime: Runtime;
  /** Called with the request each time an approval has come. */
  readonly onApproval?: (view: RequestView) => void;
  /** Called after each poll that found approvals missing. */
  readonly onWaiting?: (view: RequestView, elapsedMs: number) => void;
};

/** Where a request comes from, as the service has verified it: names and values, to be shown one a line; none of an operator's. */
export function originOfRequest({
  requester,
}: Pick<RequestView, "requester">): readonly (readonly [name: string, value: string])[] {
  if (requester?.kind === "github") {
    const { repository, workflow, ref, run, attempt } = requester;
    return [
      ["Repository", repository],
      ["Workflow", workflow.endsWith(`@${ref}`) ? workflow : `${workflow}, on ${ref}`],
      ["Run", `${run}, attempt ${attempt}`],
    ];
  }
  if (requester?.kind !== "pipeline") return [];
  const { issuer, project, run } = requester;
  return [["Project", `${project} of ${issuer}`], ...(run === undefined ? [] : [["Run", run] as const])];
}

/** Between two polls, ms: it grows from the first to the second. */
const FIRST_POLL_MS = 5_000;
const LONGEST_POLL_MS = 30_000;

/**
 * Waits until a request is no longer pending: approved, or ended.
 * @param limitMs then it returns, whatever is missing
 * @returns the request as it was seen last
 * @throws SenderError why the request could not be seen, or why the wait was cut short
 */
export async function awaitApproval(
  id: string,
  { service, runtime, onApproval, onWaiting }: ApprovalPorts,
  limitMs: number,
  deadline: Deadline,
): Promise<RequestView> {
  let seen: RequestView | undefined;
  let last: RequestView | SenderError | undefined;
  const look = async () => {
    const found = await toResult(service.request(id, deadline));
    last = found;
    if (found instanceof SenderError) {
      if (OUTLASTED.has(found.code)) return undefined;
      throw found;
    }
    if (seen && found.approvals.length > seen.approvals.length) onApproval?.(found);
    seen = found;
    return found.state === "pending" ? undefined : found;
  };
  const polling: Polling = {
    ...{ firstMs: FIRST_POLL_MS, longestMs: LONGEST_POLL_MS, limitMs },
    onWaiting: (elapsedMs) => {
      if (last && !(last instanceof SenderError)) onWaiting?.(last, elapsedMs);
    },
  };
  await poll(look, polling, runtime, deadline.soft);
  if (last === undefined || last instanceof SenderError) throw last;
  return last;
}

/**
 * Why a request serves nothing now, and what to do; undefined where it is approved. A used one may still answer for what it was used for.
 */
export function requestProblem({
  state,
  missing,
  class: name,
  id,
  denied,
}: RequestView): SenderError | undefined {
  switch (state) {
    case "approved":
    case "used":
      return undefined;
    case "pending":
      return new SenderError(
        "approvals",
        (say) =>
          `Request ${id} still needs approval by ${missing.join(" and ")} for class ${name}. Wait with ${say("await-approval")}, or run again once it is approved.`,
      );
    case "denied":
      return new SenderError(
        "request_ended",
        `Request ${id} was denied${denied === undefined ? "" : ` by ${denied.by} for ${denied.role}`}${denied?.comment === undefined ? ". Ask why" : `: “${denied.comment}”. Settle that`}, then make a new request.`,
      );
    case "expired":
      return new SenderError("request_ended", `Request ${id} has expired. Make a new request.`);
  }
}
