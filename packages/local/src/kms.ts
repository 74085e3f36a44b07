import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  generateKeyPairSync,
  randomBytes,
  sign,
} from "node:crypto";
import {
  type Archive,
  Audit,
  type Clock,
  firstOpenDay,
  type Log,
  oldestDay,
  type RecipientKeys,
  Seals,
  sealDays,
  type Table,
} from "@secret-handoff/lambda";
import type { Seal } from "@secret-handoff/protocol/api";
import {
  canonicalJson,
  dayNumber,
  isSignedBy,
  lastSealableDay,
  readSealKeys,
} from "@secret-handoff/protocol/audit";

/** The keys of the recipients directory, made at this start and held in memory. A deployment has them in KMS. */
export function createRecipientKeys(): RecipientKeys {
  const macKey = randomBytes(32);
  const addressKey = randomBytes(32);
  return {
    macOf: async (address) => createHmac("sha256", macKey).update(address).digest(),
    addresses: {
      async encrypt(entry, plain) {
        const nonce = randomBytes(12);
        const cipher = createCipheriv("aes-256-gcm", addressKey, nonce).setAAD(Buffer.from(entry));
        return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      },
      async decrypt(entry, sealed) {
        const decipher = createDecipheriv("aes-256-gcm", addressKey, sealed.subarray(0, 12))
          .setAAD(Buffer.from(entry))
          .setAuthTag(sealed.subarray(-16));
        return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
      },
    },
  };
}

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
  const keys = readSealKeys(pem);
  let sealedThrough = 0;
  /** The newest seal that the data had at the start. An earlier start had another key, which is gone. */
  let inherited: Seal | undefined;
  let hasSealed = false;
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
      isOwn: async (seal: Seal) =>
        isSignedBy(seal, keys) ||
        (inherited !== undefined && canonicalJson(seal) === canonicalJson(inherited)),
    },
    ...(archive ? { archive } : {}),
    retentionDays: 400,
    async firstDay(lastDay: number) {
      if (hasSealed) throw new Error("The trail has no seal any more: somebody removed them. Start again.");
      return oldestDay(audit, lastDay - LOOK_BACK_DAYS, lastDay);
    },
    log,
  };
  let running: Promise<unknown> = Promise.resolve();
  return {
    audit,
    seals,
    publicKey: pem,
    async resume() {
      inherited = await seals.latest();
      if (!inherited) return;
      sealedThrough = dayNumber(inherited.day);
      hasSealed = true;
    },
    seal(through) {
      const run = running.then(async () => {
        const now = clock();
        const wanted = Math.max(lastSealableDay(now), through === undefined ? 0 : dayNumber(through));
        // Days that were sealed on demand count as over.
        sealedThrough = Math.max(sealedThrough, wanted);
        const made = await sealDays(deps, now, () => false, sealedThrough);
        hasSealed ||= made.length > 0;
        return made;
      });
      running = run.catch(() => undefined);
      return run;
    },
  };
}
