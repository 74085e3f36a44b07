import { parsePasswordRules, type Rotation, SenderError } from "@secret-handoff/sdk";
import type { InputReader } from "./input-table.ts";
import { optional, parseOptionalTime, parseTime } from "./input-values.ts";

/** What the workflow asked for about the secrets' age. */
export type RotationInputs = {
  readonly rotation?: Rotation;
  /** Seconds. */
  readonly rotateTimeout: number;
  /** Seconds. */
  readonly rotatedWithin?: number;
  readonly versionStage?: string;
};

/** @throws SenderError `input` */
export function readRotationInputs(read: InputReader): RotationInputs {
  const rotation = parseRotation(read);
  const rotatedWithin = parseOptionalTime("rotated-within", read);
  const versionStage = optional(read("version-stage"));
  const rotateTimeout = parseTime("rotate-timeout", read);
  if (rotation && versionStage !== undefined) {
    throw new SenderError(
      "input",
      "rotate and version-stage exclude each other: a rotated secret goes out as its new version. Drop one of them.",
    );
  }
  if (versionStage !== undefined && !/^[A-Za-z0-9_-]{1,256}$/.test(versionStage)) {
    throw new SenderError(
      "input",
      "version-stage is no staging label. Write it like AWSCURRENT or AWSPENDING.",
    );
  }
  return {
    ...(rotation === undefined ? {} : { rotation }),
    rotateTimeout,
    ...(rotatedWithin === undefined ? {} : { rotatedWithin }),
    ...(versionStage === undefined ? {} : { versionStage }),
  };
}

function parseRotation(read: InputReader): Rotation | undefined {
  switch (read("rotate")) {
    case "none":
      return undefined;
    case "managed":
      return { kind: "managed" };
    case "generate":
      return {
        kind: "generate",
        key: read("rotate-key"),
        rules: parsePasswordRules(
          read("password-length"),
          read("password-characters"),
          read("password-exclude"),
        ),
      };
    default:
      throw new SenderError("input", "rotate must be managed, generate or none.");
  }
}
