import { beforeEach, describe, expect, test } from "@jest/globals";
import { ClipboardKeeper, type ClipboardState } from "../../packages/page/src/clipboard.ts";

/** A clipboard, a focus and a clock that tests move. */
class World {
  now = 0;
  focused = true;
  content = "before";
  allowed: "always" | "once" | "never" = "always";
  oldWay = false;
  states: ClipboardState["kind"][] = [];
  #ticking: (() => void)[] = [];
  readonly keeper: ClipboardKeeper;

  constructor(withApi = true) {
    const write = async (text: string) => {
      if (this.allowed === "never" || !this.focused) throw new Error("NotAllowedError");
      if (this.allowed === "once") this.allowed = "never";
      this.content = text;
    };
    this.keeper = new ClipboardKeeper({
      write: withApi ? write : undefined,
      writeInPress: (text) => {
        if (this.oldWay) this.content = text;
        return this.oldWay;
      },
      hasFocus: () => this.focused,
      clock: {
        now: () => this.now,
        every: (_, tell) => {
          this.#ticking.push(tell);
          return () => {
            this.#ticking = this.#ticking.filter((other) => other !== tell);
          };
        },
      },
      onChange: ({ kind }) => this.states.push(kind),
    });
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
    expect(world.states).toEqual(["holds", "cleared"]);
    expect(world.timers).toBe(0);
  });

  test("that is copied again has its 60 s anew", async () => {
    await world.keeper.copy("one");
    await world.pass(40_000);
    await world.keeper.copy("two");
    await world.pass(40_000);
    expect(world.content).toBe("two");
    await world.pass(20_000);
    expect(world.content).toBe("");
  });

  test("waits for the focus where the page does not have it, and says so", async () => {
    await world.keeper.copy("s3cret");
    world.focused = false;
    await world.pass(60_000);
    expect(world.states.at(-1)).toBe("waits");
    expect(world.content).toBe("s3cret");
    world.focused = true;
    await world.keeper.tick();
    expect(world.content).toBe("");
    expect(world.states.at(-1)).toBe("cleared");
  });

  test("stays where the browser lets nothing be cleared, and that is said", async () => {
    world.allowed = "once";
    await world.keeper.copy("s3cret");
    await world.pass(60_000);
    expect(world.states.at(-1)).toBe("stays");
    expect(world.timers).toBe(0);
  });

  test("is copied the old way where there is no other, and stays", async () => {
    world = new World(false);
    world.oldWay = true;
    expect(await world.keeper.copy("s3cret")).toBe(true);
    expect(world.states).toEqual(["stays"]);
    await world.pass(60_000);
    expect(world.content).toBe("s3cret");
  });
});

test("a browser that lets nothing be copied is told apart", async () => {
  world.allowed = "never";
  expect(await world.keeper.copy("s3cret")).toBe(false);
  expect(world.content).toBe("before");
  expect(world.states).toEqual(["closed"]);
});

test("nothing is cleared that this page did not copy", async () => {
  await world.keeper.tick();
  expect(world.content).toBe("before");
});
