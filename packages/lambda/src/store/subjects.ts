import { createHash } from "node:crypto";
import type { HandoffId } from "@secret-handoff/protocol";
import { type Attributes, and, equals, ItemReader, itemOf, set } from "./expressions.ts";
import { type HandoffKey, keyOf } from "./handoff-record.ts";
import type { RecipientId } from "./recipients.ts";
import type { Table } from "./table.ts";
import { BACKSTOP_SECONDS, DUE_SHARD, exists, isNew } from "./transitions.ts";

/** What an owner hands over to whom, and its newest handoff. */
export type SubjectRecord = {
  readonly newest: HandoffKey;
  readonly versionId: string;
  readonly versionCreatedAt: number;
  /** Kept until that handoff is ended, so that the sweeper can finish after a crash. */
  readonly previous: HandoffKey | undefined;
};

/** Subjects are in the table of the handoffs, under ids that no handoff can have. */
const PREFIX = "subject/";

/** Seconds that a subject is remembered after its last handoff: a year and more, for what is rotated once a year. */
const MEMORY_SECONDS = 400 * 86_400;

/** All of a subject, by name: roles that may not read envelopes may read nothing that they do not name. */
const SUBJECT_ATTRIBUTES = ["newestId", "versionId", "versionCreatedAt", "previousId"] as const;

/** The id of (secret ARN, recipient id) for one owner: nobody moves another's pointer, or learns from it, by naming that secret. */
export function subjectId(owner: string, secret: string, recipient: RecipientId): string {
  return `${PREFIX}${createHash("sha256")
    .update(JSON.stringify([owner, secret, recipient]))
    .digest("base64url")}`;
}

export function isSubjectId(id: string): boolean {
  return id.startsWith(PREFIX);
}

/** Remembers the newest handoff of each subject. Every move of the pointer is one conditional write. */
export class Subjects {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async get(id: string): Promise<SubjectRecord | undefined> {
    const item = await this.#table.get(keyOf({ id }), SUBJECT_ATTRIBUTES);
    return item && readSubject(item);
  }

  /**
   * Points the subject to a new handoff, if nobody has moved it since `seen` was read.
   * @returns false when somebody has
   */
  async point(
    id: string,
    to: {
      readonly newest: HandoffKey & { readonly expiresAt: number };
      readonly versionId: string;
      readonly versionCreatedAt: number;
    },
    seen: SubjectRecord | undefined,
    now: number,
  ): Promise<boolean> {
    const pointer = {
      newestId: to.newest.id,
      versionId: to.versionId,
      versionCreatedAt: to.versionCreatedAt,
      ttl: Math.max(now, to.newest.expiresAt) + MEMORY_SECONDS,
    };
    if (!seen) return this.#table.put(itemOf({ id, ...pointer }), isNew);
    return this.#table.update({
      key: keyOf({ id }),
      set: [
        ...Object.entries(pointer).map(([name, value]) => set(name, value)),
        set("previousId", seen.newest.id),
        set("dueShard", DUE_SHARD),
        set("dueAt", now + BACKSTOP_SECONDS),
      ],
      remove: [],
      condition: and(exists, equals("newestId", seen.newest.id)),
    });
  }

  /** The previous handoff has ended: nothing is due here any more. */
  async settle(id: string, newest: HandoffId): Promise<void> {
    await this.#table.update({
      key: keyOf({ id }),
      set: [],
      remove: ["previousId", "dueShard", "dueAt"],
      condition: and(exists, equals("newestId", newest)),
    });
  }
}

function readSubject(item: Attributes): SubjectRecord {
  const read = new ItemReader(item);
  const previousId = read.optionalString("previousId");
  return {
    newest: { id: read.string("newestId") as HandoffId },
    versionId: read.string("versionId"),
    versionCreatedAt: read.number("versionCreatedAt"),
    previous: previousId === undefined ? undefined : { id: previousId as HandoffId },
  };
}
