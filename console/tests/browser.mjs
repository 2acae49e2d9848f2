// Walks every page in Chromium on live data: node tests/browser.mjs URL [FOLDER FOR SCREENSHOTS]. Ends with 1 when a page shows
// a failure, logs an error or lacks what it must show. CHROMIUM names the browser, else /usr/bin/chromium.

import { createRequire } from "node:module";
import { mkdirSync } from "node:fs";
import { connect, createServer } from "node:net";

const { chromium } = createRequire(new URL("../app/package.json", import.meta.url))("playwright-core");
const [server, folder] = process.argv.slice(2);
if (folder) mkdirSync(folder, { recursive: true });
// The browser comes through here, so that its connections can be cut.
const open_sockets = new Set();
let cut = false;
const proxy = createServer((near) => {
  if (cut) return near.destroy();
  const { hostname, port } = new URL(server);
  const far = connect(Number(port), hostname);
  open_sockets.add(near);
  const end = () => { near.destroy(); far.destroy(); open_sockets.delete(near); };
  for (const socket of [near, far]) socket.on("error", end).on("close", end);
  near.pipe(far).pipe(near);
});
await new Promise((ready) => proxy.listen(0, "127.0.0.1", ready));
const url = `http://127.0.0.1:${proxy.address().port}`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const problems = [];
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
const page = await context.newPage();
page.on("console", (message) => { if (message.type() === "error") problems.push(`${page.url()}: ${message.text()}`); });
page.on("pageerror", (error) => problems.push(`${page.url()}: ${error.message}`));
page.on("request", (request) => { if (!request.url().startsWith(url) && !request.url().startsWith("data:")) problems.push(`asks for ${request.url()}`); });
const shot = async (name) => { if (folder) await page.screenshot({ path: `${folder}/${name}.png` }); };
const step = async (name, work) => {
  try {
    await work();
    if (await page.locator(".failure").count()) problems.push(`${name}: ${await page.locator(".failure").first().innerText()}`);
  } catch (error) { problems.push(`${name}: ${error.message.split("\n").slice(0, 3).join(" ")}`); }
  await shot(name);
};
const see = (text) => page.getByText(text, { exact: false }).first().waitFor({ timeout: 10000 });
const open = (hash) => page.goto(`${url}/#/${hash}`);
page.setDefaultTimeout(10000);

await step("overview", async () => { await open(""); await see("Brokers"); });
await step("topics", async () => { await page.getByRole("link", { name: "Topics", exact: true }).click(); await see("Partitions"); });
await step("topics-filter", async () => { await page.keyboard.press("/"); await page.keyboard.type("flights"); await see("flights"); });
await step("messages", async () => { await page.getByRole("link", { name: "flights", exact: true }).click(); await page.locator("button.record").first().waitFor(); });
await step("message-open", async () => { await page.locator("button.record", { hasText: "carrier" }).first().focus(); await page.keyboard.press("Enter"); await see("Headers"); });
await step("from-offset", async () => {
  await page.getByLabel("From offset").fill("1");
  await page.getByRole("button", { name: "From offset" }).click();
  await see("from offset 1");
});
await step("live", async () => { await page.getByRole("button", { name: "Live tail" }).click(); await see("Waiting for messages"); await page.getByText("Live", { exact: true }).waitFor(); });
await step("live-again", async () => {
  // The connection breaks; what is produced before it is back must appear too. The test that runs this produces when it is told.
  const before = problems.length;
  cut = true;
  for (const socket of open_sockets) socket.destroy();
  try {
    await see("Connection lost");
    console.log("produce");
    await new Promise((done) => process.stdin.once("data", done));
  } finally {
    cut = false;
    process.stdin.destroy();
  }
  await page.locator("button.record", { hasText: "while offline" }).first().waitFor({ timeout: 20000 });
  // The browser logs that it could not connect.
  problems.splice(before, problems.length, ...problems.slice(before).filter((problem) => !problem.includes("net::ERR_")));
});
await step("partitions", async () => { await page.getByRole("link", { name: "Partitions" }).click(); await see("Next offset"); });
await step("config", async () => { await page.getByRole("link", { name: "Configuration" }).click(); await see("cleanup.policy"); });
await step("create", async () => {
  await open("topics");
  await page.getByRole("button", { name: "Create topic" }).click();
  await page.getByLabel("Name").fill("from-the-browser");
  await shot("create-dialog");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await see("Nothing here yet");
});
await step("delete", async () => {
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByLabel("Type its name").fill("from-the-browser");
  await page.locator("dialog").getByRole("button", { name: "Delete" }).click();
  await see("Internal (");
});
await step("groups", async () => { await open("groups"); await see("readers"); });
await step("group", async () => { await page.getByRole("link", { name: "readers", exact: true }).click(); await see("Committed"); });
await step("subjects", async () => { await open("subjects"); await see("flights-value"); });
await step("subject", async () => { await page.getByRole("link", { name: "flights-value" }).click(); await see("carrier"); });
await step("connectors", async () => { await open("connectors"); await see("people"); });
await step("connector", async () => { await page.getByRole("link", { name: "people", exact: true }).click(); await see("Configuration"); });
await step("dark", async () => { await page.getByRole("button", { name: "Dark theme" }).click(); await open("topics/flights"); await page.locator("button.record").first().waitFor(); await page.locator("button.record").nth(1).click(); });
await step("dark-overview", async () => { await open(""); await see("Brokers"); });
await step("narrow", async () => { await page.setViewportSize({ width: 420, height: 800 }); await open("topics/flights/messages"); await page.locator("button.record").first().waitFor(); });
const before = problems.length;
await open("topics/none");
await page.locator(".failure").waitFor().catch(() => problems.push("a missing topic shows no error"));
await shot("error");
// The browser logs the 404 that this last page is about.
problems.splice(before, problems.length, ...problems.slice(before).filter((problem) => !problem.includes("404")));
await browser.close();
proxy.close();
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exitCode = 1;
}
