import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Audit, EventIndex, Table } from "@secret-handoff/lambda";
import { AUDIT_TABLE, localClient } from "@secret-handoff/local";
import { type AuditEvent, isoTime } from "@secret-handoff/protocol/api";
import { dayOf } from "@secret-handoff/protocol/audit";
import { describeOnEachEngine } from "../support/engines.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const NOON = Date.parse("2026-11-26T12:00:00Z") / 1_000;
const DAY = 86_400;
const MEMBERS = ["arn:one", "arn:two"];
const WHOLE = { since: 0, until: NOON + 9 * DAY };

class Killed extends Error {}

/** Dies before its write of that number, or right after it. */
class MortalTable extends Table {
  writes = 0;
  #dies: { readonly at: number; readonly after: boolean } | undefined;

  dieAt(at: number, after: boolean): void {
    this.writes = 0;
    this.#dies = { at, after };
  }

  live(): void {
    this.#dies = undefined;
  }

  override put(...call: Parameters<Table["put"]>) {
    return this.#write(() => super.put(...call));
  }

  override putOrRead(...call: Parameters<Table["putOrRead"]>) {
    return this.#write(() => super.putOrRead(...call));
  }

  async #write<T>(write: () => Promise<T>): Promise<T> {
    this.writes += 1;
    const dies = this.#dies?.at === this.writes ? this.#dies : undefined;
    if (dies && !dies.after) throw new Killed();
    const written = await write();
    if (dies) throw new Killed();
    return written;
  }
}

describeOnEachEngine("an event of several secrets whose drainer is killed", (engine) => {
  let service: TestService;
  let client: ReturnType<typeof localClient>;
  let number = 0;
  beforeAll(async () => {
    service = await startTestService({ engine });
    client = localClient(service.engine.endpoint);
  });
  afterAll(async () => {
    client?.destroy();
    await service?.close();
  });

  function eventOf(stream: string): AuditEvent {
    const about = { members: MEMBERS, recipient: "A".repeat(22), owner: "42", class: "api-key" };
    const actor = { kind: "service" } as const;
    return {
      v: 1,
      id: `${stream}/1`,
      type: "locked",
      time: isoTime(NOON),
      handoff: stream,
      sequence: 1,
      outcome: "done",
      actor,
      ...about,
    };
  }

  /** Clocks of a first try, and of the one after it: seconds after the event's own time. */
  test.each<[string, number, number]>([
    ["in its own day, and again a second later", 1, 2],
    ["in its own day, and again when that is closed", 1, 2 * DAY],
    ["when its day is closed, and again a second later", 2 * DAY, 2 * DAY + 1],
    ["when its day is closed, and again a day later", 2 * DAY, 3 * DAY],
  ])("%s: filed alike in every index, wherever the first died", async (_, first, second) => {
    for (let at = 1, isKilled = true; isKilled; at += 1) {
      for (const after of [false, true]) {
        number += 1;
        const stream = String(number).padStart(22, "A");
        const table = new MortalTable(client, AUDIT_TABLE);
        table.dieAt(at, after);
        let clock = NOON + first;
        const audit = new Audit(table, { clock: () => clock });
        isKilled = await audit.put(stream, 1, eventOf(stream)).then(
          () => false,
          (error) => error instanceof Killed,
        );
        if (!isKilled) expect(at).toBeGreaterThan(3);
        clock = NOON + second;
        table.live();
        const stored = await audit.put(stream, 1, eventOf(stream));
        const { events, misfiled } = await audit.checkedPage(dayOf(stored), WHOLE, 100, undefined);
        expect({ at, after, misfiled }).toEqual({ at, after, misfiled: [] });
        expect(events.filter(({ handoff }) => handoff === stream)).toEqual([stored]);
        for (const secret of MEMBERS) {
          const found = await new EventIndex(table).page({ secret }, WHOLE, 100, undefined);
          expect(found.events.filter(({ handoff }) => handoff === stream)).toEqual([stored]);
        }
      }
    }
  });

  test("a drainer that began before the day was closed and goes on after another has stored the event misleads nobody", async () => {
    const stream = "B".repeat(22);
    const table = new Table(client, AUDIT_TABLE);
    const late = new Audit(table, { clock: () => NOON + 2 * DAY });
    const slow = new Table(client, AUDIT_TABLE);
    const put = slow.putOrRead.bind(slow);
    slow.putOrRead = async (item, condition) => {
      await late.put(stream, 1, eventOf(stream));
      return put(item, condition);
    };
    const stored = await new Audit(slow, { clock: () => NOON + 1 }).put(stream, 1, eventOf(stream));
    expect(stored.recorded).toBe(isoTime(NOON + 2 * DAY));
    expect((await late.checkedPage(dayOf(stored), WHOLE, 100, undefined)).misfiled).toEqual([]);
  });
});
