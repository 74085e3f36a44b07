/** What is used of the client, and no more: loaded with the first secret, and a bundler can leave the rest out. */
export {
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
