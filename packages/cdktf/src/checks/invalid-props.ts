/** Thrown at synth with everything that is wrong with the props, each a sentence that says what to do. */
export class InvalidProps extends Error {
  override readonly name = "InvalidProps";
  readonly code = "invalid_props";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `secret-handoff cannot be built like this:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    );
    this.problems = problems;
  }
}
