/**
 * What a sender does: read secrets, rotate them, seal them, create handoffs, mail links, wait for receipts, revoke.
 * @module sdk
 */

export {
  type CredentialClass,
  durationInWords,
  formatDuration,
  parseDuration,
  pluralize,
} from "@secret-handoff/protocol/api";
export { type Language, languageOf } from "@secret-handoff/protocol/languages";
export type { Accents } from "@secret-handoff/protocol/mail-frame";
export { endingsChart } from "./audit/chart.ts";
export { CONTROLS, type Control } from "./audit/controls.ts";
export { type Block, type Report, toHtml, toMarkdown } from "./audit/document.ts";
export { controlsMarkdown, type EvidenceContext, evidenceReport } from "./audit/evidence.ts";
export { csvLines, type OcsfEvent, ocsfEvents } from "./audit/export.ts";
export { type Holding, holdings, reviewReport, STALE_AFTER_DAYS, staleHoldings } from "./audit/review.ts";
export { type HandoffHistory, type Summary, secretsOf, summarise } from "./audit/summary.ts";
export {
  type DayLeaf,
  type Days,
  fileTrail,
  knownEvents,
  type ServiceTrailOptions,
  serviceTrail,
  type Trail,
  TrailError,
  TrailEvent,
} from "./audit/trail.ts";
export { type Finding, type VerifyOptions, type VerifyResult, verifyTrail } from "./audit/verify.ts";
export {
  type ContentsOptions,
  concealedTexts,
  contentsOf,
  DeliveryContents,
  type Seal,
} from "./delivery/contents.ts";
export { type DeliveryPorts, deliver, type Outcome } from "./delivery/deliver.ts";
export {
  type Delivery,
  type DeliveryChoices,
  type DeliveryDetails,
  type Description,
  describedBy,
  type NamedVersion,
  NO_CONTACT,
  namedVersions,
  planDelivery,
} from "./delivery/delivery.ts";
export {
  A_LANGUAGE,
  A_TIME_ZONE,
  checkAddressees,
  OWN_FACTS,
  type PerRecipient,
  parseContext,
  parsePerRecipient,
  timeZoneOf,
} from "./delivery/description.ts";
export {
  type AwaitPorts,
  awaitHandoffs,
  type DeliveryStatus,
  deliveryStatusOf,
  type Revocation,
  revokeHandoffs,
  type SeenHandoff,
  viewHandoffs,
} from "./delivery/existing-handoffs.ts";
export {
  checkHandOver,
  checkRight,
  type HandOver,
  HandOverError,
  type HandOverPorts,
  handOver,
} from "./delivery/hand-over.ts";
export {
  checkPassphrase,
  GENERATE,
  type GeneratedPassphrase,
  generatePassphrase,
  type PassphraseKeeper,
  passphraseParameters,
} from "./delivery/passphrase.ts";
export {
  checkPolicy,
  type ExpectedOutcome,
  expectOutcomes,
  type PolicyResult,
  type SendRequest,
} from "./delivery/policy.ts";
export {
  type ApprovalPorts,
  awaitApproval,
  type ByRequest,
  byRequest,
  longestLife,
  originOfRequest,
  requestedSecrets,
  requestProblem,
  type SaidBeside,
} from "./delivery/requests.ts";
export { encodedForms, escapedForms } from "./encodings.ts";
export { linesIn } from "./entries.ts";
export {
  allRecipients,
  defaultMailbox,
  type Mailbox,
  parseAddress,
  parseMailbox,
  parseRecipients,
  parseRecipientsFile,
  type Recipient,
  type RecipientList,
} from "./mail/addresses.ts";
export {
  type Attachment,
  type Email,
  type MailTransport,
  writeEmail,
  writeEncryptedEmail,
} from "./mail/email.ts";
export type { EmailFacts, EncryptedLink } from "./mail/email-copy.ts";
export { type SesOptions, sesTransport } from "./mail/ses.ts";
export { parsePort, type SmtpServer, smtpTransport, tlsOf } from "./mail/smtp.ts";
export {
  type AccessTokenChoice,
  loginTexts,
  parseEhloName,
  type SmtpLogin,
  type SmtpLoginParts,
  smtpLoginOf,
} from "./mail/smtp-login.ts";
export type { TokenPorts } from "./mail/smtp-token.ts";
export { escapeMarkdown, markdownTable } from "./markdown.ts";
export { loadKeys } from "./recipient-keys/load-keys.ts";
export {
  addressOf,
  type KeyContext,
  type KeyedRecipient,
  type RecipientKey,
} from "./recipient-keys/recipient-key.ts";
export { Concealed, redact } from "./redact.ts";
export { checkRotation, type RotationPorts, rotate, versionIdOf } from "./rotation/rotate.ts";
export {
  type PasswordRules,
  parsePasswordRules,
  type RotatableSecrets,
  type Rotated,
  type Rotation,
  type RotationRequest,
} from "./rotation/rotation.ts";
export { secretsManagerRotation } from "./rotation/secrets-manager-rotation.ts";
export { mapLimited, type YieldSlot } from "./runtime/concurrency.ts";
export {
  type Deadline,
  type DeadlineOptions,
  deadlineAfter,
  type EndableDeadline,
  startDeadline,
  withAttemptLimit,
  withDeadline,
} from "./runtime/deadline.ts";
export { allowSlowConnections, networkFault } from "./runtime/network.ts";
export { adaptivePace, type Pace } from "./runtime/pace.ts";
export { proxyingFetch } from "./runtime/proxy.ts";
export { retry, retryAfterMs, TransientError } from "./runtime/retry.ts";
export { platformRuntime, type Runtime, unixSeconds } from "./runtime/runtime.ts";
export {
  ErrorCollector,
  faultOf,
  SenderError,
  type SenderErrorCode,
  systemCode,
  toResult,
} from "./sender-error.ts";
export { filterProblem, REVOCATION_PARTS, wantedRecipient } from "./service/filters.ts";
export { fetchIdToken, type TokenEndpoint, tokenEndpoint } from "./service/github-token.ts";
export { iamSigner, type RequestSigner, type SignerOptions } from "./service/iam-signer.ts";
export { pagesOf } from "./service/pages.ts";
export {
  type CreateDetails,
  type ListFilter,
  parseEndpoint,
  type RevokeAllFilter,
  type RevokedAll,
  type ServiceClient,
  serviceClient,
} from "./service/service-client.ts";
export { type Credentials, cachedToken, jwtClaims, type TokenSource } from "./service/service-http.ts";
export { inputName, type NameSetting, placeOf, type Sentence, type Setting } from "./settings.ts";
export {
  type GitHubAppRequest,
  gitHubAppToken,
  parsePermissions,
  parseRepositories,
} from "./sources/github-app.ts";
export { isJsonContainer, jsonScalars } from "./sources/json.ts";
export { type ParameterStore, parameterStore } from "./sources/parameters.ts";
export {
  type ReadSources,
  readAllSecrets,
  type SecretSources,
  type WantedSecrets,
} from "./sources/read-all.ts";
export { type ReadResult, readParameters, readSecrets } from "./sources/read-secrets.ts";
export {
  checkSessionDuration,
  parseRoleArn,
  type RoleAssumer,
  type RoleRequest,
  roleAssumer,
} from "./sources/role-credentials.ts";
export {
  checkRotatedWithin,
  type LabelledSecret,
  labelOf,
  membersOf,
  type SecretsSource,
  type SecretVersion,
  type SubjectSecret,
  subjectOf,
} from "./sources/secret-version.ts";
export { type SecretsManagerOptions, secretsManager } from "./sources/secrets-manager.ts";
export {
  type ParameterSelector,
  parseParameters,
  parseSecretIds,
  type SecretSelector,
} from "./sources/selectors.ts";
export {
  type OtherSelector,
  parseOtherSecrets,
  readOtherSecrets,
  type StoreReader,
  type StoreSecret,
  storeReader,
} from "./sources/stores/other-secrets.ts";
export { machineOf, type StoreContext } from "./sources/stores/store-http.ts";
export type { VaultOptions } from "./sources/stores/vault.ts";
export { type GivenValue, givenSecrets, parseGivenValues, secretParts } from "./sources/values.ts";
