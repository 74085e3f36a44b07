type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: Json };

/**
 * Whether EventBridge would match an event, by its published rules: every field of the pattern must be in the event; a
 * list holds alternatives, of which one must match; where the event has a list, one of its elements must. Throws on an
 * operator that our patterns do not use.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matches(pattern: Fields, event: Fields): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const found = event[field];
    if (Array.isArray(wanted)) return wanted.some((alternative) => isMet(alternative as Json, found));
    if (!isFields(wanted)) throw new Error(`${field} must be a list of alternatives or an object`);
    return isFields(found) ? matches(wanted, found) : matchesNothing(wanted);
  });
}

function isMet(alternative: Json, found: Json | undefined): boolean {
  if (!isFields(alternative)) return elementsOf(found).includes(alternative);
  const [[operator, operand] = ["", null], ...more] = Object.entries(alternative);
  if (more.length > 0) throw new Error("an alternative has one operator");
  switch (operator) {
    case "prefix":
      return elementsOf(found).some(
        (value) => typeof value === "string" && value.startsWith(String(operand)),
      );
    case "anything-but":
      return elementsOf(found).some((value) => !(operand as readonly Json[]).includes(value));
    case "exists":
      // Of leaves only: an object is never said to exist.
      return (found !== undefined && !isFields(found)) === operand;
    default:
      throw new Error(`the patterns use ${operator}, which this matcher does not know`);
  }
}

/** A pattern of fields that are all missing is met where each of them may be missing. */
function matchesNothing(pattern: Fields): boolean {
  return matches(pattern, {});
}

function elementsOf(found: Json | undefined): readonly Json[] {
  if (found === undefined) return [];
  return Array.isArray(found) ? (found as readonly Json[]) : [found];
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
