/** The retentions, in days, that CloudWatch Logs offers (PutRetentionPolicy). */
export const LOG_RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The offered retention that is nearest to the wanted one, from above where there is one. */
export function nearestRetention(days: number): number {
  return LOG_RETENTION_DAYS.find((offered) => offered >= days) ?? 3653;
}
