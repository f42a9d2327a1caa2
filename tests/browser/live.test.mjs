// The overview while things happen: events arrive, the server restarts, the tab is hidden, hours pass.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Appliance, needsBinary } from "./appliance.mjs";
import { assertClean, assertNoSidewaysScroll, audit, launch, logIn, openPage } from "./browser.mjs";
import { frame, idOf } from "./frames.mjs";

/** The promise is a second; the bound leaves room for a machine that does ten other things. */
const SOON = { timeout: 10_000 };
/** A server needs seconds to start, and a page up to half a minute to try again. */
const LATER = { timeout: 60_000 };

let appliance;
let browser;
let session;

before(async () => {
  if (needsBinary) return;
  appliance = await Appliance.start();
  browser = await launch();
  const context = await browser.newContext();
  await logIn(await openPage(context), appliance.url);
  session = await context.storageState();
  await context.close();
});
after(async () => {
  await browser?.close();
  await appliance?.end();
});

const call = (user, ago_s, more = {}) => ({
  type: "response_received",
  user_id: user,
  timestamp: new Date(Date.now() - ago_s * 1000).toISOString(),
  provider: "openai",
  model: "gpt-5-mini",
  input_tokens: 900,
  output_tokens: 300,
  latency_ms: 800,
  ...more,
});

const DAY_S = 86_400;

const open = async (options = {}) => {
  const context = await browser.newContext({ storageState: session, reducedMotion: "reduce", viewport: { width: 1440, height: 900 }, ...options });
  const page = await openPage(context);
  return { context, page };
};

const overview = async (page) => {
  await page.goto(`${appliance.url}/`);
  await page.locator('main[data-state="live"]').waitFor(LATER);
};

/** What a card says, as its parts. */
const card = async (page, id) => {
  const [value, unit, change, versus, second] = await Promise.all(
    [".kpi-value", ".kpi-unit", ".delta-text", ".kpi-prev", ".kpi-second"].map((part) => page.locator(`[data-kpi="${id}"] ${part}`).textContent()),
  );
  return { value, unit, change, versus, second };
};

test("a first key is made and filled in at once, and the first event opens the page", { skip: needsBinary }, async () => {
  const { context, page } = await open();
  await overview(page);
  assert.match(await page.locator("#curl").textContent(), /YOUR_INGEST_KEY/);

  await page.getByRole("button", { name: "Create a key and fill it in" }).click();
  await page.getByText("Your new ingest key stands in these lines").waitFor();
  const curl = await page.locator("#curl").textContent();
  appliance.key = curl.match(/Bearer (an_ingest_\w+)/)[1];
  assert.deepEqual(await audit(page), []);
  await page.locator('main[data-state="live"]').waitFor();

  await appliance.send({ type: "query_sent", user_id: "first" });

  await page.locator(".hero > .kpis").waitFor(SOON);
  assert.equal((await page.content()).includes(appliance.key), false, "the page is a new one, not the form's answer again");
  assertClean(page);
  await context.close();
});

test("an event is on the screen soon after it was posted", { skip: needsBinary }, async () => {
  const { context, page } = await open();
  await overview(page);

  await appliance.send(call("u_soon", 0, { user_id: "u_soon" }));

  await page.locator("[data-feed] li", { hasText: "u_soon" }).waitFor(SOON);
  await page.locator('[data-provider="openai"]').waitFor(SOON);
  assertClean(page);
  await context.close();
});

test("each figure is told against the same time yesterday", { skip: needsBinary }, async () => {
  // Two calls of the same five minutes yesterday, one of them failed; the minute may turn meanwhile.
  await appliance.send(call("old", DAY_S + 130, { latency_ms: 400 }), call("old", DAY_S + 140, { type: "error_occurred", status: "error" }));
  const { context, page } = await open();
  await overview(page);
  await page.locator('[data-kpi="avg_latency_ms"] .kpi-prev', { hasText: "vs 400 ms" }).waitFor(SOON);

  assert.equal((await card(page, "queries_per_minute")).versus, "vs 0.4", "2 in 5 minutes");
  assert.equal((await card(page, "error_rate_percentage")).versus, "vs 50.0%");
  const latency = await card(page, "avg_latency_ms");
  assert.equal(latency.value + latency.unit, "800ms");
  assert.equal(latency.change, "100.0%", "800 against 400");
  assert.match(latency.second, /^p95 \d{3} ms/);
  assert.equal(await page.locator('[data-kpi="avg_latency_ms"] .delta.bad.up').count(), 1, "slower is bad news");
  // What the server draws says the same as what the script writes.
  await page.getByRole("button", { name: "Pause live updates" }).click();
  const live = await Promise.all(["avg_latency_ms", "error_rate_percentage", "revenue_today"].map((id) => card(page, id)));
  const plain = await browser.newContext({ storageState: session, javaScriptEnabled: false });
  const drawn = await plain.newPage();
  await drawn.goto(`${appliance.url}/`);
  const written = await Promise.all(["avg_latency_ms", "error_rate_percentage", "revenue_today"].map((id) => card(drawn, id)));
  assert.deepEqual(written, live);
  await plain.close();
  assertClean(page);
  await context.close();
});

