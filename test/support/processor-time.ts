/**
 * What a piece of work takes of the processor, ms. Unlike the time by the clock it does not grow while the machine is busy with
 * something else, so a test may expect that it is short.
 */
export function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
