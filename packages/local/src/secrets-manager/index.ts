export { type Asked, type SecretsManagerEndpoint, startSecretsManager } from "./endpoint.ts";
export type { Rotation } from "./rotation.ts";
export type { SecretValue } from "./secret-value.ts";
export type { Vault } from "./vault.ts";
