// The rooms over the demo's ninety days: sound in both themes and three widths; and the pages of sections asked by
// links and keys, and readable without script.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Appliance, needsBinary } from "./appliance.mjs";
import { assertNoSidewaysScroll, audit, navigation } from "./browser.mjs";
import { PATIENT, drawn, visits } from "./visits.mjs";

/** Every room of the navigation. */
let rooms = [];
const SKIP = { skip: needsBinary, timeout: 600_000 };

const stage = visits(
  () => Appliance.startDemo(),
  async (page, appliance) => {
    rooms = await navigation(page, appliance.url);
  },
);

/** Visits a room of the demo once everything in it is drawn. */
const visit = (room, task, options = {}) =>
  stage.visit(
    room,
    async (page) => {
      if (options.javaScriptEnabled !== false) await drawn(page);
      await task(page);
    },
    options,
  );

for (const theme of ["dark", "light"]) {
  for (const width of [390, 1100, 1440]) {
    test(`every room with the demo's data is sound at ${width} px in the ${theme} theme`, SKIP, async () => {
      for (const room of rooms) {
        await visit(
          room,
          async (page) => {
            await assertNoSidewaysScroll(page);
            assert.deepEqual(await audit(page), [], `${room} at ${width} px, ${theme}`);
            assert.equal(await page.locator("[data-failed], .is-error").count(), 0, `${room} has a section that failed`);
            if (width < 1440) return;
            const wide = await page
              .locator(".scroll-x:visible")
              .evaluateAll((boxes) => boxes.filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.getAttribute("aria-label")));
            assert.deepEqual(wide, [], `tables of ${room} that do not fit their card`);
          },
          { viewport: { width, height: 900 }, colorScheme: theme },
        );
      }
    });
  }
}

test("the demo has budgets, one of them nearly spent, and a funnel to open", SKIP, async () => {
  await visit("/costs", async (page) => {
    // They are made right after the demo is filled.
    const banner = page.locator("#budget-banner");
    for (let tries = 0; tries < 40 && !(await banner.isVisible()); tries += 1) await page.reload();
    const [, used] = (await banner.innerText()).match(/^(\d+)% of the budget “Anthropic” is spent/);
    assert.ok(used >= 80 && used < 95, used);
    const gauges = await page.getByRole("img", { name: /of the budget is used/ }).evaluateAll((all) => all.map((gauge) => gauge.getAttribute("aria-label")));
    assert.equal(gauges.length, 3);
    assert.ok(gauges.some((text) => text.startsWith(`${used}% of the budget is used`)), "gauge and banner say the same");
  });
  await visit("/funnels", async (page) => {
    const saved = page.getByRole("link", { name: "From sign-up to a paid plan", includeHidden: true });
    await page.goto(new URL(await saved.getAttribute("href"), page.url()).href);
    assert.equal(await page.locator("[data-failed], .is-error").count(), 0);
    assert.ok((await page.locator("main").innerText()).includes("Plan upgraded"));
  });
});

test("the overview has the live figures above and the course of the longer ones below", SKIP, async () => {
  await visit("/", async (page) => {
    await page.locator('main[data-state="live"]').waitFor(PATIENT);
    assert.equal(await page.locator("[data-kpi]").count(), 6);
    const tiles = page.locator(".part .kpi");
    const labels = await tiles.locator(".kpi-label").allTextContents();
    assert.deepEqual(labels, ["Revenue", "Active users", "Requests", "Model cost", "p95 latency", "Error rate"]);
    for (const figure of await tiles.locator(".kpi-value").allTextContents()) assert.match(figure, /\d/);
    for (const versus of await tiles.locator(".kpi-prev").allTextContents()) assert.match(versus, /^vs .*\d/);
    const titles = await page.locator(".part .card h2").allTextContents();
    assert.deepEqual(titles, ["Revenue", "Requests by model", "p95 latency", "Error rate", "Tokens by model"]);
    const legend = await page.locator("#latency .legend .key > span").allTextContents();
    for (const provider of ["OpenAI", "Anthropic", "xAI", "DeepSeek", "Google"]) assert.ok(legend.includes(provider), `${legend} lacks ${provider}`);
  });
});

