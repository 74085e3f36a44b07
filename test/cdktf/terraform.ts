import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A terraform (or tofu) program together with a folder of providers that holds the AWS one. */
export type Terraform = { readonly program: string; readonly mirror: string; readonly awsVersion: string };

const AWS_PROVIDER = "registry.terraform.io/hashicorp/aws";
const PLATFORM = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;

/** Where providers conventionally lie, in Terraform's own layout HOST/NAMESPACE/TYPE/VERSION/PLATFORM. */
const PLUGIN_FOLDERS = [
  process.env.SECRET_HANDOFF_TF_PLUGINS,
  process.env.TF_PLUGIN_CACHE_DIR,
  join(homedir(), ".terraform.d/plugins"),
  join(homedir(), ".terraform.d/plugin-cache"),
  join(homedir(), ".local/share/terraform/plugins"),
  "/usr/share/terraform/plugins",
  "/usr/local/share/terraform/plugins",
  "/usr/share/terraform/providers",
  "/opt/terraform/plugins",
  "/opt/tf-plugins",
];

/** @returns the program, or the reason why there is none */
export function findTerraform(): Terraform | string {
  const program = ["terraform", "tofu"].find((name) => spawnSync(name, ["version"]).status === 0);
  if (program === undefined) return "neither terraform nor tofu is installed";
  for (const mirror of PLUGIN_FOLDERS) {
    const versions = mirror === undefined ? [] : versionsIn(join(mirror, AWS_PROVIDER));
    const awsVersion = versions.at(-1);
    if (mirror !== undefined && awsVersion !== undefined) return { program, mirror, awsVersion };
  }
  return "no AWS provider for Terraform lies in a plugin folder (SECRET_HANDOFF_TF_PLUGINS names one)";
}

/** Versions of the provider that run here, oldest first. */
function versionsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((version) => existsSync(join(folder, version, PLATFORM)))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** A folder in which Terraform runs offline, with the one provider that was found. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), "secret-handoff-terraform-"));
  readonly #terraform: Terraform;
  readonly #cliConfig: string;

  constructor(terraform: Terraform) {
    this.#terraform = terraform;
    this.#cliConfig = join(this.folder, "cli.tfrc");
    writeFileSync(
      this.#cliConfig,
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(terraform.mirror)}\n  }\n}\n`,
    );
  }

  copy(from: string, to = "."): void {
    cpSync(from, join(this.folder, to), { recursive: true });
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  /** @throws Error with what Terraform printed, when it fails */
  run(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(this.#terraform.program, args, {
      cwd: this.folder,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      env: {
        PATH: process.env.PATH,
        HOME: this.folder,
        TF_CLI_CONFIG_FILE: this.#cliConfig,
        TF_IN_AUTOMATION: "1",
        CHECKPOINT_DISABLE: "1",
        AWS_EC2_METADATA_DISABLED: "true",
        // The provider builds its whole schema at each start: collecting garbage less often saves a quarter of the processor time.
        GOGC: "400",
      },
    });
    if (status !== 0) {
      throw new Error(`terraform ${args.join(" ")} failed:\n${stdout}\n${stderr}`.slice(0, 500_000));
    }
    return stdout;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
