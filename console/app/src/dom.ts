// Elements, and the few pieces that all pages are made of.

import { ApiError } from "./api.ts";

export type Child = Node | string | number | null | undefined | false | Child[];
type Props = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

/** An element: functions become listeners, true an empty attribute, null and false none. Text is never markup. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name, value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

export function append(parent: Node, children: Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child);
    else if (child !== null && child !== undefined && child !== false) parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

const numbers = new Intl.NumberFormat("en");
export const count = (n: number | null | undefined): string => (n === null || n === undefined ? "–" : numbers.format(n));
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  const units = ["KiB", "MiB", "GiB"];
  let unit = -1;
  do { n /= 1024; unit++; } while (n >= 1024 && unit < 2);
  return `${n.toFixed(n < 10 ? 1 : 0)} ${units[unit]}`;
}

export function time(ms: number): HTMLElement {
  if (ms < 0) return h("span", { class: "dim" }, "–");
  const date = new Date(ms);
  const pad = (n: number, size = 2) => String(n).padStart(size, "0");
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
  return h("time", { datetime: date.toISOString(), title: `${day} ${clock}` }, day === new Date().toLocaleDateString("sv") ? clock : `${day} ${clock}`);
}

const GOOD = ["stable", "running"];
const BAD = ["failed", "dead"];
export function state(text: string | null): HTMLElement {
  const lower = (text ?? "").toLowerCase();
  const kind = GOOD.includes(lower) ? "good" : BAD.includes(lower) ? "bad" : lower === "" || lower === "empty" ? "idle" : "busy";
  const words = lower === "" ? "unknown" : (text ?? "").replace(/([a-z])([A-Z])/g, "$1 $2").replace("_", " ").toLowerCase();
  return h("span", { class: `state ${kind}` }, words);
}

export const tag = (text: string, kind = ""): HTMLElement => h("span", { class: `tag ${kind}` }, text);

export function empty(title: string, text: Child, action?: Child): HTMLElement {
  return h("div", { class: "empty" }, h("div", { class: "waves", "aria-hidden": "true" }), h("h2", {}, title), h("p", {}, text), action);
}

export function failure(error: unknown, again?: () => void): HTMLElement {
  const hint = error instanceof ApiError ? error.hint : "Reload the page; if it comes back, it is a bug in the console.";
  const message = error instanceof Error ? error.message : String(error);
  return h("div", { class: "failure", role: "alert" }, h("h2", {}, "That did not work"), h("p", {}, message), h("p", { class: "dim" }, hint),
    again && h("button", { type: "button", click: again }, "Try again"));
}

export interface Column<T> { title: string; cell: (row: T) => Child; right?: boolean }

/** A table; the first column heads its row. */
export function table<T>(label: string, columns: Column<T>[], rows: T[]): HTMLElement {
  const side = (column: Column<T>) => (column.right ? "right" : null);
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    h("table", {},
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", class: side(column) }, column.title)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, columns.map((column, at) =>
        at === 0 ? h("th", { scope: "row", class: side(column) }, column.cell(row)) : h("td", { class: side(column) }, column.cell(row))))))));
}

/** A filter over rows by name; `/` jumps to it. */
export function filtered<T>(label: string, rows: T[], name: (row: T) => string, draw: (rows: T[]) => HTMLElement, extra: Child, text: { value: string }): HTMLElement {
  const place = h("div");
  const input = h("input", { type: "search", class: "filter", placeholder: "Filter  ( / )", "aria-label": `Filter ${label}`, value: text.value });
  const show = () => {
    text.value = input.value;
    const wanted = input.value.trim().toLowerCase();
    const left = rows.filter((row) => name(row).toLowerCase().includes(wanted));
    place.replaceChildren(left.length > 0 ? draw(left) : h("p", { class: "none" }, `No ${label} match “${input.value}”.`));
  };
  input.addEventListener("input", show);
  show();
  return h("div", {}, h("div", { class: "bar" }, input, extra), place);
}
