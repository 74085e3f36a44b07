import { expect, test } from "@jest/globals";
import { dayOf, MerkleTree, NO_PREVIOUS_SEAL, sealHash } from "@secret-handoff/protocol/audit";
import { verifyTrail } from "@secret-handoff/sdk";
import {
  generatedTrail,
  hashOfLeaf,
  type Parts,
  partsOf,
  SEAL_KEYS,
  signSeal,
  trailOf,
} from "../support/sealed-trail.ts";

/** As a sealer would, that was brought to seal the whole trail again without its first handoff. */
async function sealedAnew(parts: Parts): Promise<Parts> {
  const [gone] = parts.events;
  const kept = parts.events.filter(({ handoff }) => handoff !== gone?.handoff);
  expect(kept.length).toBeLessThan(parts.events.length);
  const seals: Parts["seals"][number][] = [];
  const leaves: Record<string, Parts["leaves"][string]> = {};
  for (const { signature: _, ...seal } of parts.seals) {
    const ofDay = kept.filter((event) => dayOf(event) === seal.day);
    const tree = new MerkleTree();
    leaves[seal.day] = ofDay.map((event) => ({ id: event.id, hash: hashOfLeaf(event) }));
    for (const { hash } of leaves[seal.day] ?? []) tree.append(Buffer.from(hash, "base64url"));
    const root = Buffer.from(tree.root()).toString("base64url");
    const before = seals.at(-1);
    const previous = before ? sealHash(before) : NO_PREVIOUS_SEAL;
    seals.push(signSeal({ ...seal, count: tree.count, root, previous }));
  }
  return { seals, events: kept, leaves };
}

test("a trail that was sealed anew verifies by itself, and not where an earlier seal is pinned", async () => {
  const parts = await partsOf(generatedTrail({ days: 4, handoffs: 6 }).trail);
  const pins = parts.seals.map(sealHash);
  const anew = trailOf(await sealedAnew(parts));
  expect((await verifyTrail(anew, SEAL_KEYS)).finding).toBeUndefined();
  for (const pin of pins) {
    expect((await verifyTrail(trailOf(parts), SEAL_KEYS, { pins: [pin] })).finding).toBeUndefined();
    expect((await verifyTrail(anew, SEAL_KEYS, { pins: [pin] })).finding).toMatchObject({
      kind: "seal_changed",
      sentence: expect.stringContaining(pin),
    });
  }
  expect((await verifyTrail(trailOf(parts), SEAL_KEYS, { pins })).finding).toBeUndefined();
});
