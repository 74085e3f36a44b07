import { Json, merged, parseTemplate, templateParts, WHEN } from "./hcl.ts";

/** Which parts of the construct a module makes only if its inputs ask for them. The construct itself decides at synth. */
export type MadeIf = {
  /** Terraform conditions, by the beginning of the names of the resources that they decide on. */
  readonly resources: Readonly<Record<string, string>>;
  /** Terraform conditions, by the Sid of the policy statements that they decide on. */
  readonly statements: Readonly<Record<string, string>>;
  /** Terraform conditions, by the variables of a function's environment that they decide on. */
  readonly variables: Readonly<Record<string, string>>;
  /** Expressions that stand in the place of example values, as JSON: one value, a list, or an object. */
  readonly inputs: Readonly<Record<string, string>>;
};

type Resource = Readonly<Record<string, unknown>>;
export type Resources = Readonly<Record<string, Readonly<Record<string, Resource>>>>;

/**
 * Gives resources their `count`, statements their condition, and examples the expressions that they stand for.
 * @throws Error for a condition or an example that is used nowhere: it would say that the module does what it does not
 */
export function madeIf(
  resources: Resources,
  { resources: counts, statements, variables, inputs }: MadeIf,
): Resources {
  const used = new Set<string>();
  const countOf = (name: string): string | undefined => {
    const found = Object.keys(counts).find((beginning) => name.startsWith(beginning));
    if (found !== undefined) used.add(found);
    return found === undefined ? undefined : counts[found];
  };
  const counted = Object.entries(resources).flatMap(([type, named]) =>
    Object.keys(named)
      .filter((name) => countOf(name) !== undefined)
      .map((name) => `${type}.${name}`),
  );
  const finished = Object.fromEntries(
    Object.entries(resources).map(([type, named]) => [
      type,
      Object.fromEntries(
        Object.entries(named).map(([name, body]) => {
          const condition = countOf(name);
          const rewrite = (text: string) => rewriteText(text, counted, condition !== undefined, inputs, used);
          const rewritten = rewriteValues(body, (text) =>
            conditionalStatements(rewrite(text), statements, used),
          );
          const complete = conditionalVariables(rewritten, variables, used);
          return [
            name,
            condition === undefined ? complete : { count: `\${${condition} ? 1 : 0}`, ...complete },
          ];
        }),
      ),
    ]),
  );
  const unused = [counts, statements, variables, inputs]
    .flatMap(Object.keys)
    .filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`the module uses none of ${unused.join(", ")}`);
  return finished;
}

/** A function's environment, of which some variables are there only in some deployments. */
function conditionalVariables(body: Resource, conditions: MadeIf["variables"], used: Set<string>): Resource {
  const { environment } = body as { readonly environment?: { readonly variables: Resource } };
  if (environment === undefined) return body;
  const entries = Object.entries(environment.variables);
  const sometimes = entries.flatMap(([name, value]) => {
    const condition = conditions[name];
    if (condition === undefined) return [];
    used.add(name);
    return [[condition, { [name]: value }] as const];
  });
  if (sometimes.length === 0) return body;
  const always = Object.fromEntries(entries.filter(([name]) => !(name in conditions)));
  return { ...body, environment: { variables: merged(always, sometimes) } };
}

/** What is made once at most has an index where it is referred to; one that may be missing is null. */
function rewriteText(
  text: string,
  counted: readonly string[],
  besideIt: boolean,
  inputs: MadeIf["inputs"],
  used: Set<string>,
): string {
  const replaced = Object.entries(inputs).reduce((current, [example, expression]) => {
    // In JSON within a text, quotes are escaped once more.
    for (const form of [example, JSON.stringify(example).slice(1, -1)]) {
      if (current.includes(form)) {
        used.add(example);
        current = current.replaceAll(form, () => `\${${expression}}`);
      }
    }
    return current;
  }, text);
  return templateParts(replaced)
    .map((part) => (part.expression ? `\${${references(part.text, counted, besideIt)}}` : part.text))
    .join("");
}

/** Refers to what is made once at most from where it may be missing. */
export function referring(text: string, counted: readonly string[]): string {
  return templateParts(text)
    .map((part) => (part.expression ? `\${${references(part.text, counted, false)}}` : part.text))
    .join("");
}

function references(expression: string, counted: readonly string[], besideIt: boolean): string {
  return expression.replaceAll(
    /\b(aws_\w+\.\w+)((?:\.\w+|\[\d+\])+)/g,
    (whole, address: string, rest: string) => {
      if (!counted.includes(address)) return whole;
      return besideIt ? `${address}[0]${rest}` : `one(${address}[*]${rest})`;
    },
  );
}

function conditionalStatements(
  text: string,
  statements: MadeIf["statements"],
  used: Set<string>,
): string | Json {
  if (!text.includes('"Sid"')) return text;
  const document = parseTemplate(templateParts(text)) as { readonly Statement?: unknown } | undefined;
  if (!Array.isArray(document?.Statement)) return text;
  const marked = document.Statement.map((statement: { readonly Sid: string }) => {
    const condition = statements[statement.Sid];
    if (condition === undefined) return statement;
    used.add(statement.Sid);
    return { ...statement, [WHEN]: condition };
  });
  return new Json({ ...document, Statement: marked });
}

function rewriteValues<T>(value: T, rewrite: (text: string) => unknown): T {
  if (typeof value === "string") return rewrite(value) as T;
  if (Array.isArray(value)) return value.map((inner) => rewriteValues(inner, rewrite)) as T;
  if (typeof value !== "object" || value === null) return value as T;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      // Addresses, and no values.
      key === "depends_on" || key === "provider" ? inner : rewriteValues(inner, rewrite),
    ]),
  ) as T;
}
