// People one by one in a browser: the list is searched, put in order and turned; one of them is looked at, merged,
// parted, exported and erased; both pages are sound in both themes and three widths.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Appliance, needsBinary } from "./appliance.mjs";
import { assertNoSidewaysScroll, audit } from "./browser.mjs";
import { until } from "./shop.mjs";
import { visits } from "./visits.mjs";

const SKIP = { skip: needsBinary };
/** People of one page of the list. */
const PAGE = 50;

const call = (user, cost) => ({ type: "response_received", user_id: user, provider: "openai", model: "gpt-5-mini", cost, status: "ok" });

const stage = visits(
  async () => {
    const appliance = await Appliance.start();
    await appliance.send(
      ...Array.from({ length: PAGE + 5 }, (_, number) => call(`crowd-${String(number).padStart(2, "0")}`, 1 + number)),
      call("ana", 500),
      { type: "payment_completed", user_id: "ana", amount: "49.90", currency: "USD" },
      { type: "page_view", anonymous_id: "visitor-1", path: "/pricing" },
      { type: "page_view", anonymous_id: "visitor-2", path: "/start" },
    );
    return appliance;
  },
  // What was acknowledged is loaded once this is answered.
  async (page, { url }) => assert.equal((await page.request.get(`${url}/api/v1/summary`)).status(), 200),
);
const { visit } = stage;

/** The names in the list, from the top. */
const names = (page) => page.locator("table.tbl tbody tr > :first-child a").allInnerTexts();

/** Puts the list into the order of a column. */
const order = async (page, label) => {
  await page.locator("thead").getByRole("link", { name: label }).click();
  await page.locator("th[aria-sort]:not([aria-sort=none])", { hasText: label }).waitFor();
};

/** What is told at a glance, by what it is. */
const facts = async (page) => {
  const rows = await page.getByRole("region", { name: "At a glance" }).locator("tbody tr").all();
  const told = await Promise.all(rows.map((row) => row.locator("th, td").allInnerTexts()));
  return Object.fromEntries(told.map((cells) => cells.map((cell) => cell.trim())));
};

test("the list is put in order, turned and searched", SKIP, async () => {
  await visit("/users/list", async (page) => {
    await order(page, "Cost");
    assert.deepEqual((await names(page)).slice(0, 2), ["ana", "crowd-54"]);
    assert.equal(await page.locator('th[aria-sort="descending"]').innerText(), "Cost");
    assert.equal((await names(page)).length, PAGE);
    await page.getByRole("link", { name: "Next page" }).click();
    // 55 of the crowd, ana and two visitors are 58; whoever costs least comes last.
    const rest = await names(page);
    assert.equal(rest.length, 8);
    assert.deepEqual(rest.slice(-2).sort(), ["visitor-1", "visitor-2"]);
    assert.equal(await page.getByRole("link", { name: "Next page" }).count(), 0);
    await page.getByRole("link", { name: "Previous page" }).click();
    assert.equal((await names(page))[0], "ana");
    await order(page, "Revenue");
    assert.equal((await names(page))[0], "ana");
    await order(page, "Stage");
    assert.equal(await page.locator('th[aria-sort="ascending"]').innerText(), "Stage");
    assert.match(await page.locator("table.tbl tbody tr").first().innerText(), /Activation/);

    await page.getByLabel("Part of the user id or anonymous id").fill("crowd-5");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=crowd-5/);
    assert.deepEqual((await names(page)).sort(), ["crowd-50", "crowd-51", "crowd-52", "crowd-53", "crowd-54"]);
    assert.equal(await page.locator('th[aria-sort="ascending"]').innerText(), "Stage", "a search keeps the order");
    await page.getByLabel("Part of the user id or anonymous id").fill("nobody of this name");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByText("Nobody is found").waitFor();
    assert.deepEqual(await audit(page), []);
  });
});

