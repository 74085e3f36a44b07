import { beforeEach, describe, expect, test } from "@jest/globals";
import { type ClipboardState, createClipboard } from "../../packages/page/src/clipboard.ts";

/** A clipboard and a clock that tests move. */
class World {
  now = 0;
  content = "before";
  allowed: "always" | "once" | "never" = "always";
  oldWay = false;
  clearsItself = true;
  states: ClipboardState[] = [];
  #ticking: (() => void)[] = [];
  readonly keeper: ReturnType<typeof createClipboard>;

  constructor(withApi = true) {
    const write = async (text: string) => {
      if (this.allowed === "never") throw new Error("NotAllowedError");
      if (this.allowed === "once") this.allowed = "never";
      this.content = text;
    };
    this.keeper = createClipboard({
      write: withApi ? write : undefined,
      writeInPress: (text) => {
        if (this.oldWay) this.content = text;
        return this.oldWay;
      },
      clearsItself: () => this.clearsItself,
      clock: {
        now: () => this.now,
        every: (_, tell) => {
          this.#ticking.push(tell);
          return () => {
            this.#ticking = this.#ticking.filter((other) => other !== tell);
          };
        },
      },
      onChange: (state) => this.states.push(state),
    });
  }

  get kinds(): readonly string[] {
    return this.states.map(({ kind }) => kind);
  }

  get timers(): number {
    return this.#ticking.length;
  }

  async pass(ms: number): Promise<void> {
    this.now += ms;
    for (const tell of this.#ticking) tell();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});

describe("a copied value", () => {
  test("leaves the clipboard after 60 s", async () => {
    expect(await world.keeper.copy("s3cret")).toBe(true);
    await world.pass(59_999);
    expect(world.content).toBe("s3cret");
    await world.pass(1);
    expect(world.content).toBe("");
    expect(world.kinds).toEqual(["holds", "cleared"]);
    expect(world.timers).toBe(0);
  });

  test("that is copied again has its 60 s anew", async () => {
    await world.keeper.copy("one");
    await world.pass(40_000);
    await world.keeper.copy("two");
    expect(world.timers).toBe(1);
    await world.pass(40_000);
    expect(world.content).toBe("two");
    await world.pass(20_000);
    expect(world.content).toBe("");
  });

  test("is not cleared once the recipient was elsewhere: what is there may be theirs", async () => {
    await world.keeper.copy("s3cret");
    world.keeper.release();
    world.content = "something of theirs";
    await world.pass(120_000);
    expect(world.content).toBe("something of theirs");
    expect(world.states.at(-1)).toEqual({ kind: "unsure", clearable: true });
    expect(world.timers).toBe(0);
  });

  test("is not cleared once another program has copied something, as far as the browser tells it", async () => {
    await world.keeper.copy("s3cret");
    world.keeper.changed();
    expect(world.kinds).toEqual(["holds"]);
    await world.pass(5_000);
    world.content = "something of theirs";
    world.keeper.changed();
    await world.pass(60_000);
    expect(world.content).toBe("something of theirs");
    expect(world.states.at(-1)).toEqual({ kind: "unsure", clearable: true });
  });

  test("is cleared then when the recipient asks for it", async () => {
    await world.keeper.copy("s3cret");
    world.keeper.release();
    await world.keeper.clear();
    expect(world.content).toBe("");
    expect(world.kinds).toEqual(["holds", "unsure", "cleared"]);
  });

  test("is not said to be cleared where the browser writes in a press only, but has a button that does it", async () => {
    world.clearsItself = false;
    expect(await world.keeper.copy("s3cret")).toBe(true);
    expect(world.states).toEqual([{ kind: "unsure", clearable: true }]);
    expect(world.timers).toBe(0);
    await world.keeper.clear();
    expect(world.content).toBe("");
  });

  test("that cannot be cleared is shown as such, without a button that does nothing", async () => {
    world.allowed = "once";
    await world.keeper.copy("s3cret");
    await world.pass(60_000);
    expect(world.states.at(-1)).toEqual({ kind: "unsure", clearable: false });
    expect(world.timers).toBe(0);
  });

  test("is copied the old way where there is no other, and cannot be cleared", async () => {
    world = new World(false);
    world.oldWay = true;
    expect(await world.keeper.copy("s3cret")).toBe(true);
    expect(world.states).toEqual([{ kind: "unsure", clearable: false }]);
    await world.pass(60_000);
    expect(world.content).toBe("s3cret");
  });

  test("that a policy keeps from the clipboard's own way goes the old way", async () => {
    world.allowed = "never";
    world.oldWay = true;
    expect(await world.keeper.copy("s3cret")).toBe(true);
    expect(world.content).toBe("s3cret");
  });
});

test("a browser that lets nothing be copied is recognised", async () => {
  world.allowed = "never";
  expect(await world.keeper.copy("s3cret")).toBe(false);
  expect(world.content).toBe("before");
  expect(world.kinds).toEqual(["closed"]);
});

test("leaving the page says nothing of a clipboard that the page has not touched", () => {
  world.keeper.release();
  expect(world.states).toEqual([]);
});
