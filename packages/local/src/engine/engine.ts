/** What answers DynamoDB's API: a child process that ends with this process however that dies, or an endpoint given by its URL. */
export type Engine = {
  readonly name: EngineName | "endpoint";
  readonly endpoint: string;
  /** Undefined for a given endpoint. */
  readonly pid: number | undefined;
  /** Ends the engine as a power cut would. */
  readonly kill: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type EngineName = "dynoxide" | "dynalite";

/** There is no such engine, or it did not start. The message is a sentence for whoever started the local stack. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}
