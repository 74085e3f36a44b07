import { createHash, generateKeyPairSync, sign } from "node:crypto";
import {
  type Archive,
  Audit,
  type Clock,
  firstOpenDay,
  type Log,
  lastSealableDay,
  Seals,
  sealDays,
  type Table,
} from "@secret-handoff/lambda";
import type { Seal } from "@secret-handoff/protocol/api";
import { dayNumber } from "@secret-handoff/protocol/audit";

export type LocalSealer = {
  readonly audit: Audit;
  readonly seals: Seals;
  /** PEM. */
  readonly publicKey: string;
  /** Goes on after the seals of an earlier start with the same data. */
  resume(): Promise<void>;
  /**
   * Seals the days that are over.
   * @param through a day to seal as well, though it is not over: what comes later that day is filed under the next
   */
  seal(through?: string): Promise<readonly Seal[]>;
};

/** Days in which the first seal looks for events of an earlier start with the same data. */
const LOOK_BACK_DAYS = 31;

/** The trail with a sealer of its own, whose key is made anew each start: KMS's part is played by this process. */
export function createSealer(
  table: Table,
  { clock, log, archive }: { readonly clock: Clock; readonly log: Log; readonly archive?: Archive },
): LocalSealer {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = String(publicKey.export({ type: "spki", format: "pem" }));
  let sealedThrough = 0;
  const audit = new Audit(table, {
    clock,
    firstOpenDay: (now) => Math.max(firstOpenDay(now), sealedThrough + 1),
  });
  const seals = new Seals(table);
  const deps = {
    audit,
    seals,
    signer: {
      // An earlier start with the same data had another key.
      keyId: `local/${createHash("sha256").update(pem).digest("hex").slice(0, 16)}`,
      sign: async (message: Uint8Array) => sign("sha256", message, privateKey),
    },
    ...(archive ? { archive } : {}),
    retentionDays: 400,
    lookBackDays: LOOK_BACK_DAYS,
    log,
  };
  let running: Promise<unknown> = Promise.resolve();
  return {
    audit,
    seals,
    publicKey: pem,
    async resume() {
      const newest = await seals.latest();
      if (newest) sealedThrough = dayNumber(newest.day);
    },
    seal(through) {
      const run = running.then(async () => {
        const now = clock();
        const last = Math.max(lastSealableDay(now), through === undefined ? 0 : dayNumber(through));
        sealedThrough = Math.max(sealedThrough, last);
        return sealDays(deps, now, () => false, last);
      });
      running = run.catch(() => undefined);
      return run;
    },
  };
}