test("figures count up once, and not for readers who ask for less motion", { skip: needsBinary }, async () => {
  const { context, page } = await open({ reducedMotion: "no-preference" });
  await page.addInitScript(() => {
    // Time runs at a tenth, so that a machine which draws few frames a second still shows the steps between.
    const [now, frame, slow] = [performance.now.bind(performance), requestAnimationFrame, 10];
    performance.now = () => now() / slow;
    globalThis.requestAnimationFrame = (then) => frame((time) => then(time / slow));
    globalThis.texts = new Set();
    new MutationObserver(() => {
      const value = document.querySelector('[data-kpi="tokens_consumed_today"] .kpi-value');
      if (value) globalThis.texts.add(value.textContent);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await overview(page);
  await page.waitForFunction(() => globalThis.texts.size > 3);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.reload();
  await page.locator('main[data-state="live"]').waitFor();
  assert.ok((await page.evaluate(() => globalThis.texts.size)) <= 2);
  await context.close();
});

test("choosing a figure shows its hour, in the address too, and without script", { skip: needsBinary }, async () => {
  const { context, page } = await open();
  await overview(page);
  await page.locator('[data-kpi="avg_latency_ms"]').click();
  await page.locator("[data-figure-label]", { hasText: "Avg latency" }).waitFor();
  assert.match(page.url(), /live_metric=avg_latency_ms/);
  assert.match(await page.locator('[data-plot="figure"]').getAttribute("aria-label"), /Avg latency over the last hour.*ms/);

  await page.locator('[data-table="providers"] summary').click();
  const head = page.locator('[data-table="providers"] thead');
  assert.match(await head.textContent(), /Minute.*OpenAI.*All/);
  assert.equal(await page.locator('[data-table="providers"] tbody tr').count(), 60);
  assert.equal(await page.locator('[data-plot="providers"]').isVisible(), false);
  assert.deepEqual(await audit(page), []);
  assertClean(page);
  await context.close();

  const { context: plain, page: still } = await open({ javaScriptEnabled: false });
  await still.goto(`${appliance.url}/`);
  await still.locator('[data-kpi="error_rate_percentage"]').click();
  assert.equal(await still.locator("[data-figure-label]").textContent(), "Error rate");
  await still.locator('[data-table="figure"] summary').click();
  assert.equal(await still.locator('[data-plot="figure"]').isVisible(), false);
  assert.equal(await still.locator('[data-table="figure"] tbody tr').count(), 60);
  await plain.close();
});

test("the values under the pointer are shown in both charts", { skip: needsBinary }, async () => {
  const { context, page } = await open();
  await overview(page);
  const box = await page.locator('[data-plot="figure"] .plot-area').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.locator(".tip", { hasText: "Yesterday" }).waitFor();
  assert.equal(await page.locator(".plot > .cross:visible").count(), 2);
  await page.mouse.move(2, 2);
  await page.locator(".tip").waitFor({ state: "hidden" });
  assertClean(page);
  await context.close();
});

test("a hidden tab lets go of the server and catches up when it is shown again", { skip: needsBinary }, async () => {
  const { context, page } = await open();
  await overview(page);
  const hide = (hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  const opened = page.waitForEvent("websocket");
  await hide(true);
  await page.getByText("Paused", { exact: true }).waitFor();
  await appliance.send(call("u_missed", 0));
  assert.equal(await page.locator("[data-feed] li", { hasText: "u_missed" }).count(), 0);

  await hide(false);

  await page.locator("[data-feed] li", { hasText: "u_missed" }).waitFor(SOON);
  await page.getByText("Live", { exact: true }).waitFor();
  assert.ok(await opened, "it opened a new socket");
  assertClean(page);
  await context.close();
});

test("the page recovers by itself when the server restarts", { skip: needsBinary }, async () => {
  const { context, page } = await open();
  await overview(page);

  await appliance.stop();
  await page.getByText("Reconnecting", { exact: true }).waitFor(LATER);
  await appliance.startAgain();

  await page.getByText("Live", { exact: true }).waitFor(LATER);
  await appliance.send(call("u_after", 0));
  await page.locator("[data-feed] li", { hasText: "u_after" }).waitFor(SOON);
  // The browser logs each refused connection; nothing else may have gone wrong.
  assert.deepEqual(page.problems.filter((problem) => !/WebSocket connection|net::ERR_/.test(problem)), []);
  await context.close();
});

test("silence is said: the figures are stale, and then the connection is replaced", { skip: needsBinary }, async () => {
  const { context, page } = await open();
  await page.clock.install();
  let sockets = 0;
  await page.routeWebSocket(/\/ws\/live/, (socket) => {
    sockets += 1;
    socket.send(JSON.stringify(frame(1_800_000, true)));
  });
  await overview(page);
  await page.clock.runFor(25_000);
  await page.getByText("Stale", { exact: true }).waitFor();
  assert.deepEqual(await audit(page), []);

  await page.clock.runFor(30_000);

  await page.getByText("Live", { exact: true }).waitFor();
  assert.equal(sockets, 2);
  assertClean(page);
  await context.close();
});

test("eight hours of ticks leave no more behind than one", { skip: needsBinary, timeout: 1_800_000 }, async (t) => {
  const { context, page } = await open();
  const begin = 1_800_000 * 60;
  let socket;
  await page.routeWebSocket(/\/ws\/live/, (opened) => {
    socket = opened;
    opened.send(JSON.stringify(frame(begin, true)));
  });
  await overview(page);
  await page.locator('[data-table="figure"] summary').click();
  const devtools = await context.newCDPSession(page);
  await devtools.send("HeapProfiler.enable");
  await devtools.send("Performance.enable");
  const measure = async () => {
    for (let round = 0; round < 3; round += 1) await devtools.send("HeapProfiler.collectGarbage");
    const { metrics } = await devtools.send("Performance.getMetrics");
    const value = (name) => metrics.find((metric) => metric.name === name).value;
    return { heap: value("JSHeapUsedSize"), nodes: value("Nodes"), listeners: value("JSEventListeners") };
  };
  const play = async (from, to) => {
    for (let step = from + 1; step <= to; step += 1) {
      socket.send(JSON.stringify(frame(step)));
      // The next hundred wait until these are on the page.
      if (step % 100 === 0) await page.locator(`[data-feed] li[data-id="${idOf(step)}"]`).waitFor({ state: "attached", timeout: 60_000 });
    }
  };
  await play(begin, begin + 3600);
  const hour = await measure();
  await play(begin + 3600, begin + 8 * 3600);
  const eight = await measure();

  t.diagnostic(`after one hour ${JSON.stringify(hour)}, after eight ${JSON.stringify(eight)}`);
  assert.ok(eight.heap - hour.heap < 1024 * 1024, `the heap grew from ${hour.heap} to ${eight.heap} bytes`);
  assert.ok(eight.nodes - hour.nodes < 200, `${hour.nodes} nodes became ${eight.nodes}`);
  assert.ok(eight.listeners - hour.listeners < 10, `${hour.listeners} listeners became ${eight.listeners}`);
  assert.equal(await page.locator("[data-feed] li").count(), 50);
  assertClean(page);
  await context.close();
});

for (const theme of ["dark", "light"]) {
  for (const width of [390, 1100, 1440]) {
    test(`the overview with data is sound at ${width} px in the ${theme} theme`, { skip: needsBinary }, async () => {
      const { context, page } = await open({ viewport: { width, height: 900 }, colorScheme: theme });
      await overview(page);
      await assertNoSidewaysScroll(page);
      assert.deepEqual(await audit(page), []);
      assertClean(page);
      await context.close();
    });
  }
}

test("on paper there is a light page without navigation", { skip: needsBinary }, async () => {
  const { context, page } = await open({ colorScheme: "dark" });
  await overview(page);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  for (const part of [".side", ".search", "[data-live-pause]", ".as-table > summary"]) {
    assert.equal(await page.locator(part).first().isVisible(), false, part);
  }
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  const [, width, height] = pdf.match(/\/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]/).map(Number);
  assert.ok(Math.abs(width - 842) < 2 && Math.abs(height - 595) < 2, `A4 across, not ${width} × ${height}`);
  await context.close();
});
