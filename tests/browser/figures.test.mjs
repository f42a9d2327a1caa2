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

/** The fields of a CSV text as objects by the names of its head. */
const records = (text) => {
  const [head, ...rest] = lines(text);
  return rest.map((line) => Object.fromEntries(head.map((name, column) => [name, line[column]])));
};

test("what people do one after the other is the same in JSON and CSV", { skip: needsBinary }, async () => {
  const both = async (address) => [await (await asked(address, "json")).json(), records(await (await asked(address, "csv")).text())];
  const written = (value) => (value === null ? "" : String(value));

  const [funnel, steps] = await both("/api/v1/funnel?step=response_received&step=error_occurred&range=7d");
  assert.deepEqual(steps.map(({ label, people, open, rate }) => ({ label, people, open, rate })), funnel.steps.map((step) => (
    { label: step.label, people: String(step.people), open: String(step.open), rate: written(step.rate.value) })));
  assert.equal(funnel.steps[0].people, 2, "ana and =cy; bo only failed");

  const [retention, cells] = await both("/api/v1/retention?interval=day&range=7d");
  const told = retention.rows.flatMap((row) => row.cells.map((cell, column) => [row.cohort, String(column), String(cell.part), String(cell.whole), written(cell.share), cell.state]));
  assert.deepEqual(cells.map((cell) => [cell.cohort, cell.column, cell.part, cell.whole, cell.share, cell.state]), told);

  const [heatmap, hours] = await both("/api/v1/heatmap?measure=interactions&range=7d");
  assert.deepEqual(hours.map(({ day, hour, total, occurrences }) => [day, hour, total, occurrences]), heatmap.hours.map((hour) => [hour.day, String(hour.hour), String(hour.total), String(hour.occurrences)]));
  assert.equal(hours.length, 168);

  const [journeys, sequences] = await both("/api/v1/journeys?range=7d");
  assert.deepEqual(sequences.map(({ visits, ends }) => [visits, ends]), journeys.sequences.map((one) => [String(one.visits), String(one.ends)]));

  const [people, rows] = await both("/api/v1/users/growth?range=7d");
  assert.ok(rows.length > 0);
  for (const [number, row] of people.rows.entries()) {
    for (const { id } of people.measures) assert.equal(rows[number][id], written(row[id]), `${row.from} ${id}`);
  }
});

test("hostile and boundless questions are refused with value, rule and remedy, or answered within bounds", { skip: needsBinary }, async () => {
  const ask = (path, parameters) => page.request.get(`${appliance.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const refusals = [
    ["query", { metrics: "requests", range: "3650d", interval: "minute" }, /the most is 400/],
    ["query", { metrics: "requestz" }, /requestz/],
    ["query", { metrics: "requests", by: "nowhere" }, /nowhere/],
    ["query", { metrics: "requests", limit: "1001" }, /1000/],
    ["query", { metrics: "requests", filter: "1=1" }, /field:test:value/],
    ["query", { metrics: "requests", filter: "events.*:is:x" }, /no dimension/],
    ["query", { metrics: "requests", filter: "metadata.'; DROP TABLE events; --:is:x" }, /./],
    ["query", { metrics: "requests", filter: "latency_ms:greater:NaN" }, /NaN/],
    ["heatmap", { to: "" }, /`to` is empty; give it a value or leave it out/],
    ["funnel", { step: "a" }, /from 2 to 10/],
    ["users/growth", { range: "7d", interval: "hour" }, /day, week or month/],
  ];
  for (const [path, parameters, says] of refusals) {
    const answer = await ask(path, parameters);
    const problem = await answer.json();
    assert.deepEqual([answer.status(), problem.code], [422, "parameter_invalid"], JSON.stringify([parameters, problem]));
    assert.match(problem.detail, says);
    assert.ok(problem.remedy.length > 0);
  }
  for (const text of ["'; DROP TABLE events; --", "' OR '1'='1", "%", "_", "$project", "{{x}}", "\u202e\ufeff"]) {
    const answer = await ask("query", { metrics: "events", filter: `model:is:${text.replaceAll(/[\\;|,]/g, "\\$&")}` });
    assert.equal(answer.status(), 200, text);
    assert.equal((await answer.json()).total.figures.events.value, 0, text);
  }
  const everything = await (await ask("query", { metrics: "events", range: "7d" })).json();
  assert.equal(everything.total.figures.events.value, 52, "nothing was dropped");
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
