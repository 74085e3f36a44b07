import { decodeBase64url, type RandomBytes, seal } from "@secret-handoff/protocol";
import type { BundleJson, HandoffVector, HeaderJson } from "./format.ts";
import { scheduleOf } from "./keys.ts";
import { base64url, CLASS, EMAIL, EXPIRES_AT, fixed, hex, ORIGIN, PASSPHRASE, unhex } from "./material.ts";

const CONTENT: HeaderJson = {
  title: "Orders database",
  message: "Rotated on schedule.",
  sender: "platform@corp.example",
  context: { repository: "corp/orders", run: "4711" },
};

const ITEMS: BundleJson["items"] = [
  {
    label: "prod/orders/db",
    fields: [
      { name: "username", value: "orders", concealed: false },
      { name: "password", value: 'p\u00e4ss\u00a0\u{1f511}"\\\n', concealed: true },
    ],
  },
  {
    label: "prod/orders/key",
    fields: [],
    files: [
      { name: "orders.key", mediaType: "application/octet-stream", data: base64url(fixed("a file", 32)) },
    ],
  },
];

type Given = Pick<HandoffVector, "name" | "passphrase" | "email" | "mailedCode">;

const given: readonly Given[] = [
  { name: "flags 0: the link alone", mailedCode: false },
  {
    name: "flags 2: an address, typed with capitals, and a mailed code",
    email: "Ana@Vendor.Example",
    mailedCode: true,
  },
  {
    name: "flags 3: an address and a passphrase, typed with spaces",
    email: EMAIL,
    passphrase: ` ${PASSPHRASE}\n`,
    mailedCode: false,
  },
];

export async function handoffVectors(): Promise<readonly HandoffVector[]> {
  return Promise.all(given.map(makeHandoff));
}

async function makeHandoff(answers: Given): Promise<HandoffVector> {
  const bytes = (part: string, length: number) => hex(fixed(`${answers.name}: ${part}`, length));
  const random = {
    linkSecret: bytes("link secret", 32),
    receipt: bytes("receipt", 32),
    envelopeNonce: bytes("envelope nonce", 24),
    headerNonce: bytes("header nonce", 24),
  };
  const input = { origin: ORIGIN, class: CLASS, expiresAt: EXPIRES_AT, ...answers };
  const sealed = await seal({ ...input, items: readItems(ITEMS), header: CONTENT }, inOrder(random));
  const keys = await scheduleOf({
    flags: (answers.passphrase === undefined ? 0 : 1) | (answers.email === undefined ? 0 : 2),
    linkSecret: random.linkSecret,
    passphrase: answers.passphrase?.trim() ?? "",
    email: answers.email?.toLowerCase() ?? "",
  });
  const hint = answers.email === undefined ? {} : { emailHint: "a\u2022\u2022\u2022@vendor.example" };
  return {
    ...input,
    random,
    bundle: { items: ITEMS, receipt: base64url(unhex(random.receipt)) },
    content: { ...CONTENT, ...hint },
    keys,
    link: sealed.link,
    linkVerifier: hex(sealed.linkVerifier),
    claimVerifier: hex(sealed.claimVerifier),
    receiptVerifier: hex(sealed.receiptVerifier),
    ...(sealed.emailVerifier ? { emailVerifier: hex(sealed.emailVerifier) } : {}),
    envelope: base64url(sealed.envelope),
    header: base64url(sealed.header),
  };
}

/** Items as `seal` takes them, files as bytes. */
export function readItems(items: BundleJson["items"]) {
  return items.map(({ files, ...item }) => ({
    ...item,
    ...(files ? { files: files.map((file) => ({ ...file, data: decodeBase64url(file.data) })) } : {}),
  }));
}

/** Gives the bytes of a vector in the order in which `seal` asks for them. */
export function inOrder(random: HandoffVector["random"]): RandomBytes {
  const { linkSecret, receipt, envelopeNonce, headerNonce } = random;
  const queue = [linkSecret, receipt, envelopeNonce, headerNonce].map(unhex);
  return (length) => {
    const next = queue.shift();
    if (next?.length !== length) throw new Error("seal asks for its random bytes in another order");
    return next;
  };
}
