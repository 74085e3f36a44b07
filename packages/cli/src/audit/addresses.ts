import type { AuditEvent } from "@secret-handoff/protocol/api";
import { type Deadline, mapLimited, SenderError, type ServiceClient } from "@secret-handoff/sdk";

/** Questions to the directory at once. */
const AT_ONCE = 4;

/** Addresses by recipient id. */
export type Addresses = ReadonlyMap<string, string>;

/** The recipient ids that an event names. */
export function recipientsIn({
  recipient,
  recipients = [],
}: Pick<AuditEvent, "recipient" | "recipients">): readonly string[] {
  return recipient === undefined ? recipients : [recipient, ...recipients];
}

/**
 * Asks the recipients directory whose the ids are. Ids of recipients who were erased, and all where the deployment keeps no address,
 * are left out.
 * @throws SenderError `not_allowed` where the caller has no right to audit all classes
 */
export async function addressesOf(
  ids: Iterable<string>,
  service: ServiceClient,
  deadline: Deadline,
): Promise<Addresses> {
  const found = await mapLimited([...new Set(ids)], AT_ONCE, async (id) => {
    try {
      const { address } = await service.recipient({ id }, deadline);
      return address === undefined ? [] : [[id, address] as const];
    } catch (error) {
      if (error instanceof SenderError && error.code === "recipient_unknown") return [];
      throw error;
    }
  });
  return new Map(found.flat());
}

/** Says the address of a recipient id, or the id itself where none is known. */
export function nameIn(addresses: Addresses): (recipient: string) => string {
  return (id) => addresses.get(id) ?? id;
}
