// What a page is: drawn into a place, left again, refreshed while it is seen.

import { ApiError, call } from "./api.ts";
import { failure, h, type Child } from "./dom.ts";

const REFRESH_MS = 4000;

export class Page {
  readonly #leaves: (() => void)[] = [];
  readonly #place: HTMLElement;
  #left = false;

  constructor(place: HTMLElement) {
    this.#place = place;
  }

  leave(what: () => void): void {
    this.#leaves.push(what);
  }

  end(): void {
    this.#left = true;
    for (const what of this.#leaves.splice(0)) what();
  }

  title(text: string, ...beside: Child[]): HTMLElement {
    document.title = text === "Overview" ? "Weir" : `${text} · Weir`;
    return h("header", { class: "title" }, h("h1", { tabindex: -1 }, text), ...beside);
  }

  /** Draws what the API answers; with `live` again whenever the answer changes. */
  async show<T>(path: string, draw: (answer: T) => Child[], live = true): Promise<void> {
    let last = "";
    const get = async () => {
      try {
        const answer = await call<T>(path);
        const text = JSON.stringify(answer);
        if (this.#left || text === last) return;
        last = text;
        this.#replace(draw(answer));
      } catch (error) {
        if (this.#left) return;
        const text = error instanceof ApiError ? error.message : String(error);
        if (text === last) return;
        last = text;
        this.#replace([failure(error, () => { last = ""; void get(); })]);
      }
    };
    this.#replace([h("p", { class: "loading", role: "status" }, "Loading…")]);
    await get();
    if (!live || this.#left) return;
    let timer = 0;
    const again = () => {
      timer = window.setTimeout(async () => {
        const busy = document.hidden || document.querySelector("dialog[open]") !== null;
        if (!busy) await get();
        if (!this.#left) again();
      }, REFRESH_MS);
    };
    again();
    this.leave(() => window.clearTimeout(timer));
  }

  /** Keeps the focus where it was, by the element's address, label or text. */
  #replace(children: Child[]): void {
    const focused = this.#place.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
    const mark = focused && this.#mark(focused);
    const caret = focused instanceof HTMLInputElement && focused.type === "search" ? focused.selectionStart : null;
    const fragment = h("div", { class: "page" }, ...children);
    this.#place.replaceChildren(fragment);
    if (mark === null) return;
    const same = [...fragment.querySelectorAll<HTMLElement>("a, button, input, select, [tabindex]")].find((element) => this.#mark(element) === mark);
    same?.focus({ preventScroll: true });
    if (same instanceof HTMLInputElement && caret !== null) same.setSelectionRange(caret, caret);
  }

  #mark(element: HTMLElement): string {
    return `${element.tagName} ${element.getAttribute("href") ?? element.getAttribute("aria-label") ?? element.textContent}`;
  }
}
