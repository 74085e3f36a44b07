/** True for a host that stays on this machine, as a URL spells it: there http will do. */
export function isLoopback(hostname: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}
