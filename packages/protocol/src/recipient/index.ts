export {
  type ClaimMemory,
  createClaimMemory,
  type Recalled,
  type Remembered,
  type Store,
} from "./claim-memory.ts";
export { endingOf, REPORT_WORD } from "./ended.ts";
export { type EffectPorts, runEffect, step } from "./flow.ts";
export type {
  Acknowledgement,
  Attempt,
  CallEffect,
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
  type Calls,
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
  keyOf,
  locale,
  parentOf,
  readTranslations,
  sentence,
  speak,
  type Translations,
  translated,
} from "./translation.ts";
