// One fixture, three forms: what a table shows, its CSV and the JSON of the same question are the same figures; and
// the way from a figure to the rows behind it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { short } from "../../static/src/js/number.js";
import { Appliance, needsBinary } from "./appliance.mjs";
import { assertClean, assertNoSidewaysScroll, audit, launch, logIn, openPage } from "./browser.mjs";

const UNITS = {
  count: { form: "count" },
  share: { form: "share" },
  milliseconds: { form: "milliseconds" },
  cost: { form: "money", prefix: "$", decimals: 2 },
};
const call = (provider, model, fields) => ({ type: "response_received", provider, model, user_id: "ana", input_tokens: 900, output_tokens: 300, latency_ms: 800, ...fields });
let appliance;
let browser;
let page;

before(async () => {
  if (needsBinary) return;
  appliance = await Appliance.start();
  const calls = (count, provider, model, fields) => Array.from({ length: count }, (_, n) => call(provider, model, { latency_ms: 400 + 37 * n, ...fields }));
  await appliance.send(
    ...calls(40, "openai", "gpt-4o-mini", { ttft_ms: 120 }),
    ...calls(7, "anthropic", "claude-sonnet-4-5", { latency_ms: 6_100 }),
    ...calls(3, "openai", "gpt-4o-mini", { type: "error_occurred", status_code: 429, latency_ms: 31, user_id: "bo" }),
    ...calls(2, "mistral", "=cmd()", { user_id: "=cy" }),
  );
  browser = await launch();
  page = await openPage(await browser.newContext({ viewport: { width: 1440, height: 1000 }, reducedMotion: "reduce" }));
  await logIn(page, appliance.url);
});
after(async () => {
  await browser?.close();
  await appliance?.end();
});

const card = (id) => page.locator("section.card", { has: page.locator(`#h-${id}`) });

/** The cells of a table's body, row by row. */
const cells = (table) => table.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent.trim())));

/** The lines of a CSV text, each split into its cells. No cell of the fixture holds a quote or a comma. */
const lines = (text) => text.trimEnd().split("\r\n").map((line) => line.split(","));

const asked = async (href, format) => {
  const url = new URL(href, appliance.url);
  url.searchParams.set("format", format);
  const answer = await page.request.get(url.href);
  assert.equal(answer.status(), 200, await answer.text());
  return answer;
};

test("a table, its CSV and its JSON are the same figures", { skip: needsBinary }, async () => {
  await page.goto(`${appliance.url}/performance?range=7d`);
  const providers = card("providers");
  await providers.locator("tbody tr").first().waitFor();
  const shown = await cells(providers.locator("table"));
  const href = await providers.locator(".menu-pop a[download]").getAttribute("href");

  const json = await (await asked(href, "json")).json();
  const [head, ...csv] = lines(await (await asked(href, "csv")).text());

  assert.deepEqual(head, ["provider", ...json.metrics.map((metric) => metric.id)]);
  assert.deepEqual([shown.length, csv.length, json.rows.length], [3, 3, 3]);
  for (const [number, row] of json.rows.entries()) {
    assert.equal(csv[number][0], row.keys[0]);
    for (const [column, metric] of json.metrics.entries()) {
      const { value } = row.figures[metric.id];
      const written = csv[number][column + 1];
      assert.equal(written === "" ? null : Number(written), value === null ? null : Number(value), `${row.keys[0]} ${metric.id}`);
      const text = value === null ? "–" : short(Number(value), UNITS[metric.unit]);
      assert.equal(shown[number][column + 1], text, `${row.keys[0]} ${metric.id}`);
    }
  }
  // 40 of 43, and 7 slow ones: worked by hand.
  const of = (provider) => json.rows.find((row) => row.keys[0] === provider).figures;
  assert.equal(of("openai").success_rate.value, 40 / 43);
  assert.equal(of("anthropic").latency_p50_ms.value, 6_100);
  assert.equal(shown.find((row) => row[0] === "Anthropic").at(-1), "Red", "above five seconds");
  assertClean(page);
});

test("from a figure to its rows, with the filter of the page, and by a click to fewer", { skip: needsBinary }, async () => {
  await page.goto(`${appliance.url}/performance?range=7d`);
  await card("providers").getByRole("link", { name: "OpenAI" }).click();
  await page.waitForURL(/filter=provider/);
  await card("providers").locator("summary[aria-label^='More about']").click();
  await card("providers").getByRole("link", { name: "Show the rows behind this" }).click();
  await page.getByRole("heading", { level: 1, name: "Rows" }).waitFor();
  assert.equal((await cells(page.locator("table"))).length, 43);
  assert.deepEqual(await audit(page), []);

  await page.locator("tbody tr", { hasText: "429" }).first().getByRole("link", { name: "rate_limit" }).click();

  await page.waitForURL(/error_type/);
  const rows = await cells(page.locator("table"));
  assert.equal(rows.length, 3);
  const href = await card("rows").locator(".menu-pop a[download]").getAttribute("href");
  const json = await (await asked(href, "json")).json();
  const [head, ...csv] = lines((await (await asked(href, "csv")).text()).replaceAll(/"[^"]*"/g, ""));
  assert.deepEqual([csv.length, json.events.length], [3, 3]);
  for (const [number, event] of json.events.entries()) {
    assert.equal(csv[number][head.indexOf("id")], event.id);
    assert.equal(Number(csv[number][head.indexOf("latency_ms")]), event.latency_ms);
    assert.ok(rows[number].includes(short(event.latency_ms, UNITS.milliseconds)), rows[number].join(" "));
    assert.ok(rows[number].includes(event.user) && rows[number].includes("Failure 429"));
  }
  assertClean(page);
});

test("text that a spreadsheet would run stays text", { skip: needsBinary }, async () => {
  const csv = await (await asked("/api/v1/query?metrics=requests&by=user,model&range=7d", "csv")).text();
  assert.match(csv, /\r\n'=cy,'=cmd\(\),2\r\n/);
});

for (const width of [390, 1440]) {
  for (const colorScheme of ["dark", "light"]) {
    test(`rows, thresholds and the reference are sound at ${width} px in the ${colorScheme} theme`, { skip: needsBinary }, async () => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      for (const room of ["/rows?range=7d", "/rows?range=7d&filter=model:is:nothing", "/settings/thresholds", "/reference", "/reference/api"]) {
        await page.goto(appliance.url + room);
        await page.locator("h1").waitFor();
        await assertNoSidewaysScroll(page);
        assert.deepEqual(await audit(page), [], room);
        assertClean(page);
      }
    });
  }
}
