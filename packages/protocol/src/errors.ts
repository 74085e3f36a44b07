/** What was wrong, as a stable word that callers may branch on. */
export type ProtocolErrorCode =
  | "base64url"
  | "link"
  | "version"
  | "flags"
  | "damaged"
  | "passphrase"
  | "email"
  | "envelope"
  | "commitment"
  | "decryption"
  | "padding"
  | "plaintext"
  | "too_large"
  | "class"
  | "expiry";

/** Thrown where a byte or a field is wrong. The message names the part and never its value. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
