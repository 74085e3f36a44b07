import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { type Canary, findCanaries, linkCanaries, type Place, textCanary } from "../proof/canaries.ts";
import { watchProcess } from "../proof/process-watch.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { BuiltCli, type RunningCli } from "./harness.ts";

/** Secrets, links, passphrases and what is derived from them: in the output that was asked for, and nowhere else. */

const EMAIL = "ana@vendor.example";
const PASSPHRASE = "canary horse battery staple";
const VALUE = "canary-5b0c7a-value";
let service: TestService;
let cli: BuiltCli;

beforeAll(async () => {
  cli = new BuiltCli();
  service = await startTestService();
});
afterAll(async () => {
  await service.close();
  cli.remove();
});

/** Every file below a folder. */
function filesIn(folder: string): readonly Place[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => ({ name: `file ${name}`, content: readFileSync(join(folder, name)) }));
}

/** Arguments and children while it runs, its output, and its files: those of its home, and the temporary ones. */
async function placesOf(
  running: RunningCli,
  folder: string,
): Promise<{ readonly places: readonly Place[]; readonly code: number | null }> {
  const watch = watchProcess(running.pid);
  const { code, stdout, stderr } = await running.ended;
  const places = [
    ...watch.stop(),
    { name: "standard output", content: stdout },
    { name: "standard error", content: stderr },
    ...filesIn(join(folder, "tmp")),
    ...filesIn(join(folder, "home")),
  ];
  return { places, code };
}

const start = (args: readonly string[], stdin: string, folder: string, more: Record<string, string> = {}) => {
  mkdirSync(join(folder, "tmp"), { recursive: true });
  mkdirSync(join(folder, "home"), { recursive: true });
  return cli.start(args, {
    stdin,
    env: { HOME: join(folder, "home"), TMPDIR: join(folder, "tmp"), ...more },
  });
};

test.each<[string, readonly string[], readonly string[], boolean]>([
  ["written to a file, told as JSON", [EMAIL, PASSPHRASE], ["--json"], true],
  ["refused for its format", [EMAIL, PASSPHRASE], ["--format", "raw"], true],
])("open, %s", async (name, answers, args, toFile) => {
  const items = [
    { label: "a", fields: ["b", "c"].map((field) => ({ name: field, value: VALUE, concealed: true })) },
  ];
  const sealed = await new Sender(service).handOver({ email: EMAIL, passphrase: PASSPHRASE, items });
  const folder = join(cli.folder, name.replace(/\W+/g, "-"));
  const out = join(folder, "out");
  const running = start(
    ["open", ...args, ...(toFile ? ["--out", out] : [])],
    [sealed.link, ...answers, ""].join("\n"),
    folder,
  );
  const { places } = await placesOf(running, folder);
  const canaries: readonly Canary[] = [
    ...(await linkCanaries(sealed.link, { email: EMAIL, passphrase: PASSPHRASE })),
    textCanary("passphrase", PASSPHRASE),
    textCanary("value", VALUE),
  ];
  expect(findCanaries(canaries, places)).toEqual([]);
  expect(places.length).toBeGreaterThan(2);
});

test("open, with a link that is encrypted to an identity in a file", async () => {
  const sealed = await new Sender(service).handOver({ email: EMAIL, passphrase: PASSPHRASE });
  const identity = await generateX25519Identity();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const block = armor.encode(await encrypter.encrypt(`${sealed.link}\n`));
  const folder = join(cli.folder, "encrypted");
  const key = join(cli.folder, "key.txt");
  writeFileSync(key, `# created: today\n${identity}\n`);
  const args = ["open", "--json", "--identity", key, "--out", join(folder, "out")];
  const { places, code } = await placesOf(
    start(args, [block.trim(), EMAIL, PASSPHRASE, ""].join("\n"), folder),
    folder,
  );
  expect(code).toBe(0);
  const canaries = [
    ...(await linkCanaries(sealed.link, { email: EMAIL, passphrase: PASSPHRASE })),
    textCanary("passphrase", PASSPHRASE),
    textCanary("identity", identity),
  ];
  expect(findCanaries(canaries, places)).toEqual([]);
});

test("send, with a value from a pipe, a passphrase and a password of the mail server from files", async () => {
  const folder = join(cli.folder, "send");
  const passphrase = join(folder, "passphrase");
  const env = {
    SECRET_HANDOFF_ENDPOINT: service.url,
    SECRET_HANDOFF_ID_TOKEN: await service.mint(),
  };
  mkdirSync(folder);
  writeFileSync(passphrase, PASSPHRASE);
  const args = [
    "send",
    "--to",
    EMAIL,
    "-c",
    "internal-tool",
    "--stdin",
    "TOKEN",
    "--passphrase-file",
    passphrase,
    "--from",
    "a@acme.example",
  ];
  const smtp = ["--smtp-host", "127.0.0.1", "--smtp-port", new URL(service.mail.smtp).port];
  const { places, code } = await placesOf(start([...args, ...smtp], VALUE, folder, env), folder);
  expect(code).toBe(0);
  const { text } = await service.mail.inbox.mailTo(EMAIL);
  const link = /https?:\/\/\S+/.exec(text)?.[0] ?? "";
  const canaries = [
    ...(await linkCanaries(link, { email: EMAIL, passphrase: PASSPHRASE })),
    textCanary("passphrase", PASSPHRASE),
    textCanary("value", VALUE),
    textCanary("token", env.SECRET_HANDOFF_ID_TOKEN),
  ];
  expect(findCanaries(canaries, places)).toEqual([]);
});
