import { platformRandom, type RandomBytes } from "@secret-handoff/protocol";

/** What the doctor takes from its surroundings, so that tests need no real time, chance or network. */
export type Runtime = {
  readonly fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: RandomBytes;
};

/** Node's own network, clock and chance. */
export const platformRuntime: Runtime = {
  fetch: (input, init) => fetch(input, init),
  now: Date.now,
  random: platformRandom,
};
