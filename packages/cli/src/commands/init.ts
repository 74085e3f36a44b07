import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { defaultMailbox, parseEndpoint, parseMailbox, SenderError, systemCode } from "@secret-handoff/sdk";
import manifest from "../../package.json" with { type: "json" };
import type { Invocation } from "../arguments.ts";
import type { Run } from "../commands.ts";
import { CONFIGURATION_FILE } from "../configuration.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../errors.ts";

/** Writes the configuration of this repository, and a workflow of its pipeline. What is there is never replaced. */
export const run: Run = async (invocation, context) => {
  const { terminal, cwd } = context;
  const ask = asker(invocation, context);
  const endpoint = parseEndpoint(await ask("endpoint", "Address of the service", undefined));
  const className = await ask("class", "Credential class", "third-party-service");
  const from = await ask("from", "Who the mails are from", defaultMailbox(endpoint).address);
  parseMailbox(from);
  const region = await ask("region", "AWS region", context.env.AWS_REGION ?? "eu-west-1");
  const configuration = { endpoint, class: className, from, region };
  const files: readonly (readonly [path: string, content: string])[] = [
    [CONFIGURATION_FILE, `${JSON.stringify(configuration, null, 2)}\n`],
    (await isGitLab(cwd))
      ? [".gitlab/secret-handoff.yml", gitLabJob(configuration)]
      : [".github/workflows/secret-handoff.yml", gitHubWorkflow(configuration)],
  ];
  for (const [path, content] of files) {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    try {
      await writeFile(join(cwd, path), content, { flag: "wx" });
      terminal.say(`Written: ${path}`);
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
      terminal.say(terminal.style("yellow", `${path} exists already, and is left as it is.`));
    }
  }
  terminal.say(
    "Next: let the service admit this repository, name the secret and the recipient in the workflow, and try secret-handoff doctor.",
  );
  if (invocation.flag("json")) await terminal.json({ written: files.map(([path]) => path) });
  return EXIT.done;
};

/** An option's value, else an answer; where nobody can be asked, what is proposed. */
function asker(invocation: Invocation, { terminal }: CliContext) {
  return async (option: string, question: string, proposed: string | undefined): Promise<string> => {
    const given = invocation.text(option);
    if (given !== undefined) return given;
    const typed = terminal.inIsTerminal
      ? await terminal.ask(`${question}${proposed === undefined ? "" : ` [${proposed}]`}: `)
      : undefined;
    const answer = typed?.trim() || proposed;
    if (answer !== undefined) return answer;
    throw new SenderError("input", `--${option} is missing, and there is no terminal to ask at.`);
  };
}

async function isGitLab(cwd: string): Promise<boolean> {
  const config = await readFile(join(cwd, ".git", "config"), "utf8").catch(() => "");
  return /\burl\s*=\s*\S*gitlab/i.test(config);
}

type Written = {
  readonly endpoint: string;
  readonly class: string;
  readonly from: string;
  readonly region: string;
};

function gitHubWorkflow({ endpoint, class: className, from, region }: Written): string {
  return `name: Hand over a secret
on: workflow_dispatch
permissions: { id-token: write, contents: read }
jobs:
  hand-over:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          # Replace it with the ARN that the deployment gives: the stack's output KEY_role_arn (orders_role_arn), or role_arn of modules/github.
          role-to-assume: REPLACE-WITH-OUTPUT-orders_role_arn
          aws-region: ${region}
      - uses: OWNER/secret-handoff@v1
        with:
          endpoint: ${endpoint}
          class: ${className}
          from: ${JSON.stringify(from)}
          contact: ${JSON.stringify(from)} # REPLACE: whom recipients ask, a person or a team
          title: Orders API, new credentials # what recipients read first
          secret-ids: prod/orders/api # the secret
          parse-json-secrets: true # shows the fields of a JSON secret one by one
          recipients: ana@vendor.example # who gets it
          reason: onboarding
`;
}

function gitLabJob({ endpoint }: Written): string {
  return `# Include it in .gitlab-ci.yml: include: { local: .gitlab/secret-handoff.yml }
hand-over:
  image: node:24
  environment: production
  rules: [{ if: $CI_PIPELINE_SOURCE == "web" }]
  id_tokens:
    SECRET_HANDOFF_ID_TOKEN: { aud: ${endpoint} }
  script:
    # The class, the sender and the region are in ${CONFIGURATION_FILE}.
    - npx --yes secret-handoff@${manifest.version} send --to ana@vendor.example --secret-id prod/orders/api --reason onboarding
`;
}
