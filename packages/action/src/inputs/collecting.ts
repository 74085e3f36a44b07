import { SenderError } from "@secret-handoff/sdk";

/** Gives what `parse` gives, or undefined when it throws SenderError, which is kept. */
export type Attempt = <T>(parse: () => T) => T | undefined;

/** Keeps the errors of everything that is attempted, so that all mistakes are told at once. */
export function collecting(): { readonly errors: SenderError[]; readonly attempt: Attempt } {
  const errors: SenderError[] = [];
  const attempt: Attempt = (parse) => {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SenderError)) throw error;
      errors.push(error);
      return undefined;
    }
  };
  return { errors, attempt };
}
