import { isLoopback } from "@secret-handoff/protocol";
import { redact } from "../redact.ts";
import { toResult } from "../sender-error.ts";
import type { NameSetting } from "../settings.ts";
import { askStore, memberOf, type StoreAnswer, textOf } from "../sources/stores/store-http.ts";
import { sshKeys } from "./age.ts";
import { type KeyContext, type RecipientKey, refusal } from "./recipient-key.ts";
import { parseSshPublicKey, shownType } from "./ssh-public-key.ts";

const GITHUB = "https://api.github.com";

/**
 * A login as GitHub gives them: ASCII alone, so that no letter of another alphabet looks like one of another login; with the `_name`
 * that accounts of an enterprise end in.
 */
const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}(?:_[a-z\d]{1,20})?$/i;

/** GitHub's largest page. More keys than these nobody has; a mail to more would be long. */
const MOST_KEYS = 100;

/**
 * The SSH keys that somebody has published at GitHub, those of them that can be encrypted to. GitHub is trusted with the answer: whoever
 * may add a key to that account, now, can read the mail.
 * https://docs.github.com/rest/users/keys#list-public-keys-for-a-user
 * @throws SenderError `recipient_key`, or what keeps GitHub from being asked
 */
export async function publishedKeys(login: string, context: KeyContext): Promise<RecipientKey> {
  if (!LOGIN.test(login)) {
    throw refusal(
      "What follows github: is no login of GitHub. Write it as in the address of the recipient's profile, in ASCII letters.",
    );
  }
  const lines = await ask(login, context);
  if (lines.length === 0) {
    throw refusal(
      "The recipient has published no SSH key at GitHub. Ask them to add one, or write their key instead of github:.",
    );
  }
  const found = await Promise.all(lines.map((line) => toResult(parsed(line))));
  const usable = found.filter((key) => "wire" in key);
  if (usable.length > 0) return sshKeys(usable);
  const types = [...new Set(lines.map((line) => shownType(line.split(" ")[0] ?? "")))].join(", ");
  throw refusal(
    `None of the keys that the recipient has published at GitHub can be encrypted to (${types}). Only ssh-ed25519, and ssh-rsa of 2,048 bits or more, can.`,
  );
}

async function parsed(line: string) {
  return parseSshPublicKey(line);
}

async function ask(login: string, context: KeyContext): Promise<readonly string[]> {
  const { gitHubApi = GITHUB, gitHubToken } = context;
  const { protocol, hostname } = new URL(gitHubApi);
  // Over plain HTTP anybody on the way could put in a key.
  if (protocol !== "https:" && !isLoopback(hostname)) {
    throw refusal("GITHUB_API_URL is no https address, so the keys that it gives cannot be trusted.");
  }
  const answer = await askStore(
    {
      store: "GitHub",
      address: "GITHUB_API_URL",
      url: `${gitHubApi}/users/${encodeURIComponent(login)}/keys?per_page=${MOST_KEYS}`,
      headers: {
        accept: "application/vnd.github+json",
        "x-github-api-version": "2022-11-28",
        "user-agent": "secret-handoff",
        ...(gitHubToken === undefined ? {} : { authorization: `Bearer ${gitHubToken.reveal()}` }),
      },
    },
    context,
  );
  // A login that was given up redirects to nobody: whoever took it over since is somebody else.
  if (answer.status !== 200 || !Array.isArray(answer.json)) throw refused(answer);
  return answer.json.flatMap((entry: unknown) => {
    const key = memberOf(entry, "key");
    return typeof key === "string" ? [key] : [];
  });
}

function refused({ status, json }: StoreAnswer) {
  if (status === 404) {
    return refusal(
      "GitHub has no user of the login that follows github:. Correct it: nothing was sent to this recipient.",
    );
  }
  const said = textOf(json, "message");
  const quoted = said === undefined ? "" : ` (GitHub says: ${redact(said)})`;
  const advice = (say: NameSetting) =>
    status === 401
      ? "Check the token."
      : status === 403
        ? `Without a token GitHub answers 60 calls an hour for each address: set ${say("github-token")}.`
        : "Look at GitHub's status page.";
  return refusal(
    (say) => `GitHub did not give the recipient's keys: it answered ${status}${quoted}. ${advice(say)}`,
  );
}