test("one is looked at, merged and parted", SKIP, async () => {
  await visit("/users/list?q=ana", async (page) => {
    await page.locator("tbody").getByRole("link", { name: "ana", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "ana" }).waitFor();
    const before = await facts(page);
    assert.deepEqual(
      { events: before.Events, revenue: before.Revenue, cost: before.Cost, stage: before["Stage today"] },
      { events: "2", revenue: "$49.90", cost: "$500.00", stage: "Activation" },
    );
    const timeline = page.getByRole("region", { name: "Latest events" }).locator("tbody tr");
    assert.equal(await timeline.count(), 2);

    await page.getByLabel("Is really the user").fill("ana");
    await page.getByRole("button", { name: "Merge" }).click();
    await page.getByText("`ana` cannot be merged into itself").waitFor();
    assert.deepEqual(await audit(page), []);

    await visit("/users/person?kind=anonymous&id=visitor-1", async (other) => {
      await other.getByLabel("Is really the user").fill("ana");
      await other.getByRole("button", { name: "Merge" }).click();
      await other.getByRole("heading", { level: 1, name: "ana" }).waitFor();
      assert.equal((await facts(other)).Events, "3");
      assert.equal(await other.getByRole("region", { name: "Merged ids" }).locator("tbody th").innerText(), "visitor-1");
      assert.deepEqual(await audit(other), []);
    });
    // Under her other id she is the same person.
    await page.goto(`${stage.appliance.url}/users/person?kind=anonymous&id=visitor-1`);
    assert.equal((await facts(page)).Revenue, "$49.90");
    await page.goto(`${stage.appliance.url}/users/person?kind=user&id=ana`);
    assert.equal(await timeline.count(), 3);
    await page.getByLabel("Undo the merge of visitor-1").click();
    await page.getByRole("button", { name: "Keep" }).first().click();
    await page.getByLabel("Undo the merge of visitor-1").click();
    await page.getByRole("button", { name: "They are different people" }).click();
    await page.waitForURL(/notice=user_unmerged/);
    assert.equal((await facts(page)).Events, "2");
    assert.equal(await page.getByRole("region", { name: "Merged ids" }).count(), 0);
  });
});

test("one is exported and erased, with a receipt that names nobody", SKIP, async () => {
  await visit("/users/person?kind=user&id=crowd-00", async (page) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Export as JSON lines" }).click()]);
    const lines = (await readFile(await download.path(), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(lines[0], { kind: "user", id: "crowd-00", also_known_as: [] });
    assert.deepEqual(lines.slice(1).map(({ type, cost }) => [type, cost]), [["response_received", "1"]]);

    await page.locator("summary", { hasText: "Erase" }).click();
    await page.getByRole("button", { name: "Erase all events for good" }).click();
    await page.getByRole("heading", { level: 1, name: "Erased people" }).waitFor();
    const hash = createHash("sha256").update("1:user:crowd-00").digest("hex");
    const receipt = page.locator("tbody tr", { hasText: hash });
    await until(async () => {
      await page.reload();
      return !(await receipt.innerText()).includes("being done");
    });
    assert.deepEqual((await receipt.locator("td").allInnerTexts()).slice(-2), ["1", "1"], "one event, one name");
    assert.ok(!(await page.content()).includes("crowd-00"));
    assert.deepEqual(await audit(page), []);
    await page.goto(`${stage.appliance.url}/users/list?q=crowd-0`);
    assert.ok(!(await names(page)).includes("crowd-00"));
    const gone = await page.request.get(`${stage.appliance.url}/users/person?kind=user&id=crowd-00`);
    assert.equal(gone.status(), 404);
  });
});

test("the list, somebody and what they did can be read without script", SKIP, async () => {
  await visit(
    "/users/list?q=ana",
    async (page) => {
      await page.locator("tbody").getByRole("link", { name: "ana", exact: true }).click();
      assert.equal((await facts(page)).Revenue, "$49.90");
      await page.locator("summary", { hasText: "Erase" }).click();
      await page.getByRole("button", { name: "Erase all events for good" }).waitFor();
    },
    { javaScriptEnabled: false },
  );
});

for (const colorScheme of ["dark", "light"]) {
  for (const width of [390, 1100, 1440]) {
    test(`the pages of people are sound at ${width} px in the ${colorScheme} theme`, SKIP, async () => {
      const options = { colorScheme, viewport: { width, height: 900 } };
      for (const path of ["/users/list", "/users/list?q=nobody-of-this-name", "/users/person?kind=user&id=ana", "/users/erased"]) {
        await visit(
          path,
          async (page) => {
            await page.waitForFunction(() => [...document.querySelectorAll("an-chart")].every((chart) => chart.querySelector(".is-drawn")));
            await assertNoSidewaysScroll(page);
            assert.deepEqual(await audit(page), [], `${path} at ${width} px, ${colorScheme}`);
          },
          options,
        );
      }
    });
  }
}
