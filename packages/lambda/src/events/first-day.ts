import { DAY_SECONDS, dayName } from "@secret-handoff/protocol/audit";
import { type Audit, WHOLE_DAY } from "../store/audit.ts";

/** Days after the service began within which the first seal is made, all failures of the sealer included. */
const BEGINS_WITHIN = 1;

/**
 * The day of the very first seal, where nothing that whoever writes the audit table can change says when the service began: the day
 * before. The sealer runs within an hour of the first deployment; where there is no seal though the service is older than that, or
 * events are older than the service, the seals were taken away.
 * @param startedAt Unix seconds, such as the creation of the seals' key
 * @param lastDay the last day that may be sealed, as days since 1970-01-01, as is the answer
 * @throws Error where this is not a beginning
 */
export async function firstDayOfService(
  audit: Audit,
  startedAt: number,
  lastDay: number,
  lookBackDays: number,
): Promise<number> {
  const began = Math.floor(startedAt / DAY_SECONDS);
  if (lastDay > began + BEGINS_WITHIN) {
    throw new Error(`The trail has no seal, though its key exists since ${dayName(began)}. ${WHAT_TO_DO}`);
  }
  const first = Math.min(began - 1, lastDay);
  const older = await oldestDay(audit, first - lookBackDays, first);
  if (older < first)
    throw new Error(`The trail has no seal, and events of ${dayName(older)}, before its key. ${WHAT_TO_DO}`);
  return first;
}

const WHAT_TO_DO =
  "Where its seals were removed, restore the audit table. Where it never had one, invoke the sealer once with the day to begin with: docs/audit.md says how.";

/** The oldest day of these that has events; `before` where none has. Days since 1970-01-01. */
export async function oldestDay(audit: Audit, from: number, before: number): Promise<number> {
  for (let day = from; day < before; day += 1) {
    const { events } = await audit.page(dayName(day), WHOLE_DAY, 1, undefined);
    if (events.length > 0) return day;
  }
  return before;
}
