import { randomInt, randomUUID } from "node:crypto";
import type { RotationBehaviour } from "./rotation.ts";

/** Text, or the bytes of a binary secret. */
export type SecretValue = string | Uint8Array;

export type Version = {
  readonly id: string;
  /** Undefined until somebody puts a value into it: a rotation makes its version first. */
  value: SecretValue | undefined;
  /** Unix seconds. */
  readonly createdAt: number;
};

/**
 * A secret: its versions, and which of them bears which staging label. A label is on one version at the most.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
 */
export class Secret {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly versions = new Map<string, Version>();
  readonly stages = new Map<string, string>();
  description = "";
  changedAt: number;
  rotatedAt: number | undefined;
  deletedAt: number | undefined;
  rotation: RotationBehaviour = { kind: "unconfigured" };

  constructor(name: string, createdAt: number) {
    this.name = name;
    this.arn = `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-${suffix()}`;
    this.createdAt = createdAt;
    this.changedAt = createdAt;
  }

  add(value: SecretValue | undefined, createdAt: number, id: string = randomUUID()): Version {
    const version: Version = { id, value, createdAt };
    this.versions.set(id, version);
    return version;
  }

  /** Moves a label to a version. What loses AWSCURRENT becomes AWSPREVIOUS. */
  label(stage: string, version: Version, now: number): void {
    const current = this.stages.get("AWSCURRENT");
    if (stage === "AWSCURRENT" && current !== undefined && current !== version.id) {
      this.stages.set("AWSPREVIOUS", current);
    }
    this.stages.set(stage, version.id);
    this.changedAt = now;
  }

  unlabel(stage: string): void {
    this.stages.delete(stage);
  }

  at(stage: string): Version | undefined {
    return this.versions.get(this.stages.get(stage) ?? "");
  }

  stagesOf(version: Version): string[] {
    return [...this.stages].flatMap(([stage, id]) => (id === version.id ? [stage] : []));
  }

  /** Labelled versions only; the others count as deprecated. */
  stagesById(): Record<string, string[]> {
    const labelled = [...this.versions.values()].map(
      (version) => [version.id, this.stagesOf(version)] as const,
    );
    return Object.fromEntries(labelled.filter(([, stages]) => stages.length > 0));
  }
}

/** Six characters that distinguish an ARN from that of a later secret with the same name. */
function suffix(): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join("");
}

export function equalValues(one: SecretValue, other: SecretValue): boolean {
  return typeof one === typeof other && Buffer.from(one).equals(Buffer.from(other));
}
