/** Tells of things in the order in which they happened, although telling one may take a look into the store. */
export class ToldInTurn {
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  tell(work: () => void | Promise<void>): void {
    this.#last = this.#last.then(work).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** Resolves when everything has been told. @throws what telling failed with */
  async idle(): Promise<void> {
    await this.#last;
    if (this.#failure) throw this.#failure.error;
  }
}
