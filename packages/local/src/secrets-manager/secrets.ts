import { randomInt, randomUUID } from "node:crypto";
import { type Clock, systemClock } from "@secret-handoff/lambda";
import { accessDenied, invalidRequest, notFound } from "./request.ts";
import { type RotationBehaviour, Rotations } from "./rotation.ts";

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

/** The secrets, and how tests set them up without the API. */
export class LocalSecrets {
  readonly clock: Clock;
  readonly rotations = new Rotations();
  readonly #secrets = new Map<string, Secret>();
  readonly #denied = new Map<string, ReadonlySet<string>>();
  #throttled = 0;

  constructor(clock: Clock = systemClock) {
    this.clock = clock;
  }

  /**
   * Puts a value as AWSCURRENT, into a new secret or a new version of an old one.
   * @param createdAt when that version was made, Unix seconds; now unless said otherwise
   */
  put(name: string, value: SecretValue, { createdAt = this.clock(), rotation }: PutOptions = {}): Secret {
    const secret = this.#secrets.get(name) ?? this.create(name, createdAt);
    secret.label("AWSCURRENT", secret.add(value, createdAt), createdAt);
    if (rotation) this.rotations.configure(secret, rotation, createdAt);
    return secret;
  }

  create(name: string, createdAt: number): Secret {
    const secret = new Secret(name, createdAt);
    this.#secrets.set(name, secret);
    return secret;
  }

  /** The current value. @throws AwsException when there is none */
  value(name: string): SecretValue {
    const value = this.find(name).at("AWSCURRENT")?.value;
    if (value === undefined) throw notFound("the specified secret value for staging label: AWSCURRENT");
    return value;
  }

  /** How a secret rotates from now on. */
  rotate(name: string, rotation: RotationBehaviour): void {
    this.rotations.configure(this.find(name), rotation, this.clock());
  }

  /** Denies operations on a secret (`*`: on all); all operations unless some are named. */
  deny(name: string, ...operations: readonly string[]): void {
    this.#denied.set(name, new Set(operations));
  }

  /** The next `times` requests are throttled. */
  throttle(times: number): void {
    this.#throttled = times;
  }

  /** Marks a secret for deletion, as DeleteSecret does. */
  markForDeletion(name: string): void {
    this.find(name).deletedAt = this.clock();
  }

  takeThrottled(): boolean {
    if (this.#throttled === 0) return false;
    this.#throttled -= 1;
    return true;
  }

  /** @throws AwsException when the operation is denied on what the request names */
  permit(operation: string, id: string): void {
    const name = this.#byId(id)?.name ?? id;
    for (const key of [name, "*"]) {
      const operations = this.#denied.get(key);
      if (operations && (operations.size === 0 || operations.has(operation))) {
        throw accessDenied(operation, id);
      }
    }
  }

  /** By name or ARN, with or without its last six characters. @throws AwsException when there is none */
  find(id: string): Secret {
    const secret = this.#byId(id);
    if (!secret) throw notFound();
    return secret;
  }

  /** @throws AwsException when there is none, or it is marked for deletion */
  findLive(id: string): Secret {
    const secret = this.find(id);
    if (secret.deletedAt === undefined) return secret;
    throw invalidRequest(
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }

  all(): readonly Secret[] {
    return [...this.#secrets.values()];
  }

  #byId(id: string): Secret | undefined {
    return this.#secrets.get(id) ?? this.all().find(({ arn }) => arn === id || arn.slice(0, -7) === id);
  }
}

type PutOptions = { readonly createdAt?: number; readonly rotation?: RotationBehaviour };
