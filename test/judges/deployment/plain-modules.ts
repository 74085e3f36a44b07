import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildModules } from "@secret-handoff/cdktf";
import { EVERYTHING } from "../../cdktf/configurations.ts";
import { emptyFunctions } from "../../cdktf/synthesis.ts";
import { EMULATED_PROVIDER, type Root } from "./root.ts";

/** Both are placed by one root, so that a destroy can be tried with the tables protected and without. */
const PROTECTION = `
variable "is_protected" {
  type    = bool
  default = true
}
`;

/**
 * Writes an example of the plain modules to a root, for an emulator: as a platform team has it, but for the paths, the provider, and a
 * certificate that exists.
 * @param ids what the account has given, under what the example has in their place
 * @param unknown types of resources that the emulator has no call for
 */
export function placeModules(
  root: Root,
  example: "minimal" | "complete",
  ids: Readonly<Record<string, string>>,
  unknown: readonly string[],
): void {
  const module = join(root.folder, "module");
  buildModules(module, emptyFunctions());
  const mail = readFileSync(join(module, "mail.tf"), "utf8");
  root.write("module/mail.tf", unknown.reduce(withoutResources, mail));
  const settings = Object.entries(EMULATED_PROVIDER).map(([name, value]) => `  ${name} = ${value}`);
  const { domain: { certificateArn } = {} } = EVERYTHING.service;
  const text = readFileSync(join(module, "examples", example, "main.tf"), "utf8")
    .replaceAll('provider "aws" {', ['provider "aws" {', ...settings].join("\n"))
    .replaceAll('source = "../.."', 'source = "./module"')
    .replaceAll('"../../modules/', '"./module/modules/')
    .replaceAll(
      /functions += var\.functions/g,
      "$&\n  protect_handoffs = var.is_protected\n  protect_audit = var.is_protected",
    )
    .replace('source    = "./module/modules/edge"', `$&\n  certificate = { arn = "${certificateArn}" }`);
  root.write(
    "main.tf",
    Object.entries(ids).reduce(
      (named, [inExample, id]) => named.replaceAll(inExample, id),
      text + PROTECTION,
    ),
  );
}

/** The blocks of a module stand at the margin, and end there. */
function withoutResources(text: string, type: string): string {
  return text.replaceAll(new RegExp(`^resource "${type}" [\\s\\S]*?^}\\n`, "gm"), "");
}
