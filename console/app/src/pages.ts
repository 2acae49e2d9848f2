// The pages: one function each.

import { call, segment } from "./api.ts";
import { createTopic, deleteTopic } from "./dialogs.ts";
import { count, empty, failure, filtered, h, plural, state, table, tag, type Child } from "./dom.ts";
import { pretty } from "./json.ts";
import { messages } from "./messages.ts";
import type { Page } from "./page.ts";
import type { Connector, ConnectorRow, Failure, Group, GroupRow, Overview, Schema, Subject, SubjectRow, Topic, TopicRow } from "./types.ts";

const link = (kind: string, name: string, ...text: Child[]): HTMLElement => h("a", { href: `#/${kind}/${segment(name)}` }, ...(text.length > 0 ? text : [name]));
const back = (kind: string, text: string): HTMLElement => h("p", { class: "crumb" }, h("a", { href: `#/${kind}` }, text));
const isFailure = (part: object): part is Failure => "error" in part;
const lagCell = (lag: number | null): HTMLElement => h("span", { class: lag === null ? "dim" : lag === 0 ? "zero" : "lag" }, count(lag));

export function overview(page: Page): void {
  const card = (href: string, name: string, value: Child, note: Child) => h("a", { class: "card", href }, h("span", { class: "name" }, name), h("span", { class: "figure" }, value), h("span", { class: "note" }, note));
  const off = (href: string, name: string, note: Child) => card(href, name, h("span", { class: "dim" }, "–"), note);
  void page.show<Overview>("/api/overview", (o) => [
    page.title("Overview", h("p", { class: "lead" }, "Cluster ", h("code", {}, o.clusterId), " at ", h("code", {}, o.bootstrapServers))),
    h("div", { class: "cards" },
      card("#/topics", "Topics", count(o.topics), `${plural(o.partitions, "partition")}, ${count(o.internalTopics)} internal ${o.internalTopics === 1 ? "topic" : "topics"}`),
      card("#/groups", "Groups", count(o.groups), Object.entries(o.groupStates).map(([name, n]) => `${count(n)} ${(name || "unknown").toLowerCase()}`).join(", ") || "none yet"),
      o.registry === null ? off("#/subjects", "Subjects", "no registry connected")
        : isFailure(o.registry) ? off("#/subjects", "Subjects", h("span", { class: "warn" }, "registry does not answer"))
        : card("#/subjects", "Subjects", count(o.registry.subjects), "in the schema registry"),
      o.connect === null ? off("#/connectors", "Connectors", "no Connect connected")
        : isFailure(o.connect) ? off("#/connectors", "Connectors", h("span", { class: "warn" }, "Connect does not answer"))
        : card("#/connectors", "Connectors", count(o.connect.connectors), o.connect.failing > 0 ? h("span", { class: "warn" }, `${count(o.connect.failing)} failing`) : o.connect.connectors > 0 ? "none failing" : "none yet")),
    h("h2", {}, "Brokers"),
    table("Brokers", [
      { title: "Id", cell: (b) => b.id },
      { title: "Address", cell: (b) => h("code", {}, `${b.host}:${b.port}`) },
      { title: "Rack", cell: (b) => b.rack ?? "–" },
      { title: "Role", cell: (b) => (b.controller ? tag("controller") : "") },
    ], o.brokers),
    h("p", { class: "foot" }, `Weir ${o.version}`),
  ]);
}

export function topics(page: Page): void {
  const filter = { value: "" };
  let internal = false;
  const create = () => h("button", { type: "button", class: "primary", click: createTopic }, "Create topic");
  void page.show<{ topics: TopicRow[] }>("/api/topics", ({ topics: all }) => {
    const own = all.filter((topic) => !topic.internal);
    if (all.length === 0) return [page.title("Topics"), empty("No topics yet", "A topic keeps records in order. Create one, or produce with any Kafka client.", create())];
    const place = h("div");
    const draw = () => {
      const box = h("input", { type: "checkbox", "aria-label": "Internal topics", change: () => { internal = box.checked; draw(); } });
      box.checked = internal;
      const toggle = h("label", { class: "check" }, box, `Internal (${all.length - own.length})`);
      const rows = internal ? all : own;
      const none = (left: TopicRow[]) => table("Topics", [
        { title: "Topic", cell: (t) => [link("topics", t.name), t.internal && [" ", tag("internal")]] },
        { title: "Partitions", cell: (t) => count(t.partitions), right: true },
        { title: "Records", cell: (t) => count(t.records), right: true },
      ], left);
      place.replaceChildren(rows.length > 0 ? filtered("topics", rows, (t) => t.name, none, toggle, filter)
        : h("div", {}, h("div", { class: "bar" }, toggle), empty("No topics of your own yet", "Create one, or produce with any Kafka client.")));
    };
    draw();
    return [page.title("Topics", create()), place];
  });
}

