// Budgets and prices in a browser: a budget is made, its gauge and the banner are seen, the banner is put away; an own
// price is added; every page is sound in both themes and widths.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Appliance, needsBinary } from "./appliance.mjs";
import { assertClean, assertNoSidewaysScroll, audit, email, launch, openPage, password } from "./browser.mjs";

let browser;
let appliance;
before(async () => {
  if (needsBinary) return;
  [browser, appliance] = await Promise.all([launch(), Appliance.start()]);
});
after(async () => {
  await browser?.close();
  await appliance?.end();
});

const logIn = async (page) => {
  await page.goto(`${appliance.url}/login`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
};

test("a budget is made, its gauge and the banner are seen, and the banner is put away", { skip: needsBinary }, async () => {
  await appliance.send({ type: "response_received", user_id: "ana", provider: "openai", model: "gpt-5-mini", cost: 84 });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  const page = await openPage(context);
  await logIn(page);
  // The event is loaded within half a second; a page that asks too early is asked again.
  await page.goto(`${appliance.url}/costs`);
  await page.getByRole("link", { name: "New budget" }).click();
  await page.getByLabel("Name").fill("Everything");
  await page.getByLabel("Amount in US dollars").fill("-1");
  await page.getByRole("button", { name: "Create budget" }).click();
  await page.getByText("a budget is more than 0").waitFor();
  assert.deepEqual(await audit(page), []);
  await page.getByLabel("Amount in US dollars").fill("100");
  await page.getByRole("button", { name: "Create budget" }).click();
  await page.getByText("The budget is created").waitFor();

  const gauge = page.getByRole("img", { name: /84% of the budget is used: \$84\.00 of \$100\.00/ });
  for (let tries = 0; tries < 20 && !(await gauge.isVisible()); tries += 1) await page.reload();
  assert.ok(await gauge.isVisible());
  assert.deepEqual(await audit(page), []);

  const answer = await page.request.get(`${appliance.url}/api/v1/budgets?by=model`);
  const { budgets, rows } = await answer.json();
  const { current_spend, budget_limit, percentage_used, alert_threshold, projected } = budgets[0];
  assert.deepEqual({ current_spend, budget_limit, percentage_used, alert_threshold, projected }, {
    current_spend: "84",
    budget_limit: "100",
    percentage_used: 84,
    alert_threshold: 90,
    projected: null, // it needs three days
  });
  assert.deepEqual(rows.map((row) => [row.key, row.current_spend, row.budget]), [["gpt-5-mini", "84", null]]);
  assert.equal((await page.request.get(`${appliance.url}/api/v1/budgets?by=colour`)).status(), 422);
  assert.equal((await fetch(`${appliance.url}/api/v1/budgets`)).status, 401);

  await page.goto(`${appliance.url}/system`);
  const banner = page.locator("#budget-banner");
  assert.match(await banner.innerText(), /84% of the budget “Everything” is spent/);
  assert.deepEqual(await audit(page), []);
  await banner.getByRole("button").click();
  await page.waitForURL(/\/system/);
  assert.equal(await page.locator("#budget-banner").count(), 0);
  await page.goto(`${appliance.url}/settings/keys`);
  assert.equal(await page.locator("#budget-banner").count(), 0, "on every page");
  assertClean(page);
  await context.close();
});

test("spend by project is told of all projects to a person, and of its own alone to a key", { skip: needsBinary }, async () => {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  const page = await openPage(context);
  await logIn(page);
  await page.goto(`${appliance.url}/settings/projects/new`);
  await page.getByLabel("Name", { exact: true }).fill("Support bot");
  await page.getByLabel("Slug").fill("support-bot");
  await page.getByRole("button", { name: "Create project" }).click();
  await page.getByRole("link", { name: "Support bot", exact: true }).first().waitFor({ state: "attached" });
  await page.goto(`${appliance.url}/settings/keys?project=support-bot`);
  await page.getByLabel("Name").fill("report");
  await page.getByLabel("May").selectOption("read");
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByRole("heading", { name: "report is ready" }).waitFor();
  const [key] = (await page.content()).match(/an_read_[A-Za-z0-9]+/);

  const ours = await (await page.request.get(`${appliance.url}/api/v1/budgets?by=project&project=default`)).json();
  const address = `${appliance.url}/api/v1/budgets?by=project&project=default`;
  const theirs = await (await fetch(address, { headers: { Authorization: `Bearer ${key}` } })).json();

  assert.deepEqual(ours.rows.map((row) => row.key).sort(), ["default", "support-bot"]);
  assert.deepEqual([theirs.project, theirs.rows.map((row) => row.key)], ["support-bot", ["support-bot"]]);
  await page.goto(`${appliance.url}/costs?project=default&by=project`);
  await page.getByRole("link", { name: "Support bot", exact: true }).last().click();
  await page.waitForURL(/project=support-bot/);
  assert.deepEqual(await audit(page), []);
  assertClean(page);
  await context.close();
});

test("a file fills the text of the price book, and an own price is added", { skip: needsBinary }, async () => {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  const page = await openPage(context);
  await logIn(page);
  await page.goto(`${appliance.url}/settings/prices`);
  await page.getByLabel("A file").setInputFiles({ name: "book.toml", mimeType: "text/plain", buffer: Buffer.from("version = 1") });
  const text = page.getByLabel("Its text");
  await page.waitForFunction(() => document.getElementById("book").value !== "");
  assert.equal(await text.inputValue(), "version = 1");
  await page.getByRole("button", { name: "Use this book" }).click();
  await page.getByText("The book in force is unchanged").waitFor();
  assert.deepEqual(await audit(page), []);
  await page.getByRole("link", { name: "Own price" }).click();
  await page.getByLabel("Model").fill("house-model");
  await page.getByLabel(/^Input per/).fill("1.25");
  await page.getByRole("button", { name: "Add price" }).click();
  await page.getByRole("link", { name: "house-model" }).waitFor();
  assertClean(page);
  await context.close();
});

for (const theme of ["dark", "light"]) {
  for (const width of [390, 1100, 1440]) {
    test(`pages of money are sound at ${width} px in the ${theme} theme`, { skip: needsBinary }, async () => {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, reducedMotion: "reduce" });
      const page = await openPage(context);
      await logIn(page);
      for (const room of ["/costs", "/costs?by=team", "/costs?by=project", "/costs/budgets/new", "/settings/prices", "/settings/prices/new", "/settings/prices/reprice"]) {
        await page.goto(appliance.url + room);
        await page.locator("h1").waitFor();
        await assertNoSidewaysScroll(page);
        assert.deepEqual(await audit(page), [], `${room} at ${width} px, ${theme}`);
        assertClean(page);
      }
      await context.close();
    });
  }
}
