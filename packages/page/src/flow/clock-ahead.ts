/**
 * How far the service's clock is ahead of the device's, ms. Devices are wrong by minutes often enough to matter to a lease of two.
 * @param serverTime from the answer's Date header, ms since 1970, cut to whole seconds
 */
export function clockAhead(serverTime: number | undefined, now: number): number {
  return serverTime === undefined ? 0 : serverTime - now;
}
