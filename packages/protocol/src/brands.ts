declare const brand: unique symbol;

/** A type of its own, so that ids, tokens and verifiers cannot be swapped. */
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** base64url of 16 random bytes: 22 characters. */
export type HandoffId = Branded<string, "HandoffId">;
/** 32 random bytes, in the link's fragment only. Everything is derived from them. */
export type LinkSecret = Branded<Uint8Array, "LinkSecret">;
/** 32 bytes: who holds the link. */
export type LinkToken = Branded<Uint8Array, "LinkToken">;
/** 32 bytes: who holds the link and knows the answers. */
export type ClaimToken = Branded<Uint8Array, "ClaimToken">;
/** 32 random bytes inside the envelope: who has decrypted it. */
export type Receipt = Branded<Uint8Array, "Receipt">;
/** 16 random bytes that bind a claim to one browser. */
export type ClaimId = Branded<Uint8Array, "ClaimId">;
/** SHA-256 of a token, or HMAC of an address: all that the server keeps. 32 bytes. */
export type Verifier = Branded<Uint8Array, "Verifier">;