test("a tile shows its course, a range and a filter change the sections, and the reader stays where he was", SKIP, async () => {
  await visit("/", async (page) => {
    await page.locator(".part .kpi", { hasText: "Error rate" }).click();
    await page.waitForURL(/[?&]metric=error_rate/);
    await drawn(page);
    await page.locator(".part .card h2", { hasText: "Error rate" }).first().waitFor();
    assert.equal(await page.locator(".part .kpi[aria-current]").count(), 1);

    const head = page.locator(".part-head");
    await head.scrollIntoViewIfNeeded();
    const place = () => page.evaluate(() => scrollY);
    const top = await place();
    assert.ok(top > 0);
    await head.getByRole("link", { name: "7d", exact: true }).click();
    await page.waitForURL(/range=7d/);
    await drawn(page);
    assert.ok(Math.abs((await place()) - top) < 80, `${await place()} px, was ${top} px`);
    assert.match(page.url(), /metric=error_rate/);
    assert.ok(await head.locator('[aria-current="true"]', { hasText: "7d" }).isVisible());

    const all = await page.locator(".part .kpi", { hasText: "Requests" }).locator(".kpi-value").getAttribute("title");
    await page.goto(`${stage.appliance.url}/?range=7d&filter=provider:is:openai`);
    await drawn(page);
    const some = await page.locator(".part .kpi", { hasText: "Requests" }).locator(".kpi-value").getAttribute("title");
    const number = (text) => Number(text.replaceAll(",", ""));
    assert.ok(number(some) > 0 && number(some) < number(all), `${some} of ${all}`);
    const heads = (await page.locator("#latency .chart-table thead").textContent()).replaceAll(/\s+/g, " ");
    assert.match(heads, /OpenAI/);
    assert.doesNotMatch(heads, /Anthropic|Google/);
  });
});

test("a live figure is chosen by keys and the course below keeps its own", SKIP, async () => {
  await visit("/?metric=requests&range=24h", async (page) => {
    await page.locator('main[data-state="live"]').waitFor(PATIENT);
    await page.keyboard.press("]");
    await page.locator("[data-figure-label]", { hasText: "Tokens today" }).waitFor();
    await page.keyboard.press("[");
    await page.locator("[data-figure-label]", { hasText: "Queries" }).waitFor();
    assert.match(page.url(), /live_metric=queries_per_minute/);
    assert.match(page.url(), /[?&]metric=requests/);

    await page.keyboard.press("4");
    await page.waitForURL(/range=30d/);
    await drawn(page);
    assert.match(page.url(), /live_metric=queries_per_minute/, "the choice above is kept too");
    assert.equal(await page.locator(".part .kpi[aria-current] .kpi-label").textContent(), "Requests");
  });
});

test("a chart's numbers are a table at the press of a button, and it is asked by keys", SKIP, async () => {
  await visit("/", async (page) => {
    const button = page.getByRole("button", { name: "Show Requests by model as a table" });
    await button.focus();
    await page.keyboard.press("Enter");
    assert.equal(await button.getAttribute("aria-pressed"), "true");
    const table = page.locator("#model-usage .chart-table");
    assert.ok(await table.isVisible());
    assert.ok((await table.locator("tbody tr").count()) >= 30);
    assert.deepEqual(await audit(page), []);

    await page.getByLabel("More about Requests by model").focus();
    await page.keyboard.press("Enter");
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download CSV" }).and(page.locator(":visible")).click();
    assert.match((await download).suggestedFilename(), /\.csv$/);
  });
});

test("without script the figures, links and tables of every page can be read", SKIP, async () => {
  for (const room of ["/", "/performance", "/models", "/costs"]) {
    await visit(
      room,
      async (page) => {
        // The page as it came leads on to the one that the server has drawn whole.
        await page.waitForURL(/[?&]draw=all/);
        assert.ok((await page.locator(".seg a").count()) >= 6);
        assert.equal(await page.locator(".js-only:visible").count(), 0);
        const figures = await page.locator(".kpi-value:visible, .tbl td.num:visible").count();
        const ways = await page.locator("[data-waiting] a:visible").count();
        assert.ok(figures + ways > 6, `${room} shows ${figures} figures and ${ways} links to more`);
      },
      { javaScriptEnabled: false },
    );
  }
});
