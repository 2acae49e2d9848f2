// Questions: create a topic, delete a topic.

import { call, segment } from "./api.ts";
import { failure, h, type Child } from "./dom.ts";

function open(title: string, body: Child[], action: string, kind: string, act: () => Promise<void>): void {
  const problem = h("div");
  const submit = h("button", { type: "submit", class: kind }, action);
  const dialog = h("dialog", { "aria-label": title }, h("form", { submit: (event: SubmitEvent) => {
    event.preventDefault();
    submit.disabled = true;
    act().then(() => dialog.close(), (error: unknown) => { problem.replaceChildren(failure(error)); submit.disabled = false; });
  } }, h("h2", {}, title), ...body, problem, h("div", { class: "actions" }, h("button", { type: "button", click: () => dialog.close() }, "Cancel"), submit)));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const field = (label: string, input: HTMLElement, hint = ""): HTMLElement => h("label", { class: "field" }, h("span", {}, label), input, hint !== "" && h("small", { class: "dim" }, hint));

export function createTopic(): void {
  const name = h("input", { required: true, maxlength: 249, pattern: "[a-zA-Z0-9._\\-]+", autofocus: true, autocomplete: "off", spellcheck: "false" });
  const partitions = h("input", { type: "number", min: 1, max: 10000, value: 1, required: true });
  const policy = h("select", {}, h("option", { value: "" }, "Broker’s default"), h("option", { value: "delete" }, "Delete old records"), h("option", { value: "compact" }, "Keep the newest per key (compact)"));
  open("Create a topic", [field("Name", name, "Letters, digits, dots, underscores and hyphens."), field("Partitions", partitions), field("Retention", policy)], "Create", "primary", async () => {
    const configs = policy.value === "" ? {} : { "cleanup.policy": policy.value };
    await call("/api/topics", "POST", { name: name.value, partitions: partitions.valueAsNumber, configs });
    location.hash = `#/topics/${segment(name.value)}`;
  });
}

export function deleteTopic(name: string): void {
  const typed = h("input", { required: true, autofocus: true, autocomplete: "off", spellcheck: "false" });
  open("Delete this topic?", [h("p", {}, "All records of ", h("code", {}, name), " are gone for good."), field("Type its name to confirm", typed)], "Delete", "danger", async () => {
    if (typed.value !== name) throw new Error("That is not the topic’s name.");
    await call(`/api/topics/${segment(name)}`, "DELETE");
    location.hash = "#/topics";
  });
}
