/** Gives `length` random bytes. Production code uses {@link platformRandom}; tests inject their own. */
export type RandomBytes = (length: number) => Uint8Array;

/** The platform's CSPRNG (Web Crypto), in Node, Lambda and the browser alike. */
export const platformRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));
