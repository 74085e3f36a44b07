import { expect, test } from "@jest/globals";
import { parseSecretIds, readSecrets, type SecretsSource, SenderError } from "@secret-handoff/sdk";
import { secretVersion } from "./secrets.ts";

const NAMES = ["prod/a", "prod/b", "test/c", ...Array.from({ length: 101 }, (_, index) => `many/${index}`)];

const source: SecretsSource = {
  read: async (id) => {
    if (!NAMES.includes(id)) throw new SenderError("secret_unknown", `There is no secret "${id}".`);
    return secretVersion(id, `value of ${id}`);
  },
  namesWithPrefix: async (prefix, limit) =>
    NAMES.filter((name) => name.startsWith(prefix)).slice(0, limit + 1),
};

const read = (text: string, onRead?: () => void) => readSecrets(parseSecretIds(text), source, onRead);

test("secrets come in the order they were named, under their label", async () => {
  const { secrets, errors } = await read("KEY, test/c\nprod/*");
  expect(secrets.map(({ name, label }) => [name, label])).toEqual([
    ["test/c", "KEY"],
    ["prod/a", "prod/a"],
    ["prod/b", "prod/b"],
  ]);
  expect(errors).toEqual([]);
});

test("a secret that was named twice goes once, under its first label", async () => {
  const { secrets } = await read("KEY, prod/a\nprod/*");
  expect(secrets.map(({ label }) => label)).toEqual(["KEY", "prod/b"]);
});

test("every failure is reported, in order, and the rest is read", async () => {
  const { secrets, errors } = await read("nope/1\nprod/a\nnope/*\nnope/2");
  expect(secrets.map(({ name }) => name)).toEqual(["prod/a"]);
  expect(errors.map(({ message }) => message)).toEqual([
    'There is no secret "nope/1".',
    'No secret\'s name begins with "nope/". Check the prefix in secret-ids, the region and the account.',
    'There is no secret "nope/2".',
  ]);
});

test("too many matches are refused, and so is one alias for several", async () => {
  const { secrets, errors } = await read("many/*\nKEY, prod/*");
  expect(secrets).toEqual([]);
  expect(errors.map(({ code, message }) => [code, message])).toEqual([
    ["too_many_matches", 'More than 100 secrets begin with "many/". Use a longer prefix in secret-ids.'],
    [
      "too_many_matches",
      'The alias "KEY" fits one secret, but 2 begin with "prod/". Drop the alias or use a longer prefix.',
    ],
  ]);
});

test("each version is shown to the masker before the reading is done", async () => {
  const events: string[] = [];
  await readSecrets(parseSecretIds("prod/a\nprod/b"), source, ({ name }) => events.push(name));
  expect(events).toEqual(["prod/a", "prod/b"]);
});

test("a fault that is no refusal is not taken for one", async () => {
  const broken: SecretsSource = { ...source, read: () => Promise.reject(new TypeError("bug")) };
  await expect(readSecrets(parseSecretIds("prod/a"), broken)).rejects.toThrow(TypeError);
});
