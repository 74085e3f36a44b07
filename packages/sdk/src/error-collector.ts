import { SenderError } from "./sender-error.ts";

/** Keeps the errors of everything that is attempted, so that all mistakes are told at once. Every other error is thrown. */
export class ErrorCollector {
  readonly #errors: SenderError[] = [];

  /** In the order they came. */
  get errors(): readonly SenderError[] {
    return this.#errors;
  }

  add(...errors: readonly SenderError[]): void {
    this.#errors.push(...errors);
  }

  /** What `work` returns, or undefined where it throws SenderError, which is kept. */
  attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#keep(error);
      return undefined;
    }
  }

  /** What `work` resolves with, or undefined where it rejects with SenderError, which is kept. */
  async attemptAsync<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#keep(error);
      return undefined;
    }
  }

  #keep(error: unknown): void {
    if (!(error instanceof SenderError)) throw error;
    this.#errors.push(error);
  }
}
