type Part = { readonly close: () => Promise<void> };

/** What has been started, so that all of it can be ended, last first. */
export class Parts {
  readonly #started: Part[] = [];
  #closing: Promise<void> | undefined;

  async add<T extends Part>(starting: Promise<T>): Promise<T> {
    const part = await starting;
    this.#started.push(part);
    return part;
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeInTurn();
    return this.#closing;
  }

  async #closeInTurn(): Promise<void> {
    for (const part of this.#started.reverse()) await part.close();
  }
}
