import { beforeEach, expect, test } from "@jest/globals";
import { deriveOpenKeys, formatFragment, type OpenKeys } from "@secret-handoff/protocol";
import { createClaimMemory, type Store } from "@secret-handoff/protocol/recipient";
import { EMAIL, NOW, sealedHandoff } from "./sealed.ts";

class FakeStore implements Store {
  readonly items = new Map<string, string>();
  get = (key: string) => this.items.get(key);
  set = (key: string, value: string) => void this.items.set(key, value);
  remove = (key: string) => void this.items.delete(key);
  keys = () => [...this.items.keys()];
}

let tab: FakeStore;
let browser: FakeStore;
let now: number;
let handoff: Awaited<ReturnType<typeof sealedHandoff>>;
let fragment: string;
let openKeys: OpenKeys;
beforeEach(async () => {
  tab = new FakeStore();
  browser = new FakeStore();
  now = NOW;
  handoff = await sealedHandoff();
  fragment = formatFragment(handoff.link);
  openKeys = await deriveOpenKeys(handoff.link, { email: EMAIL });
});

const memory = (ofTab = tab) => createClaimMemory(ofTab, browser, () => now);

function remember(withClaim = true) {
  const { link, claimId } = handoff;
  memory().remember(link.id, { fragment, ...(withClaim ? { claim: { claimId, openKeys } } : {}) });
}

test("a reload finds the key, the claim, and what was derived from the answers", () => {
  remember();
  const { claimId } = handoff;
  expect(memory().recall(handoff.link.id)).toEqual({ fragment, claimId, openKeys });
});

test("neither the address nor the passphrase is kept", () => {
  remember();
  const kept = JSON.stringify([...tab.items, ...browser.items]);
  expect(kept).not.toContain("ana");
  expect(kept).not.toContain(EMAIL);
});

test("another tab of the browser knows the claim and nothing else", () => {
  remember();
  expect(memory(new FakeStore()).recall(handoff.link.id)).toEqual({
    claimId: handoff.claimId,
  });
  expect(JSON.stringify([...browser.items])).not.toContain(fragment);
});

test("another tab forgets the claim once no lease can still run", () => {
  remember();
  now += 149_999;
  expect(memory(new FakeStore()).recall(handoff.link.id).claimId).toBeDefined();
  now += 1;
  expect(memory(new FakeStore()).recall(handoff.link.id).claimId).toBeUndefined();
  expect(browser.keys()).toEqual([]);
});

test("once the answers were wrong there was no claim, in this tab or another", () => {
  remember();
  remember(false);
  expect(memory().recall(handoff.link.id)).toEqual({ fragment });
  expect(memory(new FakeStore()).recall(handoff.link.id)).toEqual({});
});

test("a tab that lost to another tab leaves that one's claim, and finds it", () => {
  const other = new FakeStore();
  const { link, claimId } = handoff;
  memory(other).remember(link.id, { fragment, claim: { claimId: `${"a".repeat(21)}A`, openKeys } });
  memory(other).remember(link.id, { fragment });
  remember();
  memory(other).remember(link.id, { fragment });
  memory(other).forget(link.id);
  expect(memory(other).recall(link.id)).toEqual({ claimId });
  expect(memory().recall(link.id).claimId).toBe(claimId);
});

test("forgetting leaves nothing", () => {
  remember();
  memory().forget(handoff.link.id);
  expect([...tab.keys(), ...browser.keys()]).toEqual([]);
});

test("finishing leaves only the mark that it was finished here", () => {
  remember();
  memory().finish(handoff.link.id);
  expect(memory().recall(handoff.link.id)).toEqual({ finished: true });
  expect(JSON.stringify([...tab.items, ...browser.items])).not.toContain(fragment);
});

test("handoffs do not mix", async () => {
  remember();
  const other = await sealedHandoff();
  expect(memory().recall(other.link.id)).toEqual({});
  memory().forget(other.link.id);
  expect(memory().recall(handoff.link.id).claimId).toEqual(handoff.claimId);
});
