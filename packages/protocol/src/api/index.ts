export { Actor } from "./actors.ts";
export {
  Approval,
  ApprovalRequest,
  DecisionRequest,
  isRequestId,
  Known,
  type RequestState,
  RequestView,
} from "./approvals.ts";
export {
  CredentialClass,
  countedApprovals,
  DEFAULT_CLASSES,
  EXPIRY_TOLERANCE,
  foreignRecipients,
  missingApprovals,
  type PolicyRule,
  type PolicyViolation,
  type Proposal,
  policyViolations,
  saysSomething,
} from "./classes.ts";
export { AuditEvent, Check, EVENT_SOURCE, EVENT_TYPES, EventType } from "./events.ts";
export { isProse, text, time } from "./fields.ts";
export {
  AcknowledgeRequest,
  CheckRequest,
  ClaimRequest,
  CodeRequest,
  CreateRequest,
  createRequestOf,
  ListQuery,
  MailedRequest,
  MOST_MEMBERS,
  MOST_MEMBERS_BYTES,
  membersBytes,
  type ParsedAcknowledgeRequest,
  type ParsedCheckRequest,
  type ParsedClaimRequest,
  type ParsedCodeRequest,
  type ParsedCreateRequest,
  RECIPIENT_BODY_LIMIT,
  ReportRequest,
  RevokeAllRequest,
  SENDER_BODY_LIMIT,
  StatusRequest,
  Subject,
} from "./requests.ts";
export {
  CheckResponse,
  ClaimResponse,
  EventsResponse,
  HandoffView,
  ListResponse,
  Misfiled,
  PolicyCompany,
  PolicyResponse,
  type Problem,
  type ProblemCode,
  policyCompanyOf,
  RecipientResponse,
  RevokeAllResponse,
  StatusResponse,
} from "./responses.ts";
export { DayName, Leaf, LeavesResponse, Seal, SealNotice, SealsResponse } from "./seals.ts";
export { OperatorEntry, Right, SenderEntry, type TrustedClaims, TrustedIssuer } from "./senders.ts";
export { durationInWords, formatDuration, isoTime, parseDuration, utcMinute } from "./times.ts";
export { EventsQuery, LeavesQuery, RecipientsQuery, SealsQuery } from "./trail.ts";
