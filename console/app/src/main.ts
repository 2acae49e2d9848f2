// The frame: navigation, theme, keys, and which page an address shows.

import { empty, h } from "./dom.ts";
import { Page } from "./page.ts";
import * as pages from "./pages.ts";

const PLACES: [string, string][] = [["", "Overview"], ["topics", "Topics"], ["groups", "Groups"], ["subjects", "Subjects"], ["connectors", "Connectors"]];

const main = h("main", { id: "main", tabindex: -1 });
const links = PLACES.map(([id, text]) => h("a", { href: `#/${id}`, "data-place": id }, text));
let page = new Page(main);

function route(focus: boolean): void {
  if (location.hash === "#main") return;
  page.end();
  page = new Page(main);
  const [place = "", name, tab = ""] = location.hash.replace(/^#\/?/, "").split("/").map(unescaped);
  for (const link of links) {
    if (link.dataset["place"] === place) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (place === "") pages.overview(page);
  else if (place === "topics") name ? pages.topic(page, name, tab) : pages.topics(page);
  else if (place === "groups") name !== undefined ? pages.group(page, name) : pages.groups(page);
  else if (place === "subjects") name ? pages.subject(page, name) : pages.subjects(page);
  else if (place === "connectors") name ? pages.connector(page, name) : pages.connectors(page);
  else main.replaceChildren(empty("There is no such page", "The address may be mistyped.", h("a", { href: "#/" }, "To the overview")));
  window.scrollTo(0, 0);
  if (focus) main.focus({ preventScroll: true });
}

function unescaped(text: string): string {
  try { return decodeURIComponent(text); } catch { return text; }
}

function theme(): HTMLElement {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const button = h("button", { type: "button", class: "theme" });
  let chosen: string | null = null;
  try { chosen = localStorage.getItem("theme"); } catch { /* Storage is switched off: the system's choice stands. */ }
  const show = () => {
    const dark = chosen === null ? system.matches : chosen === "dark";
    document.documentElement.dataset["theme"] = dark ? "dark" : "light";
    button.textContent = dark ? "Light theme" : "Dark theme";
  };
  button.addEventListener("click", () => {
    chosen = document.documentElement.dataset["theme"] === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", chosen); } catch { /* As above. */ }
    show();
  });
  system.addEventListener("change", show);
  show();
  return button;
}

document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLElement && event.target.closest("input, select, textarea, dialog") !== null;
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const filter = document.querySelector<HTMLInputElement>(".filter");
  if (filter === null) return;
  event.preventDefault();
  filter.focus();
  filter.select();
});

const logo = h("a", { class: "logo", href: "#/" }, h("span", { class: "mark", "aria-hidden": "true" }), "Weir");
document.querySelector("#app")?.replaceChildren(h("aside", {}, logo, h("nav", { "aria-label": "Pages" }, ...links), theme()), main);
window.addEventListener("hashchange", () => route(true));
route(false);
