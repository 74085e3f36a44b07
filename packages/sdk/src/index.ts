export { type Arrival, arrivalOf } from "./arrival.ts";
export { attempt } from "./attempt.ts";
export {
  awaitReceipts,
  canPass,
  viewEach,
  type Watched,
  type Watching,
  type WatchPorts,
} from "./await-receipts.ts";
export { Concealed } from "./concealed.ts";
export { deliver } from "./deliver.ts";
export { checkDescription } from "./description.ts";
export { durationInWords, formatDuration, parseDuration } from "./duration.ts";
export { parseEndpoint } from "./endpoint.ts";
export { type GivenValue, givenSecrets, parseGivenValues, secretParts } from "./given-values.ts";
export { checkItems, itemsOf } from "./items.ts";
export { jsonScalars } from "./json-leaves.ts";
export { jwtClaims } from "./jwt-claims.ts";
export { writeLetter } from "./letter.ts";
export type { LetterFacts } from "./letter-parts.ts";
export { type EndableLifetime, type Lifetime, startLifetime } from "./lifetime.ts";
export { mapLimited } from "./limited.ts";
export type { Letter, Mailbox, MailTransport } from "./mail.ts";
export { defaultMailbox, parseMailbox } from "./mailbox.ts";
export type { DeliveryPorts, Order } from "./order.ts";
export type { Outcome } from "./outcome.ts";
export {
  type ParameterReader,
  type ParameterSelector,
  parameterReader,
  parseParameters,
} from "./parameters.ts";
export { checkPassphrase } from "./passphrase.ts";
export { type PasswordRules, parsePasswordRules } from "./password-rules.ts";
export { type ReadResult, readSecrets } from "./read-secrets.ts";
export { addressOf, parseRecipients, type RecipientList } from "./recipients.ts";
export { type Admitted, judge, type Verdict, type Wish } from "./requirements.ts";
export { PassingError, retry, retryAfterMs } from "./retry.ts";
export { type Revocation, revokeEach } from "./revoke-each.ts";
export { type RoleAssumer, type RoleWish, roleAssumer } from "./role-credentials.ts";
export { checkRotation, type RotationPorts, rotate, versionIdOf } from "./rotate.ts";
export { checkRotatedWithin } from "./rotated-within.ts";
export type { RotatingVault } from "./rotating-vault.ts";
export type { Rotated, Rotation, RotationWish } from "./rotation.ts";
export { platformRuntime, type Runtime } from "./runtime.ts";
export { parseSecretIds, type SecretSelector } from "./secret-ids.ts";
export type { LabelledSecret, SecretsSource, SecretVersion } from "./secret-version.ts";
export { type SecretsManagerOptions, secretsManager } from "./secrets-manager.ts";
export { secretsManagerRotation } from "./secrets-manager-rotation.ts";
export { faultOf, SenderError, type SenderErrorCode } from "./sender-error.ts";
export { cachedToken, type TokenSource } from "./sender-token.ts";
export { type CreateDetails, type ListFilter, type ServiceClient, serviceClient } from "./service.ts";
export { type SesOptions, sesTransport } from "./ses.ts";
export { settled } from "./settled.ts";
export { smtpTransport } from "./smtp.ts";
export type { SmtpServer } from "./smtp-server.ts";
export { type SubjectSecret, subjectOf } from "./subject.ts";
