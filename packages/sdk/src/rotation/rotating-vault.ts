import type { Concealed } from "../concealed.ts";
import type { VersionStages } from "../sources/version-stages.ts";
import type { PasswordRules } from "./password-rules.ts";

/** What rotating takes of Secrets Manager. Each method throws SenderError with a sentence that names the secret. */
export type RotatingVault = {
  readonly stages: (id: string) => Promise<VersionStages>;
  /** Begins the rotation that is set up. `busy`: an earlier one has not ended. */
  readonly begin: (id: string, versionId: string) => Promise<"begun" | "busy">;
  readonly password: (rules: PasswordRules) => Promise<Concealed<string>>;
  /** Stores a version under a label of our own. `taken`: the version is there with another value. */
  readonly stage: (id: string, versionId: string, value: Concealed<string>) => Promise<"staged" | "taken">;
  /** Moves AWSCURRENT from one version to another; `moved_away`: it was no longer on `from`. */
  readonly promote: (id: string, from: string, to: string) => Promise<"promoted" | "moved_away">;
  /** Takes our own label off a version. */
  readonly unlabel: (id: string, versionId: string) => Promise<void>;
};

/** The label of a version that is written and not current yet. */
export const STAGED = "SECRETHANDOFFSTAGED";
