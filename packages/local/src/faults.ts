/** Failures that a test has ordered, answered in turn before anything else. */
export class Faults {
  readonly #queue: (() => Response)[] = [];

  /** The next `times` answers fail. @param fault an HTTP status, or what makes the answer */
  order(fault: number | (() => Response), times = 1): void {
    const answer = typeof fault === "number" ? () => new Response(null, { status: fault }) : fault;
    for (let n = 0; n < times; n += 1) this.#queue.push(answer);
  }

  /** The failure to answer now, if any. */
  next(): Response | undefined {
    return this.#queue.shift()?.();
  }
}
