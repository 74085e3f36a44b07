export {
  type ClaimMemory,
  createClaimMemory,
  type Store,
} from "./claim-memory.ts";
export { runEffect, step } from "./flow.ts";
export type {
  Acknowledgement,
  DamagedScreen,
  Effect,
  EndedScreen,
  FieldError,
  FlowEvent,
  Handoff,
  OpenedScreen,
  Screen,
  Start,
  Step,
  Typed,
} from "./screens.ts";
export {
  createServiceClient,
  type Refusal,
  type ServiceClient,
  type ServiceResult,
} from "./service-client.ts";
export {
  asClock,
  clockAhead,
  fromNow,
  hashOf,
  inFull,
  joined,
  keyOf,
  listed,
  locale,
  parentOf,
  readTranslations,
  sentence,
  speak,
  type Translations,
  translated,
} from "./translation.ts";
