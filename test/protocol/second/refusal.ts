import type { ProtocolErrorCode } from "@secret-handoff/protocol";

/** How the second implementation refuses. */
export class Refusal extends Error {
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode) {
    super(code);
    this.code = code;
  }
}

export function refuseUnless(condition: boolean, code: ProtocolErrorCode): void {
  if (!condition) throw new Refusal(code);
}
