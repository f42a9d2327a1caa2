// A newcomer's way: set up, create a key, send the first event, watch it arrive, log out and in again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertClean, audit, base, email, launch, logIn, openPage, password, setupUrl } from "./browser.mjs";

let browser;
let context;
let page;
let key;

before(async () => {
  browser = await launch();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  page = await openPage(context);
});
after(() => browser.close());

const send = async (event) => {
  const answer = await fetch(`${base}/v1/events`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: JSON.stringify(event),
  });
  assert.equal(answer.status, 200, await answer.text());
};

test("the set-up link makes the administrator and leads to the first steps", async (t) => {
  if (!setupUrl) {
    await logIn(page);
    return t.skip("SETUP_URL is not set");
  }
  await page.goto(setupUrl);
  assert.deepEqual(await audit(page), []);
  await page.getByLabel("Name", { exact: true }).fill("Ana Lindqvist");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByLabel("Project name").fill("Writing Desk");
  await page.getByRole("button", { name: "Create and continue" }).click();

  await page.getByRole("heading", { name: "Send the first event" }).waitFor();
  assert.match(await page.locator("#curl").textContent(), /\/v1\/events/);
  assert.match(await page.locator("#snippet").textContent(), /\/a\.js" data-key="YOUR_INGEST_KEY"/);
  assert.deepEqual(await audit(page), []);
  assertClean(page);
});

test("a key is shown once, with a ready line that holds it", async () => {
  await page.getByRole("link", { name: "Keys", exact: true }).click();
  await page.getByLabel("Name", { exact: true }).fill("web app");
  await page.getByRole("button", { name: "Create key" }).click();

  key = await page.locator("#key").textContent();
  assert.match(key, /^an_ingest_\w{27,}$/);
  assert.deepEqual(await audit(page), []);
  assert.ok((await page.locator("#curl").textContent()).includes(`Bearer ${key}`));

  await page.getByRole("link", { name: "Keys", exact: true }).click();
  assert.equal(await page.locator("#key").count(), 0);
  assert.equal((await page.content()).includes(key), false);
  assertClean(page);
});

test("the empty overview opens by itself when the first event arrives", async (t) => {
  await page.getByRole("link", { name: "Overview", exact: true }).click();
  if ((await page.locator("main").getAttribute("data-live")) !== "waiting") return t.skip("the project has data");
  await page.locator('main[data-state="live"]').waitFor();

  await send({ type: "query_sent", user_id: "u_first" });

  await page.locator(".hero > .kpis").waitFor();
  assertClean(page);
});

test("an event appears in the feed while the page is open, and its text stays text", async () => {
  await page.goto(`${base}/`);
  await page.locator('main[data-state="live"]').waitFor();
  assert.equal(await page.locator("[data-kpi]").count(), 6);
  const user = `<img src=x onerror=alert(1)>${Date.now()}`;

  await send({ type: "response_received", user_id: user, provider: "openai", model: "gpt-5-mini", latency_ms: 812, input_tokens: 900, output_tokens: 300 });

  const row = page.locator("[data-feed] li", { hasText: user });
  await row.waitFor();
  assert.match(await row.textContent(), /812 ms/);
  assert.equal(await page.locator("[data-feed] img").count(), 0);
  assert.equal(await row.locator(".dot.p-openai").count(), 1);
  assertClean(page);
});

test("a reader can hold the figures still and let them go on", async () => {
  await page.getByRole("button", { name: "Pause live updates" }).click();
  await page.getByText("Paused", { exact: true }).waitFor();

  await page.getByRole("button", { name: "Resume live updates" }).click();
  await page.getByText("Live", { exact: true }).waitFor();
  assertClean(page);
});

test("a lost connection is said, and mends itself", async () => {
  const lines = await context.newPage();
  let refuse = true;
  const sockets = [];
  await lines.routeWebSocket(/\/ws\/live/, (socket) => {
    if (refuse) return socket.close({ code: 1011 });
    sockets.push(socket);
    socket.connectToServer();
  });
  await lines.goto(`${base}/`);
  await lines.getByText("Reconnecting", { exact: true }).waitFor();

  refuse = false;

  await lines.getByText("Live", { exact: true }).waitFor();
  assert.equal(sockets.length, 1);
  await lines.close();
});

test("a project with a wrong slug is refused with a reason, and a right one is made", async () => {
  await page.goto(`${base}/settings/projects/new`);
  await page.getByLabel("Name", { exact: true }).fill("Support bot");
  await page.getByLabel("Slug").fill("Not a slug!");
  await page.getByRole("button", { name: "Create project" }).click();
  await page.locator("#slug-error").waitFor();
  assert.equal(await page.getByLabel("Slug").getAttribute("aria-invalid"), "true");

  await page.goto(`${base}/settings/projects/new`);
  await page.getByLabel("Name", { exact: true }).fill("Support bot");
  await page.getByLabel("Slug").fill("support-bot");
  await page.getByRole("button", { name: "Create project" }).click();

  await page.getByRole("link", { name: "Support bot", exact: true }).first().waitFor({ state: "attached" });
  assertClean(page);
});

test("a revoked key says so in the list", async () => {
  await page.goto(`${base}/settings/keys`);
  const row = page.getByRole("row", { name: /web app/ });
  await row.locator("summary", { hasText: "Revoke" }).click();
  await row.getByRole("button", { name: "Revoke for good" }).click();

  await page.getByRole("row", { name: /web app.*Revoked/ }).waitFor();
  assertClean(page);
});

test("who logs out must log in again, and a wrong password is told", async () => {
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await page.waitForURL(/\/login/);
  await page.goto(`${base}/system`);
  await page.waitForURL(/\/login/);

  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByLabel("Email").inputValue(), email);

  await logIn(page);
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  assertClean(page);
});
