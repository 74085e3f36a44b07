// Reads the answers of the issue form, refuses what the client's entry in clients.json does not allow, and names the risks for those who
// approve. Whoever opens an issue writes its body: nothing of it reaches a shell, and each answer is checked before it becomes an output.
import { randomUUID } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const ADDRESS = /^[\w.+-]+@([a-z0-9-]+\.)+[a-z]{2,}$/i;
const LIFETIME = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?$/;

/** The form's labels, in its order. */
const LABELS = ["Client or vendor", "Secret", "Recipients", "Open until", "Reason"];
/** One line without anything that is not seen. */
const LINE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]{5,300}$/u;
/** What a browser takes for the dot of a domain (UTS 46), and the one-dot leader. */
const DOT = "[.\uff0e\u2024]";
/** Such dots too, and in a sentence of Chinese or Japanese a full stop: then no Latin letter is beside it. */
const FULL_STOP = "[\u3002\uff61]";
/** What a mail program may make a link of: markup, addresses, domains in any script, schemes, numbers of hosts and of telephones. */
const LINKABLE = new RegExp(
  [
    "[<>`\\[\\]@\\\\]|\\p{L}:\\S|//",
    `${DOT}[\\p{L}\\p{M}]{2,}|${DOT}xn--|[A-Za-z0-9]${FULL_STOP}[\\p{L}\\p{M}]|${FULL_STOP}[A-Za-z0-9]`,
    `\\p{Nd}${DOT}\\p{Nd}+${DOT}\\p{Nd}`,
    "\\+[\\s(]*\\p{Nd}|\\p{Nd}(?:[\\s()/.-]{0,3}\\p{Nd}){6}",
  ].join("|"),
  "u",
);
const isReason = (text) =>
  LINE.test(text) && ![text, text.normalize("NFKC")].some((one) => LINKABLE.test(one));

/**
 * The answers under the labels, where the body is what the form makes and nothing else. What a reader of the issue does not see, such as
 * a comment with headings of its own, would be read as well: a body that is not plain is read in no part.
 * @returns {Record<string, string> | undefined}
 */
function answersOf(body) {
  const [before, ...parts] = body.replaceAll("\r", "").split(/^[ \t]*#{1,6}[ \t]+(.+)$/m);
  const labels = parts.filter((_, index) => index % 2 === 0).map((label) => label.trim());
  const isForm = before.trim() === "" && labels.join("\n") === LABELS.join("\n");
  if (!isForm || /<|^\s*(?:```|~~~|\[)|^\s*[=-]+\s*$/m.test(body)) return undefined;
  const texts = parts.filter((_, index) => index % 2 === 1).map((text) => text.trim());
  return Object.fromEntries(
    LABELS.map((label, at) => [label, texts[at] === "_No response_" ? "" : texts[at]]),
  );
}

/** @returns {{ problems: string[], risks: string[], values: Record<string, string> }} */
export function readRequest(body, clients) {
  const problems = [];
  const risks = [];
  const answers = answersOf(body);
  if (!answers) problems.push("The issue holds more or less than the form's answers. Fill in the form anew.");
  const answer = (label) => answers?.[label] ?? "";
  const name = answer("Client or vendor");
  const client = Object.hasOwn(clients, name) ? clients[name] : undefined;
  if (!client) problems.push("The client or vendor is not in clients.json.");
  const secret = answer("Secret");
  if (!/^[\w/+=.@-]{1,200}$/.test(secret)) problems.push("The secret is not a name of Secrets Manager.");
  else if (client && !client.secrets.some((start) => secret.startsWith(start))) {
    problems.push("This client or vendor does not get this secret.");
  }
  const recipients = answer("Recipients")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  if (new Set(recipients.map((address) => address.toLowerCase())).size < recipients.length)
    problems.push("A recipient stands there twice.");
  if (recipients.length === 0 || recipients.length > 20) problems.push("Name 1 to 20 recipients.");
  if (!recipients.every((address) => ADDRESS.test(address)))
    problems.push("A recipient is not an e-mail address.");
  const [, hours = "0", minutes = "0"] = LIFETIME.exec(answer("Open until")) ?? [];
  const seconds = Number(hours) * 3_600 + Number(minutes) * 60;
  if (seconds === 0) problems.push("The time is not one like 4h or 45m.");
  const reason = answer("Reason");
  if (!isReason(reason)) {
    problems.push(
      "The reason must be one line of 5 to 300 characters, without links, addresses, markup, and numbers of seven digits or more.",
    );
  }
  if (client?.privileged) risks.push("Privileged: the secret opens production to its holder.");
  const outside = recipients.filter(
    (address) =>
      client && !client.domains.includes(address.slice(address.lastIndexOf("@") + 1).toLowerCase()),
  );
  if (outside.length > 0)
    risks.push(
      `Outside: ${outside.length} of ${recipients.length} recipients are not in the client's domains.`,
    );
  if (client && seconds > client.classHours * 3_600) {
    problems.push(`Class ${client.class} allows at most ${client.classHours}h.`);
  } else if (client && seconds > client.classHours * 1_800) {
    risks.push("Long: more than half of what the class allows.");
  }
  const values = {
    client: name,
    class: client?.class ?? "",
    secret,
    recipients: recipients.join("\n"),
    "expires-in": `${seconds}s`,
    reason,
  };
  return { problems, risks, values };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const clients = JSON.parse(readFileSync(new URL("clients.json", import.meta.url), "utf8"));
  const { problems, risks, values } = readRequest(process.env.ISSUE_BODY ?? "", clients);
  const list = (lines) => lines.map((line) => `- ${line}`).join("\n");
  // Approvers see what was read, whatever the issue shows by then: it may have been edited. All of it has passed the checks above.
  const read = [
    `Class: \`${values.class}\``,
    `Client or vendor: ${values.client}`,
    `Secret: \`${values.secret}\``,
    `Recipients: ${values.recipients.split("\n").length}: ${values.recipients.replaceAll(/^.*$/gm, "`$&`").replaceAll("\n", ", ")}`,
    `Open for: ${values["expires-in"]}`,
    `Reason: \`${values.reason}\``,
  ];
  const report =
    problems.length > 0
      ? `### This request cannot be carried out\n\n${list(problems)}\n\nOpen a new issue; or edit this one, then take the label off and add it again yourself: only its author can ask.\n`
      : `### What was read\n\n${list(read)}\n\nOnly this is carried out. Approve what stands here, not what the issue says by now.\n\n### Risk\n\n${risks.length > 0 ? list(risks) : "Nothing stands out."}\n`;
  appendFileSync(process.env.GITHUB_STEP_SUMMARY ?? "/dev/stdout", report);
  const outputs = { ...(problems.length > 0 ? {} : values), report };
  for (const [name, value] of Object.entries(outputs)) {
    const end = `end-${randomUUID()}`;
    appendFileSync(process.env.GITHUB_OUTPUT ?? "/dev/stdout", `${name}<<${end}\n${value}\n${end}\n`);
  }
  process.exitCode = problems.length > 0 ? 1 : 0;
}
