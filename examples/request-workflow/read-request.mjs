// Reads the answers of the issue form, refuses what the client's entry in clients.json does not allow, and names the risks for those who
// approve. Whoever opens an issue writes its body: nothing of it reaches a shell, and each answer is checked before it becomes an output.
import { randomUUID } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const ADDRESS = /^[\w.+-]+@([a-z0-9-]+\.)+[a-z]{2,}$/i;
const LIFETIME = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?$/;

/** The answer under a label of the form. */
function answer(body, label) {
  const parts = body.replaceAll("\r", "").split(/^### (.+)$/m);
  const at = parts.findIndex((part, index) => index % 2 === 1 && part.trim() === label);
  const text = at === -1 ? "" : parts[at + 1].trim();
  return text === "_No response_" ? "" : text;
}

/** @returns {{ problems: string[], risks: string[], values: Record<string, string> }} */
export function readRequest(body, clients) {
  const problems = [];
  const risks = [];
  const name = answer(body, "Client or vendor");
  const client = Object.hasOwn(clients, name) ? clients[name] : undefined;
  if (!client) problems.push("The client or vendor is not in clients.json.");
  const secret = answer(body, "Secret");
  if (!/^[\w/+=.@-]{1,200}$/.test(secret)) problems.push("The secret is not a name of Secrets Manager.");
  else if (client && !client.secrets.some((start) => secret.startsWith(start))) {
    problems.push("This client or vendor does not get this secret.");
  }
  const recipients = answer(body, "Recipients")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  if (recipients.length === 0 || recipients.length > 20) problems.push("Name 1 to 20 recipients.");
  if (!recipients.every((address) => ADDRESS.test(address)))
    problems.push("A recipient is not an e-mail address.");
  const [, hours = "0", minutes = "0"] = LIFETIME.exec(answer(body, "Open until")) ?? [];
  const seconds = Number(hours) * 3_600 + Number(minutes) * 60;
  if (seconds === 0) problems.push("The time is not one like 4h or 45m.");
  const reason = answer(body, "Reason");
  if (!/^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]{5,300}$/u.test(reason)) {
    problems.push("The reason must be one line of 5 to 300 characters.");
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
  const report =
    problems.length > 0
      ? `### This request cannot be carried out\n\n${list(problems)}\n\nEdit the issue, then add the label again.\n`
      : `### Risk\n\nClass \`${values.class}\`.\n\n${risks.length > 0 ? list(risks) : "Nothing stands out."}\n`;
  appendFileSync(process.env.GITHUB_STEP_SUMMARY ?? "/dev/stdout", report);
  const outputs = { ...(problems.length > 0 ? {} : values), report };
  for (const [name, value] of Object.entries(outputs)) {
    const end = `end-${randomUUID()}`;
    appendFileSync(process.env.GITHUB_OUTPUT ?? "/dev/stdout", `${name}<<${end}\n${value}\n${end}\n`);
  }
  process.exitCode = problems.length > 0 ? 1 : 0;
}
