import type { ProtocolErrorCode } from "@secret-handoff/protocol";

/** The shape of v1.json; README.md explains it. */
export type Vectors = {
  readonly protocol: "secret-handoff/v1";
  readonly base64url: readonly Base64urlVector[];
  readonly links: readonly LinkVector[];
  readonly recovered: readonly RecoveredVector[];
  readonly passphrases: readonly AnswerVector[];
  readonly emails: readonly AnswerVector[];
  readonly keys: readonly KeysVector[];
  readonly verifiers: readonly VerifierVector[];
  readonly emailVerifiers: readonly EmailVerifierVector[];
  readonly sizes: Group<EnvelopeGiven & { readonly nonce: string }, SizeVector>;
  readonly envelopes: Group<EnvelopeGiven, EnvelopeVector>;
  readonly headers: Group<HeaderGiven, HeaderVector>;
  readonly handoffs: readonly HandoffVector[];
};

/** `name` says what the input is, or what is wrong with it. */
type Named = { readonly name: string };

/** Every vector takes what is `given`, unless it says otherwise itself. */
export type Group<Given, Vector> = {
  readonly given: Given;
  readonly vectors: readonly (Vector & Partial<Given>)[];
};

/** What a right reader answers: the value, or the code of its refusal. */
export type Outcome<Value> = { readonly result: Value } | { readonly error: ProtocolErrorCode };

/** `length` is the number of bytes the reader expects, where it is fixed. */
export type Base64urlVector = Named & { readonly text: string; readonly length?: number } & Outcome<string>;

export type LinkParts = { readonly id: string; readonly flags: number; readonly linkSecret: string };
export type LinkResult = LinkParts & { readonly origin: string };
export type LinkVector = Named & { readonly link: string } & Outcome<LinkResult>;
/** `origin` is the service's, where the address still shows it. */
export type RecoveredResult = LinkParts & { readonly origin?: string };
export type RecoveredVector = Named & { readonly address: string } & Outcome<RecoveredResult>;

export type AnswerVector = Named & { readonly input: string } & Outcome<string>;

export type KeysInput = {
  readonly flags: number;
  readonly linkSecret: string;
  readonly passphrase?: string;
  readonly email?: string;
};
export type LinkKeysHex = {
  readonly linkToken: string;
  readonly headerKey: string;
  readonly kdfSalt: string;
  readonly emailKey: string;
};
export type OpenKeysHex = {
  readonly claimToken: string;
  readonly contentKey: string;
  readonly commitment: string;
};
/** Every value of the key schedule, in the order in which it is made. */
export type Schedule = LinkKeysHex &
  OpenKeysHex & {
    readonly salt: string;
    readonly prk: string;
    readonly linkVerifier: string;
    readonly id: string;
    readonly passKey: string;
    readonly emailBytes: string;
    readonly openPrk: string;
  };
export type KeysVector = Named & KeysInput & Outcome<Schedule>;

export type VerifierVector = Named & { readonly token: string; readonly verifier: string };
export type EmailVerifierVector = Named & {
  readonly emailKey: string;
  readonly email: string;
} & Outcome<string>;

export type Context = {
  readonly id: string;
  readonly flags: number;
  readonly expiresAt: number;
  readonly class: string;
};
type ContentKeysHex = { readonly contentKey: string; readonly commitment: string };

/** What is needed to open an envelope. */
export type EnvelopeGiven = Context & ContentKeysHex;

/** The plaintext is `before`, then `filler` so many `times`, then `after`; too large to be written out when sealed. */
export type SizeVector = Named & {
  readonly plaintext: {
    readonly before: string;
    readonly filler: string;
    readonly times: number;
    readonly after: string;
  };
} & Outcome<{ readonly length: number; readonly sha256: string }>;

export type BundleJson = {
  readonly items: readonly {
    readonly label: string;
    readonly fields: readonly {
      readonly name: string;
      readonly value: string;
      readonly concealed: boolean;
    }[];
    readonly files?: readonly { readonly name: string; readonly mediaType: string; readonly data: string }[];
  }[];
  readonly receipt: string;
};
export type EnvelopeVector = Named & { readonly envelope: string } & Outcome<BundleJson>;

export type HeaderJson = {
  readonly title?: string;
  readonly message?: string;
  readonly sender?: string;
  readonly context?: Readonly<Record<string, string>>;
  readonly emailHint?: string;
};
/** What is needed to open a header. */
export type HeaderGiven = { readonly id: string; readonly headerKey: string };
export type HeaderVector = Named & { readonly header: string } & Outcome<HeaderJson>;

/** A whole handoff, sealed from the random bytes given: everything the sender makes, and what the recipient opens. */
export type HandoffVector = Named & {
  readonly random: {
    readonly linkSecret: string;
    readonly receipt: string;
    readonly envelopeNonce: string;
    readonly headerNonce: string;
  };
  readonly origin: string;
  readonly class: string;
  readonly expiresAt: number;
  readonly passphrase?: string;
  readonly email?: string;
  readonly mailedCode: boolean;
  readonly bundle: BundleJson;
  readonly content: HeaderJson;
  /** What is derived on the way. */
  readonly keys: Schedule;
  readonly link: string;
  readonly linkVerifier: string;
  readonly claimVerifier: string;
  readonly receiptVerifier: string;
  readonly emailVerifier?: string;
  readonly envelope: string;
  readonly header: string;
};
