import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll } from "@jest/globals";
import type { Sealed, SealInput } from "@secret-handoff/protocol";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { InProcessCli, type Ran, type RunOptions } from "./harness.ts";

export const EMAIL = "ana@vendor.example";
export const PASSPHRASE = "correct horse battery staple";
/** Of the one field that a handoff has unless said otherwise. */
export const VALUE = "hunter2-hunter2";

export const ITEMS = [
  {
    label: "Orders",
    fields: [
      { name: "user", value: "orders", concealed: false },
      { name: "password", value: "it's $HOME", concealed: true },
    ],
    files: [{ name: "../ca.pem", mediaType: "text/plain", data: new TextEncoder().encode("PEM\n") }],
  },
];
export const FIELDS = ITEMS.map(({ label, fields }) => ({ label, fields }));

/** What a test of `open` has at hand: a service, a sender, and the command. */
export type OpenTest = {
  readonly service: TestService;
  readonly sender: Sender;
  readonly cli: InProcessCli;
  readonly stateOf: (sealed: Sealed) => Promise<string | undefined>;
  readonly handOver: (input?: Partial<SealInput>) => Promise<Sealed>;
  /** Pipes the link in, and the lines that answer. */
  readonly open: (
    link: string,
    args?: readonly string[],
    lines?: readonly string[],
    more?: RunOptions,
  ) => Promise<Ran>;
  /** A path in a new folder of its own. */
  readonly place: (name: string) => string;
};

/** One service for the tests of a file. Its parts are there once the tests run. */
export function openTests(): OpenTest {
  let service: TestService;
  let sender: Sender;
  let cli: InProcessCli;
  let folders = 0;
  beforeAll(async () => {
    cli = new InProcessCli();
    service = await startTestService();
    sender = new Sender(service);
  });
  afterAll(async () => {
    await service.close();
    cli.remove();
  });
  return {
    get service() {
      return service;
    },
    get sender() {
      return sender;
    },
    get cli() {
      return cli;
    },
    stateOf: async ({ id }) => (await service.stored(id))?.state?.S,
    handOver: (input = {}) => sender.handOver({ email: EMAIL, ...input }),
    open: (link, args = [], lines = [], more = {}) =>
      cli.run(["open", ...args], { stdin: `${[link, ...lines].join("\n")}\n`, ...more }),
    place(name) {
      folders += 1;
      const folder = join(cli.folder, `out-${folders}`);
      mkdirSync(folder);
      return join(folder, name);
    },
  };
}
