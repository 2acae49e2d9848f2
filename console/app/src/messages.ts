// A topic's messages: newest, from an offset, live.

import { ApiError, call, segment } from "./api.ts";
import { bytes, count, empty, failure, h, tag, time } from "./dom.ts";
import { pretty } from "./json.ts";
import type { Page } from "./page.ts";
import type { Failure, Message, Shown, Topic } from "./types.ts";

/** Rows that a live tail keeps. */
const KEEP = 200;

function brief(shown: Shown): HTMLElement {
  switch (shown.format) {
    case "null": return h("span", { class: "dim" }, "null");
    case "empty": return h("span", { class: "dim" }, "empty");
    default: return h("code", { class: "brief" }, shown.text.slice(0, 300));
  }
}

function whole(title: string, shown: Shown): HTMLElement {
  const kind = shown.schemaId === undefined ? shown.format : `${shown.format}, schema ${shown.schemaId}`;
  const body = shown.format === "json" || shown.format === "avro" ? pretty(shown.text)
    : shown.format === "null" || shown.format === "empty" ? h("p", { class: "dim" }, shown.format === "null" ? "null" : "no bytes")
    : h("pre", { tabindex: 0 }, shown.text);
  return h("section", { class: "part" }, h("h3", {}, title, " ", tag(kind), " ", h("span", { class: "dim" }, bytes(shown.size))),
    shown.problem !== undefined && h("p", { class: "problem" }, `Not decoded: ${shown.problem}`), body,
    shown.truncated && h("p", { class: "dim" }, "Only the beginning is shown."));
}

function row(message: Message): HTMLElement {
  const details = h("div", { class: "details", hidden: true });
  const toggle = h("button", { type: "button", class: "record", "aria-expanded": "false" },
    h("span", { class: "where" }, `${message.partition} : ${message.offset}`), h("span", { class: "when" }, time(message.timestamp)),
    h("span", { class: "key" }, brief(message.key)), h("span", { class: "value" }, brief(message.value)));
  toggle.addEventListener("click", () => {
    if (details.childElementCount === 0) {
      details.append(whole("Value", message.value), whole("Key", message.key));
      if (message.headers.length > 0) {
        details.append(h("section", { class: "part" }, h("h3", {}, "Headers"), h("dl", {}, message.headers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, brief(value))]))));
      }
    }
    details.hidden = !details.hidden;
    toggle.setAttribute("aria-expanded", String(!details.hidden));
  });
  return h("li", {}, toggle, details);
}

