/** The demo did not go as it must. The message is a sentence for whoever runs it. */
export class DemoError extends Error {
  override readonly name = "DemoError";
}

/** @throws DemoError unless the condition holds */
export function must(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new DemoError(sentence);
}
