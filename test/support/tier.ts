/**
 * The tests run in two tiers: `npm cit` with reduced counts, `npm run proof -- NAME` with the full ones.
 * Both run the same files with the same fixed seeds.
 */
/** True where the full tier is running. */
export const full = process.env.SECRET_HANDOFF_TIER === "proof";

/** The count for the tier that is running. */
export function atTier(counts: { readonly cit: number; readonly proof: number }): number {
  return full ? counts.proof : counts.cit;
}

/** The seed of every generator, unless SEED says otherwise. */
export const SEED = Number(process.env.SEED ?? 20_261_121);

/** Prints a figure that a proof has found, past the test runner's own console. */
export function report(line: string): void {
  process.stdout.write(`  ${line}\n`);
}
