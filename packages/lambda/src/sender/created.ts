import type { HandoffView } from "@secret-handoff/protocol/api";

/** 201 for what was created now, 200 for what was there before. */
export type Created = { readonly status: 200 | 201; readonly view: HandoffView };
