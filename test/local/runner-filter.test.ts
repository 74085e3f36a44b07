import { describe, expect, test } from "@jest/globals";
import { RunnerFilter, readFileCommands } from "@secret-handoff/local";

/** What the log shows of an output. */
function shown(
  output: string,
  options: ConstructorParameters<typeof RunnerFilter>[0] = {},
): readonly string[] {
  const filter = new RunnerFilter(options);
  return [...filter.push(output), ...filter.end()];
}

describe("commands", () => {
  const cases: readonly [string, string, readonly string[]][] = [
    ["plain output", "hello\nworld", ["hello", "world"]],
    ["a carriage return ends a line too", "one\rtwo\r\nthree\n", ["one", "two", "three"]],
    ["an error", "::error title=Oops::it failed", ["##[error]it failed"]],
    ["a warning and a notice", "::warning::w\n::notice::n", ["##[warning]w", "##[notice]n"]],
    ["escapes in data", "::error::100%25 of a%0Ab", ["##[error]100% of a", "b"]],
    ["an escaped escape stays one", "::error::%250A", ["##[error]%0A"]],
    ["groups", "::group::Reading\n::endgroup::", ["##[group]Reading", "##[endgroup]"]],
    ["debug is not shown", "::debug::detail", []],
    ["names are read whatever their case", "::ERROR::x", ["##[error]x"]],
    ["leading space", "   ::error::x", ["##[error]x"]],
    ["the old form", "before ##[error]x", ["##[error]x"]],
    [
      "what is no command is output",
      "::unknown::x\n::error x\nstd::vector",
      ["::unknown::x", "::error x", "std::vector"],
    ],
    [
      "a mask of nothing",
      "::add-mask::  ",
      ["##[warning]Can't add secret mask for empty string in ##[add-mask] command."],
    ],
    [
      "stopped commands are output until their token comes",
      "::stop-commands::tok\n::error::x\n::tok::\n::error::y",
      ["::stop-commands::tok", "::error::x", "::tok::", "##[error]y"],
    ],
    [
      "a long stop token is masked",
      "::stop-commands::long-token\n::long-token::",
      ["::stop-commands::***", "::***::"],
    ],
    [
      "echo",
      "::echo::on\n::group::g\n::echo::off\n::endgroup::",
      ["::group::g", "##[group]g", "::echo::off", "##[endgroup]"],
    ],
    [
      "commands that were taken away",
      "::set-env name=A::b",
      [
        "##[error]Unable to process command '::set-env name=A::b' successfully.",
        "##[error]The `set-env` command is disabled.",
      ],
    ],
  ];
  test.each(cases)("%s", (_, output, expected) => {
    expect(shown(output)).toEqual(expected);
  });

  test("debug is shown where the job asks for it", () => {
    expect(shown("::debug::detail", { debug: true })).toEqual(["##[debug]detail"]);
  });

  test("a refused command fails the step", () => {
    const filter = new RunnerFilter();
    filter.push("::add-path::/evil\n");
    expect(filter.failed).toBe(true);
  });

  test("annotations, outputs and state are kept", () => {
    const filter = new RunnerFilter();
    filter.push(
      "::error title=A%2CB,line=3::bad%0Athing\n::set-output name=id::abc\n::save-state name=s::1\n",
    );
    expect(filter.annotations).toEqual([{ level: "error", message: "bad\nthing", title: "A,B" }]);
    expect([Object.fromEntries(filter.outputs), Object.fromEntries(filter.state)]).toEqual([
      { id: "abc" },
      { s: "1" },
    ]);
  });

  test("a line that one stream has begun is not ended by the other", () => {
    const filter = new RunnerFilter();
    expect(filter.push("::error::be", "stdout")).toEqual([]);
    expect(filter.push("other\n", "stderr")).toEqual(["other"]);
    expect(filter.push("gun\n", "stdout")).toEqual(["##[error]begun"]);
  });

  test("a line may come in any pieces", () => {
    const output = "::add-mask::hunter2hunter2\r\nit is hunter2hunter2\r\n::error::hunter2hunter2!\n";
    const filter = new RunnerFilter();
    const lines = [...output].flatMap((character) => filter.push(character));
    expect(lines).toEqual(["it is ***", "##[error]***!"]);
  });
});

describe("masks", () => {
  const SECRET = `a"b'c<d>&é x/y+z`;
  const spellings: readonly [string, string][] = [
    ["itself", SECRET],
    ["base64", Buffer.from(SECRET).toString("base64")],
    ["base64 behind one byte", Buffer.from(SECRET).subarray(1).toString("base64")],
    ["base64 behind two bytes", Buffer.from(SECRET).subarray(2).toString("base64")],
    ["in JSON", JSON.stringify(SECRET).slice(1, -1)],
    ["in a URL", "a%22b%27c%3Cd%3E%26%C3%A9%20x%2Fy%2Bz"],
    ["in XML", "a&quot;b&apos;c&lt;d&gt;&amp;é x/y+z"],
    ["in an expression", `a"b''c<d>&é x/y+z`],
  ];
  test.each(spellings)("a value is hidden %s", (_, spelling) => {
    expect(shown(`::add-mask::${SECRET}\nit is ${spelling}.`)).toEqual(["it is ***."]);
  });

  const notHidden: readonly [string, string][] = [
    ["base64url", Buffer.from("??>>~~secret").toString("base64url")],
    ["hex", Buffer.from("??>>~~secret").toString("hex")],
    ["reversed", [..."??>>~~secret"].reverse().join("")],
  ];
  test.each(notHidden)("a value is not hidden in %s: the runner does not do that", (_, spelling) => {
    expect(shown(`::add-mask::??>>~~secret\n${spelling}`)).toEqual([spelling]);
  });

  test("the lines of a value are masked each", () => {
    expect(shown("::add-mask::first%0Asecond\nfirst, second, third")).toEqual(["***, ***, third"]);
  });

  test("what overlaps or touches becomes one", () => {
    expect(shown("::add-mask::abab\nxababababx")).toEqual(["x***x"]);
    expect(shown("::add-mask::one1\n::add-mask::two2\none1two2 one1 two2")).toEqual(["*** *** ***"]);
  });

  test("quotes round a value are not needed to find it", () => {
    expect(shown(`::add-mask::"quoted-value"\nquoted-value`)).toEqual(["***"]);
  });

  test("only what follows the mask is hidden", () => {
    expect(shown("hunter2\n::add-mask::hunter2\nhunter2")).toEqual(["hunter2", "***"]);
  });

  test("the job's secrets are masked from the start, annotations and summaries too", () => {
    const filter = new RunnerFilter({ secrets: [" line one\nline two "] });
    expect(filter.push("::error::line two\n")).toEqual(["##[error]***"]);
    expect(filter.annotations).toEqual([{ level: "error", message: "***" }]);
    expect(filter.maskLines("# line one\n\nok\n")).toBe("# ***\n\nok\n");
  });
});

describe("command files", () => {
  test("names and values in both forms", () => {
    const text = "a=1\n\nb=x=y\nc<<EOF\nline 1\nline 2 << = \nEOF\nd<<X\nX\ne=<<\n";
    expect(Object.fromEntries(readFileCommands(text))).toEqual({
      a: "1",
      b: "x=y",
      c: "line 1\nline 2 << = ",
      d: "",
      e: "<<",
    });
  });

  test.each(["nothing", "a<<EOF\nunended", "<<EOF\nEOF", "a<<\n\n"])("%j is refused", (text) => {
    expect(() => readFileCommands(text)).toThrow(/^Invalid/);
  });
});
