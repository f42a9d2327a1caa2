// Charts split by a dimension that the reader chooses: by clicks and without script, in both themes; what is drawn, its
// table, its CSV and its JSON are the same figures.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Appliance, needsBinary } from "./appliance.mjs";
import { assertNoSidewaysScroll, audit } from "./browser.mjs";
import { drawn, visits } from "./visits.mjs";

const SKIP = { skip: needsBinary, timeout: 300_000 };
/** Calls of each plan: 33 in all, 3 of them in the plans after the fifth. */
const CALLS = { p1: 8, p2: 7, p3: 6, p4: 5, p5: 4, p6: 2, p7: 1 };
const DRAWN = ["p1", "p2", "p3", "p4", "p5", "Other"];

const stage = visits(async () => {
  const appliance = await Appliance.start();
  await appliance.send(
    ...Object.entries(CALLS).flatMap(([plan, count]) =>
      Array.from({ length: count }, () => ({ type: "response_received", provider: "openai", model: "gpt-4o-mini", plan, user_id: plan, latency_ms: 800 })),
    ),
  );
  return appliance;
});
const { visit } = stage;

const control = (page) => page.locator("details", { has: page.locator("summary", { hasText: "Split by" }) });
const legend = (page) => page.locator("#figures .legend .key[data-series]").allTextContents();

/** Chooses a dimension as readers do. */
const choose = async (page, name) => {
  await control(page).locator("summary").click();
  await control(page).getByRole("link", { name, exact: true }).click();
};

for (const theme of ["dark", "light"]) {
  for (const width of [390, 1440]) {
    test(`a page is split by clicks at ${width} px in the ${theme} theme, and is sound`, SKIP, async () => {
      for (const room of ["/?metric=requests", "/performance?metric=requests"]) {
        await visit(
          room,
          async (page) => {
            await drawn(page);
            assert.deepEqual(await legend(page), [], "one series needs no legend");
            await choose(page, "Plan");
            await page.waitForURL(/[?&]split=plan/);
            await drawn(page);
            assert.deepEqual(await legend(page), DRAWN);
            assert.ok(await control(page).locator("summary", { hasText: "Plan" }).isVisible());
            assert.equal(await page.getByRole("note").filter({ hasText: "split by plan" }).count(), 1);
            assert.match(page.url(), /metric=requests/, "the chosen figure is kept");
            await assertNoSidewaysScroll(page);
            assert.deepEqual(await audit(page), [], `${room} at ${width} px, ${theme}`);

            await page.getByRole("link", { name: "7d", exact: true }).click();
            await page.waitForURL(/range=7d/);
            await drawn(page);
            assert.deepEqual(await legend(page), DRAWN, "the split is kept by a range");
            await choose(page, "nothing");
            await page.waitForURL((url) => !url.searchParams.has("split"));
            await drawn(page);
            assert.deepEqual(await legend(page), []);
          },
          { viewport: { width, height: 900 }, colorScheme: theme },
        );
      }
    });
  }
}

test("a split chart, its table, its CSV and its JSON are the same figures", SKIP, async () => {
  await visit("/performance?range=7d&metric=requests&split=plan", async (page) => {
    await drawn(page);
    await page.getByRole("button", { name: "Show Requests as a table" }).click();
    const table = page.locator("#figures .chart-table");
    const heads = await table.locator("thead th").allTextContents();
    const rows = await table.locator("tbody tr").evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent.trim())));

    const href = await page.locator("section.card", { has: page.locator("#h-figures") }).locator(".menu-pop a[download]").getAttribute("href");
    const asked = async (format) => {
      const url = new URL(href, stage.appliance.url);
      url.searchParams.set("format", format);
      const answer = await page.request.get(url.href);
      assert.equal(answer.status(), 200, await answer.text());
      return answer;
    };
    const json = await (await asked("json")).json();
    const [, ...lines] = (await (await asked("csv")).text()).trimEnd().split("\r\n").map((line) => line.split(","));

    const series = [...json.rows.map((row) => [row.keys[0], row]), ["(other)", json.other]];
    assert.deepEqual(series.map(([, row]) => row.figures.requests.value), [8, 7, 6, 5, 4, 3], "33 less 30");
    for (const [number, [key, row]] of series.entries()) {
      const column = heads.indexOf(DRAWN[number]);
      assert.ok(column > 0, `${heads} has ${DRAWN[number]}`);
      const bars = row.bars.map((bar) => bar.requests.value);
      assert.deepEqual(lines.filter((line) => line[3] === key).map((line) => Number(line[4])), bars, key);
      const shown = rows.map((cells) => Number(cells[column]));
      assert.deepEqual([...shown].sort(), [...bars].sort(), key);
      assert.equal(shown.reduce((sum, n) => sum + n), row.figures.requests.value, key);
    }
  });
});

test("sections that are loaded later and tiles keep the split", SKIP, async () => {
  await visit("/performance?split=plan&metric=requests", async (page) => {
    await drawn(page);
    assert.deepEqual(await page.locator("#errors .legend .key[data-series]").allTextContents(), DRAWN.slice(0, 5), "a rate has no rest");
    await page.locator("#figures").waitFor();
    await page.locator(".kpi", { hasText: "p50 latency" }).first().click();
    await page.waitForURL(/metric=latency_p50_ms/);
    await drawn(page);
    assert.deepEqual(await legend(page), DRAWN.slice(0, 5));
    assert.match(page.url(), /split=plan/);
  });
});

test("without script a page is split by its links and read in its table", SKIP, async () => {
  for (const room of ["/performance", "/costs"]) {
    await visit(
      `${room}?metric=requests`,
      async (page) => {
        await page.waitForURL(/[?&]draw=all/);
        await choose(page, "Plan");
        await page.waitForURL(/split=plan/);
        assert.match(page.url(), /draw=all/);
        const heads = await page.locator("#figures .chart-table thead th").allTextContents();
        assert.deepEqual(heads.slice(1, 6), DRAWN.slice(0, 5), room);
        assert.ok(await page.locator("#figures .chart-table").isVisible());

        await page.locator("summary[aria-label^='Dates']").click();
        await page.getByRole("button", { name: "Show these days" }).click();
        await page.waitForURL(/[?&]from=/);
        assert.match(page.url(), /split=plan/, "the form of days keeps it");
      },
      { javaScriptEnabled: false },
    );
  }
});
