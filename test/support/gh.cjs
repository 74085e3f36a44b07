#!/usr/bin/env node
// Plays GitHub's command line as far as the examples use it: comments on an issue, closes one, opens one. It speaks to GITHUB_API_URL.
const { readFileSync } = require("node:fs");

const [noun, verb, ...rest] = process.argv.slice(2);
const options = {};
const positionals = [];
for (let at = 0; at < rest.length; at += 1) {
  if (rest[at].startsWith("--")) {
    options[rest[at].slice(2)] = rest[at + 1];
    at += 1;
  } else positionals.push(rest[at]);
}
const { repo, body, title, reason, "body-file": file } = options;
const [number] = positionals;
const calls = {
  "issue comment": () => ["POST", `issues/${number}/comments`, { body }],
  "issue close": () => ["PATCH", `issues/${number}`, { state: "closed", state_reason: reason }],
  "issue create": () => ["POST", "issues", { title, body: file === "-" ? readFileSync(0, "utf8") : body }],
};

async function main() {
  const call = calls[`${noun} ${verb}`];
  if (!call) throw new Error(`gh ${noun} ${verb} is not played`);
  const [method, path, value] = call();
  const response = await fetch(`${process.env.GITHUB_API_URL}/repos/${repo}/${path}`, {
    method,
    headers: { authorization: `Bearer ${process.env.GH_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(value),
  });
  if (!response.ok) throw new Error(`GitHub answered ${response.status}`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
