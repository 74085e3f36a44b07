import type { RecipientResponse, RecipientsQuery } from "@secret-handoff/protocol/api";
import { ProblemError } from "../http/problem.ts";
import { readAddress } from "../http/request.ts";
import type { Clock } from "../runtime.ts";
import { isRecipientId, type RecipientId, type Recipients } from "../store/recipients.ts";
import type { TrailDeps } from "./events.ts";

/**
 * Finds a recipient by the address, or by the id.
 * @throws ProblemError 400, 404 where nobody in the directory is meant
 */
export async function findRecipient(
  recipients: Recipients,
  { address, id }: RecipientsQuery,
): Promise<RecipientResponse> {
  if (address !== undefined) {
    const normalised = readAddress(address, "parameter address");
    const found = await recipients.findChecked(normalised);
    if (!found) throw noSuchRecipient();
    return { id: found, address: normalised };
  }
  if (id === undefined || !isRecipientId(id) || !(await recipients.has(id))) throw noSuchRecipient();
  const kept = await recipients.addressOf(id);
  return { id, ...(kept === undefined ? {} : { address: kept }) };
}

/**
 * The id of a recipient who is named by an address or an id; also of one who was erased, by the id.
 * @throws ProblemError 400, 404 where nobody is meant
 */
export async function knownRecipient(deps: TrailDeps & { readonly clock: Clock }, named: string) {
  if (!named.includes("@")) {
    if (!isRecipientId(named)) throw new ProblemError("malformed", NO_NAME);
    if (await isKnown(deps, named)) return named;
    throw noSuchRecipient();
  }
  const found = await deps.recipients.findChecked(readAddress(named, "parameter recipient"));
  if (found) return found;
  throw new ProblemError("not_found", NO_ADDRESS);
}

const NO_NAME = "The parameter recipient is neither an e-mail address nor a recipient id.";
const NO_ADDRESS =
  "There is no such recipient: nothing was ever sent to this address, or it was erased from the recipients directory, which revoked " +
  "what was open for it. Check the spelling, or name the recipient id that events have.";

/** Whether the directory or, of one who was erased, the trail knows the id. */
export async function isKnown(
  { recipients, eventIndex, clock }: TrailDeps & { readonly clock: Clock },
  id: RecipientId,
): Promise<boolean> {
  if (await recipients.has(id)) return true;
  const { events } = await eventIndex.page({ recipient: id }, { since: 0, until: clock() }, 1, undefined);
  return events.length > 0;
}

export function noSuchRecipient(): ProblemError {
  return new ProblemError("not_found", "The recipients directory has no such recipient.");
}
