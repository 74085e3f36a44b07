import type { Company } from "@secret-handoff/protocol/company";
import type { FlowEvent, Screen } from "@secret-handoff/protocol/recipient";
import * as say from "../wording.ts";
import { fill } from "./elements.ts";
import {
  brokenView,
  checkingView,
  damagedView,
  endedView,
  failedView,
  reportView,
  unreachableView,
} from "./messages.ts";
import { interruptedView, openingView, readyView } from "./opening.ts";
import { sayAnew } from "./words.ts";

/** What a view can do beside showing: report to the flow what the recipient did, and speak to a screen reader. */
export type ViewActions = {
  send(event: FlowEvent): void;
  now(): number;
  /** A link that the recipient pasted. */
  paste(text: string): void;
  announce(text: string): void;
  readonly inWebView: boolean;
  /** Whom the service is run for; empty where the deployment names nobody. */
  readonly company: Partial<Company>;
};

/** One screen as it stands in the document. */
export type View<S extends Screen = Screen> = {
  readonly root: HTMLElement;
  /** Takes over the state of its screen, at first and when there is a newer one, without touching what has the focus. */
  update?(screen: S): unknown;
};

export type ScreenOf<Kind extends Screen["kind"]> = Extract<Screen, { kind: Kind }>;

type Views<Kinds extends Screen["kind"]> = {
  readonly [Kind in Kinds]: (screen: ScreenOf<Kind>, actions: ViewActions) => View<ScreenOf<Kind>>;
};

/** The screens of a mailed code and of an opened secret. The page fetches them before it derives or claims anything (opened-screens.ts). */
export type OpenedViews = Views<"code" | "opened" | "hidden" | "done">;

const VIEWS: Views<Exclude<Screen["kind"], keyof OpenedViews>> = {
  checking: checkingView,
  unreachable: (screen, actions) =>
    (screen.start.claimedBefore ? interruptedView : unreachableView)(screen, actions),
  damaged: damagedView,
  ready: readyView,
  deriving: openingView,
  claiming: openingView,
  interrupted: interruptedView,
  broken: brokenView,
  ended: endedView,
  report: reportView,
  failed: failedView,
};

/** Puts screens into the document: a new one takes the focus, a newer state of the same one is written into it. */
export function createRenderer(main: HTMLElement, actions: ViewActions) {
  let views: Partial<OpenedViews> & typeof VIEWS = VIEWS;
  let view: View | undefined;
  let shown: Screen | undefined;

  function replace<Kind extends Screen["kind"]>(screen: ScreenOf<Kind>): void {
    const make = (views as Partial<Views<Screen["kind"]>>)[screen.kind as Kind];
    if (!make) throw new Error(`the screen ${screen.kind} was not fetched`);
    const next = make(screen, actions);
    next.update?.(screen);
    view = next;
    fill(main, next.root);
    const heading = entitle();
    (next.root.querySelector<HTMLElement>("[aria-invalid=true],[data-focus]") ?? heading)?.focus();
    scrollTo(0, 0);
  }

  function entitle(): HTMLElement | null {
    const heading = main.querySelector("h1");
    document.title = `${heading?.textContent} - ${actions.company.name ?? say.product}`;
    return heading;
  }

  return {
    addViews(more: OpenedViews): void {
      views = { ...VIEWS, ...more };
    },
    /** Says everything in another language. All else stays as it is. */
    sayAnew(): void {
      sayAnew();
      const heading = view && entitle();
      // The language may come after the first screen: a screen reader is to begin again with the words that it reads now.
      if (heading && heading === document.activeElement) {
        heading.blur();
        heading.focus();
      }
    },
    show(screen: Screen | undefined): void {
      const before = shown?.kind;
      shown = screen;
      if (screen === undefined) {
        view = undefined;
        fill(main);
        // A different ending is a new screen. Another damaged link usually comes from the box, and its error is shown there.
      } else if (view && before === screen.kind && before !== "ended") view.update?.(screen);
      else replace(screen);
    },
  };
}