export function topic(page: Page, name: string, tab: string): void {
  const tabs: [string, string][] = [["messages", "Messages"], ["partitions", "Partitions"], ["config", "Configuration"]];
  const open = tabs.some(([id]) => id === tab) ? tab : "messages";
  // Messages keep their own state; only the tables refresh by themselves.
  void page.show<Topic>(`/api/topics/${segment(name)}`, (t) => {
    const records = t.partitions.reduce((sum, p) => sum + (p.latest ?? 0) - (p.earliest ?? 0), 0);
    const lead = h("p", { class: "lead" }, `${plural(t.partitions.length, "partition")}, ${plural(records, "record")}`, t.internal && [" ", tag("internal")]);
    const nav = h("nav", { class: "tabs", "aria-label": "Topic" }, tabs.map(([id, text]) => h("a", { href: `#/topics/${segment(name)}/${id}`, "aria-current": id === open ? "page" : null }, text)));
    const partitions = () => table("Partitions", [
      { title: "Partition", cell: (p) => p.partition },
      { title: "First offset", cell: (p) => count(p.earliest), right: true },
      { title: "Next offset", cell: (p) => count(p.latest), right: true },
      { title: "Records", cell: (p) => count(p.latest === null || p.earliest === null ? null : p.latest - p.earliest), right: true },
      { title: "Leader", cell: (p) => p.leader ?? h("span", { class: "warn" }, "none"), right: true },
      { title: "Replicas", cell: (p) => p.replicas.join(", "), right: true },
      { title: "In sync", cell: (p) => (p.isr.length < p.replicas.length ? h("span", { class: "warn" }, p.isr.join(", ")) : p.isr.join(", ")), right: true },
    ], t.partitions);
    const order = { topic: 0, broker: 1, other: 2, default: 3 };
    const configs = () => filtered("settings", [...t.configs].sort((a, b) => order[a.source] - order[b.source] || a.name.localeCompare(b.name)), (c) => c.name,
      (rows) => table("Configuration", [
        { title: "Setting", cell: (c) => h("code", {}, c.name) },
        { title: "Value", cell: (c) => (c.sensitive ? h("span", { class: "dim" }, "hidden") : c.value === null || c.value === "" ? h("span", { class: "dim" }, "–") : h("code", {}, c.value)) },
        { title: "Set by", cell: (c) => tag(c.source, c.source === "topic" ? "strong" : "") },
      ], rows), null, { value: "" });
    return [back("topics", "Topics"), page.title(name, h("button", { type: "button", class: "quiet danger", click: () => deleteTopic(name) }, "Delete")), lead, nav,
      open === "messages" ? messages(t, page) : open === "partitions" ? partitions() : configs()];
  }, open === "partitions");
}

export function groups(page: Page): void {
  const filter = { value: "" };
  void page.show<{ groups: GroupRow[] }>("/api/groups", ({ groups: all }) => [page.title("Groups"),
    all.length === 0 ? empty("No groups yet", "A group appears when a consumer with a group.id reads, or a Connect worker starts.")
      : filtered("groups", all, (g) => g.group, (rows) => table("Groups", [
        { title: "Group", cell: (g) => link("groups", g.group) },
        { title: "State", cell: (g) => state(g.state) },
        { title: "Type", cell: (g) => g.protocolType || h("span", { class: "dim" }, "–") },
        { title: "Members", cell: (g) => count(g.members), right: true },
        { title: "Lag", cell: (g) => lagCell(g.lag), right: true },
      ], rows), null, filter)]);
}

export function group(page: Page, name: string): void {
  void page.show<Group>(`/api/groups/${segment(name)}`, (g) => [back("groups", "Groups"), page.title(name, state(g.state)),
    h("p", { class: "lead" }, `${plural(g.members.length, "member")}, ${plural(g.partitions.reduce((sum, p) => sum + (p.lag ?? 0), 0), "record")} behind`, g.protocol !== "" && `, protocol ${g.protocol}`),
    h("h2", {}, "Partitions"),
    g.partitions.length === 0 ? h("p", { class: "none" }, "No committed offsets and no assigned partitions.") : table("Partitions", [
      { title: "Topic", cell: (p) => link("topics", p.topic) },
      { title: "Partition", cell: (p) => p.partition, right: true },
      { title: "Committed", cell: (p) => count(p.committed), right: true },
      { title: "End", cell: (p) => count(p.end), right: true },
      { title: "Lag", cell: (p) => lagCell(p.lag), right: true },
      { title: "Client", cell: (p) => p.client ?? h("span", { class: "dim" }, "–") },
    ], g.partitions),
    h("h2", {}, "Members"),
    g.members.length === 0 ? h("p", { class: "none" }, "Nobody reads for this group at the moment.") : table("Members", [
      { title: "Client", cell: (m) => m.clientId },
      { title: "Host", cell: (m) => h("code", {}, m.host) },
      { title: "Partitions", cell: (m) => (m.partitions.length > 0 ? h("code", { class: "wrap" }, m.partitions.join(" ")) : h("span", { class: "dim" }, "–")) },
      { title: "Member id", cell: (m) => h("code", { class: "dim" }, m.id) },
    ], g.members)]);
}

