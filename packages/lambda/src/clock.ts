/** The time in whole Unix seconds. Injected everywhere, so that tests need no sleep. */
export type Clock = () => number;

export const systemClock: Clock = () => Math.floor(Date.now() / 1000);