export function messages(topic: Topic, page: Page): HTMLElement {
  const status = h("span", { class: "dim", role: "status" });
  const list = h("ol", { class: "records" });
  const place = h("div");
  const path = `/api/topics/${segment(topic.name)}`;
  const partition = h("select", { "aria-label": "Partition" }, h("option", { value: "" }, "All partitions"),
    topic.partitions.map((p) => h("option", { value: p.partition }, `Partition ${p.partition}`)));
  const offset = h("input", { type: "number", min: 0, step: 1, inputmode: "numeric", class: "offset", placeholder: "Offset", "aria-label": "From offset" });
  const newest = h("button", { type: "button", click: () => void load() }, "Newest");
  const older = h("button", { type: "submit" }, "From offset");
  const live = h("button", { type: "button", class: "live", "aria-pressed": "false" }, "Live tail");
  let source: EventSource | null = null;
  let running: AbortController | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;

  const head = h("div", { class: "record head", "aria-hidden": "true" }, h("span", { class: "where" }, "Part. : offset"), h("span", { class: "when" }, "Time"), h("span", { class: "key" }, "Key"), h("span", { class: "value" }, "Value"));

  const stop = () => {
    clearTimeout(again);
    source?.close();
    source = null;
    live.setAttribute("aria-pressed", "false");
    live.textContent = "Live tail";
  };

  const load = async (from?: number) => {
    stop();
    running?.abort();
    running = new AbortController();
    const query = new URLSearchParams({ limit: "100" });
    if (partition.value !== "") query.set("partition", partition.value);
    if (from !== undefined) {
      if (partition.value === "") { partition.value = "0"; query.set("partition", "0"); }
      query.set("offset", String(from));
    }
    status.textContent = "Reading…";
    try {
      const { messages: found, complete } = await call<{ messages: Message[]; complete: boolean }>(`${path}/messages?${query}`, "GET", undefined, running.signal);
      list.replaceChildren(...found.map(row));
      status.textContent = from === undefined ? `${count(found.length)} newest` : `${count(found.length)} from offset ${count(from)}`;
      if (!complete) status.textContent += ", not all: there is too much to read at once";
      place.replaceChildren(found.length > 0 ? h("div", { class: "grid" }, head, list)
        : !complete ? empty("Nothing read in time", "Try again, or choose one partition.")
        : from === undefined ? empty("Nothing here yet", ["Produce to ", h("code", {}, topic.name), " with any Kafka client, or turn on the live tail and wait."])
        : empty("Nothing from there on", "The partition ends before this offset."));
    } catch (error) {
      if (error instanceof ApiError) { status.textContent = ""; place.replaceChildren(failure(error, () => void load(from))); }
    }
  };

  const follow = () => {
    running?.abort();
    list.replaceChildren();
    place.replaceChildren(empty("Waiting for messages", "They appear here as they are produced."));
    live.setAttribute("aria-pressed", "true");
    live.textContent = "Stop";
    status.textContent = "Connecting…";
    listen(0, "");
  };

  // `after` is the id of the last event of an earlier connection; while one lives, the browser sends it again by itself.
  const listen = (before: number, after: string) => {
    const query = new URLSearchParams();
    if (partition.value !== "") query.set("partition", partition.value);
    if (after !== "") query.set("after", after);
    const stream = new EventSource(`${path}/tail?${query}`);
    source = stream;
    let seen = before;
    let last = after;
    const live = () => { status.textContent = seen === 0 ? "Live" : `Live, ${count(seen)} so far`; };
    stream.addEventListener("ready", (event) => { last = event.lastEventId; live(); });
    stream.addEventListener("message", (event) => {
      last = event.lastEventId;
      if (seen++ === 0) place.replaceChildren(h("div", { class: "grid" }, head, list));
      list.prepend(row(JSON.parse(event.data as string) as Message));
      while (list.childElementCount > KEEP) list.lastElementChild?.remove();
      live();
    });
    stream.addEventListener("failed", (event) => {
      stop();
      place.prepend(failure(new ApiError(JSON.parse((event as MessageEvent<string>).data) as Failure), follow));
    });
    stream.addEventListener("error", () => {
      if (source !== stream) return;
      if (stream.readyState === EventSource.CLOSED && last !== "") {
        // The browser gives up on an error status, as one gets it while the cluster is away: the place is known, so go on.
        status.textContent = "Connection lost, trying again…";
        again = setTimeout(() => listen(seen, last), 2000);
      } else if (stream.readyState === EventSource.CLOSED) {
        stop();
        status.textContent = "";
        place.replaceChildren(failure(new ApiError({ error: "The live tail could not start.", hint: "Too many may be open, or the topic is gone." }), follow));
      } else status.textContent = "Connection lost, trying again…";
    });
  };

  live.addEventListener("click", () => { if (source === null) follow(); else { stop(); status.textContent = "Stopped"; } });
  partition.addEventListener("change", () => { if (source !== null) { stop(); follow(); } else void load(); });
  page.leave(() => { stop(); running?.abort(); });
  void load();
  const form = h("form", { class: "bar", submit: (event: SubmitEvent) => {
    event.preventDefault();
    const from = offset.valueAsNumber;
    if (Number.isFinite(from)) void load(from); else offset.focus();
  } }, newest, live, partition, offset, older, status);
  return h("div", {}, form, place);
}