export function subjects(page: Page): void {
  const filter = { value: "" };
  void page.show<{ subjects: SubjectRow[] }>("/api/subjects", ({ subjects: all }) => [page.title("Subjects"),
    all.length === 0 ? empty("No schemas yet", "A subject appears when a serialiser, Connect or a REST call registers its first schema.")
      : filtered("subjects", all, (s) => s.subject, (rows) => table("Subjects", [
        { title: "Subject", cell: (s) => link("subjects", s.subject) },
        { title: "Versions", cell: (s) => count(s.versions.length), right: true },
        { title: "Newest", cell: (s) => s.versions.at(-1) ?? "–", right: true },
      ], rows), null, filter)]);
}

export function subject(page: Page, name: string): void {
  void page.show<Subject>(`/api/subjects/${segment(name)}`, (s) => {
    const place = h("div");
    const draw = (schema: Schema) => place.replaceChildren(
      h("p", { class: "lead" }, `Version ${schema.version}, schema id ${schema.id} `, tag(schema.type)),
      schema.type === "PROTOBUF" ? h("pre", { tabindex: 0 }, schema.schema) : pretty(schema.schema));
    const load = async (version: string) => {
      try { draw(await call<Schema>(`/api/subjects/${segment(name)}/versions/${version}`)); } catch (error) { place.replaceChildren(failure(error, () => void load(version))); }
    };
    const pick = h("select", { "aria-label": "Version", change: () => void load(pick.value) },
      [...s.versions].reverse().map((version) => h("option", { value: version }, `Version ${version}`)));
    draw(s.latest);
    return [back("subjects", "Subjects"), page.title(name), h("div", { class: "bar" }, pick, s.compatibility !== null && ["Compatibility ", tag(s.compatibility)]), place];
  }, false);
}

export function connectors(page: Page): void {
  const filter = { value: "" };
  void page.show<{ connectors: ConnectorRow[] }>("/api/connectors", ({ connectors: all }) => [page.title("Connectors"),
    all.length === 0 ? empty("No connectors yet", ["A connector brings data in or out. Create one with ", h("code", {}, "POST /connectors"), " on the Connect address."])
      : filtered("connectors", all, (c) => c.name, (rows) => table("Connectors", [
        { title: "Connector", cell: (c) => link("connectors", c.name) },
        { title: "State", cell: (c) => state(c.state) },
        { title: "Type", cell: (c) => c.type ?? "–" },
        { title: "Class", cell: (c) => h("code", {}, (c.class ?? "–").split(".").at(-1)) },
        { title: "Tasks", cell: (c) => `${c.tasks.filter((t) => t.state === "RUNNING").length} of ${c.tasks.length} running`, right: true },
      ], rows), null, filter)]);
}

export function connector(page: Page, name: string): void {
  const path = `/api/connectors/${segment(name)}`;
  const problem = h("div");
  void page.show<Connector>(path, (c) => {
    const act = (action: string, text: string) => h("button", { type: "button", class: "quiet", click: () => {
      call(`${path}/${action}`, "POST").then(() => problem.replaceChildren(), (error: unknown) => problem.replaceChildren(failure(error)));
    } }, text);
    const trace = (text: string | null | undefined) => (text ? h("details", {}, h("summary", {}, text.split("\n")[0] ?? ""), h("pre", { tabindex: 0 }, text)) : "");
    return [back("connectors", "Connectors"),
      page.title(name, state(c.state), h("span", { class: "actions" }, c.state === "PAUSED" || c.state === "STOPPED" ? act("resume", "Resume") : act("pause", "Pause"), act("restart", "Restart"))),
      h("p", { class: "lead" }, `${c.type ?? "connector"} on ${c.worker ?? "no worker yet"}`), problem, trace(c.trace),
      h("h2", {}, "Tasks"),
      c.tasks.length === 0 ? h("p", { class: "none" }, "No tasks at the moment.") : table("Tasks", [
        { title: "Task", cell: (t) => t.id },
        { title: "State", cell: (t) => state(t.state) },
        { title: "Worker", cell: (t) => h("code", {}, t.worker_id) },
        { title: "Error", cell: (t) => trace(t.trace) },
      ], c.tasks),
      h("h2", {}, "Configuration"),
      table("Configuration", [
        { title: "Setting", cell: ([key]) => h("code", {}, key) },
        { title: "Value", cell: ([, value]) => h("code", { class: "wrap" }, value) },
      ], Object.entries(c.config ?? {}).sort(([a], [b]) => a.localeCompare(b)))];
  });
}
