// What the script counts on a real page of another origin: page views of every kind, visible time, clicks, and what
// the page says itself. How it brings that to the server is in snippet_delivery.test.mjs.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { closeTab, launchVisitors, openShop, until } from "./shop.mjs";

let browser;
let shop;

before(async () => (browser = await launchVisitors()));
after(() => browser.close());
beforeEach(async () => (shop = await openShop(browser)));
afterEach(() => shop.close());

const viewed = () => shop.events().filter((event) => event.type === "page_view");
const paths = () => viewed().map((event) => event.path);
/** Waits until the script has seen a change of the address, which it does a moment later. */
const settled = (page) => page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 150)));
const go = async (page, method, address) => {
  await page.evaluate(([name, to]) => history[name](null, "", to), [method, address]);
  await settled(page);
};

test("each way to another page is one page view, and what is no other page is none", async () => {
  shop.site.body = '<a id="two" href="/two">Two</a> <a id="part" href="#part">Part</a>';
  const page = await shop.open(await shop.visitor(), "/one?utm_source=news&token=secret");
  await page.click("#two");
  await page.waitForURL("**/two");
  await go(page, "pushState", "/three");
  await go(page, "pushState", "/three?sort=up"); // the same path
  await go(page, "replaceState", "/three?sort=down");
  await page.click("#part");
  await settled(page);
  await go(page, "replaceState", "/four");
  // A router that corrects itself at once leads to one page.
  await page.evaluate(() => {
    history.pushState(null, "", "/five");
    history.replaceState(null, "", "/six");
    document.title = "Six";
  });
  await settled(page);
  await page.evaluate(() => history.back());
  await page.waitForURL("**/four");
  await settled(page);
  await closeTab(page);

  // One ping for each page that was left: as many as pages.
  await shop.settle({ page_view: 6, page_ping: 6 });
  assert.deepEqual(paths(), ["/one", "/two", "/three", "/four", "/six", "/four"]);
  assert.deepEqual(
    viewed().map((event) => event.referrer.replace(shop.site.origin, "").replace(/\?.*/, "")),
    ["", "/one", "/two", "/three", "/four", "/six"],
  );
  assert.equal(viewed()[4].title, "Six", "the title that the page has got by then");
  assert.ok(shop.events().every((event) => !event.url.includes("#")));
});

test("the fragment and the query make pages only where the tag says so", async () => {
  shop.paste("data-hash data-query");
  const page = await shop.open(await shop.visitor(), "/app#/start");
  await page.evaluate(() => (location.hash = "#/users"));
  await settled(page);
  await go(page, "pushState", "/app?tab=2#/users");
  await page.evaluate(() => history.back());
  await page.waitForURL("**/app#/users");
  await settled(page);
  await closeTab(page);

  await shop.settle({ page_view: 4, page_ping: 4 });
  assert.deepEqual(paths(), ["/app#/start", "/app#/users", "/app?tab=2#/users", "/app#/users"]);
});

test("a page that comes back from the browser's cache is one more page view", async () => {
  shop.site.body = '<a href="/two">Two</a>';
  const page = await shop.open(await shop.visitor(), "/one");
  await page.evaluate(() => {
    globalThis.isFirst = true;
    addEventListener("pageshow", (event) => (globalThis.isPersisted = event.persisted));
  });
  await page.click("a");
  await page.waitForURL("**/two");
  await page.goBack({ waitUntil: "commit" });
  await page.waitForFunction(() => globalThis.isPersisted);
  assert.equal(await page.evaluate(() => globalThis.isFirst), true, "it is the same page");
  await closeTab(page);

  await shop.settle({ page_view: 3, page_ping: 3 });
  assert.deepEqual(paths(), ["/one", "/two", "/one"]);
});

test("a page that is drawn in advance counts when it is looked at", async () => {
  const context = await shop.visitor();
  await context.addInitScript(() => {
    globalThis.isEarly = true;
    Object.defineProperty(document, "prerendering", { get: () => globalThis.isEarly });
  });
  const page = await shop.open(context);
  await closeTab(page);
  assert.equal(shop.recorder.attempts, 0);

  const seen = await shop.open(context);
  await seen.evaluate(() => {
    globalThis.isEarly = false;
    document.dispatchEvent(new Event("prerenderingchange"));
  });
  await closeTab(seen);
  await shop.settle({ page_view: 1, page_ping: 1 });
});

test("the time is told for which a page was visible, not hidden, and somebody was there", async () => {
  const context = await shop.visitor();
  await context.clock.install();
  const page = await shop.open(context);
  await context.clock.pauseAt(Date.now() + 1_000);
  const visible = () => shop.events().filter((event) => event.type === "page_ping").map((event) => event.visible_ms);
  const turn = (isHidden) =>
    page.evaluate((value) => {
      // There is no way to cover a window of a headless browser.
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, isHidden);
  // From here on time stands still but for what the test lets pass.
  await turn(true);
  await until(() => visible().length === 1);

  await turn(false);
  await context.clock.runFor(12_000);
  await turn(true);
  await until(() => visible().length === 2);
  await context.clock.runFor(600_000);
  await turn(false);
  await page.mouse.move(5, 5);
  // A ping each minute, and after five minutes without input no more of them.
  await context.clock.runFor(1_200_000);
  await until(() => visible().length >= 7);
  await page.mouse.move(9, 9);
  await context.clock.runFor(1_000);
  await turn(true);
  await until(() => visible().length >= 9);
  // A machine that sleeps for an hour runs what was due once, when it wakes up.
  await turn(false);
  await context.clock.fastForward(3_600_000);
  await closeTab(page);

  const events = await until(() => (visible().length >= 10 ? visible() : null));
  await shop.settle({ page_view: 1, page_ping: events.length });
  assert.equal(events[1], 12_000);
  const reading = events.slice(2, -2).reduce((sum, ms) => sum + ms, 0);
  assert.ok(reading >= 300_000 && reading <= 360_000, `${reading} ms of five minutes, told once a minute`);
  assert.deepEqual(events.slice(-2), [1_000, 60_000]);
});

test("marked elements, links to elsewhere and downloads are counted where they are clicked", async () => {
  const { elsewhere } = shop.site;
  shop.site.body = `
    <button id="buy" data-analytics="plan_chosen" data-analytics-plan="pro" data-analytics-from-page="pricing"><b>Buy</b></button>
    <a id="inside" href="#inside">Inside</a>
    <a id="out" href="${elsewhere}/there?token=secret" target="_blank" data-analytics="partner">Out</a>
    <a id="file" href="/files/guide.pdf?v=2">File</a>
    <a id="named" href="/export" download>Named</a>
    <a id="mail" href="mailto:ana@example.com">Mail</a>
    <div id="host"></div>
    <p id="plain">Plain</p>`;
  const page = await shop.open(await shop.visitor());
  await page.evaluate((to) => {
    // A page that keeps its clicks to itself, a part of it in a shadow, and no mail program to open.
    for (const id of ["buy", "out"]) document.getElementById(id).addEventListener("click", (event) => event.stopPropagation());
    document.getElementById("mail").addEventListener("click", (event) => event.preventDefault());
    document.getElementById("host").attachShadow({ mode: "open" }).innerHTML = `<a id="shadow" target="_blank" href="${to}/shadow">Shadow</a>`;
  }, elsewhere);
  const context = page.context();
  await page.click("#buy b");
  for (const id of ["out", "shadow"]) {
    const opened = context.waitForEvent("page");
    await page.click(`#${id}`);
    await (await opened).close();
  }
  const opened = context.waitForEvent("page");
  await page.click("#out", { button: "middle" });
  await (await opened).close();
  for (const id of ["file", "named"]) {
    const download = page.waitForEvent("download");
    await page.click(`#${id}`);
    await (await download).cancel();
  }
  await page.click("#inside");
  await page.click("#mail");
  await page.click("#plain");
  await page.click("#out", { button: "right" });
  await closeTab(page);

  // The link out was clicked twice, and has a mark of its own; the third way out was in the shadow.
  await shop.settle({ page_view: 1, page_ping: 1, plan_chosen: 1, partner: 2, outbound_click: 3, file_download: 2 });
  const told = (type) => shop.events().filter((event) => event.type === type).map((event) => event.metadata);
  assert.deepEqual(told("plan_chosen"), [{ plan: "pro", from_page: "pricing" }]);
  const out = { target: `${elsewhere}/there` };
  assert.deepEqual(told("outbound_click"), [out, { target: `${elsewhere}/shadow` }, out]);
  assert.deepEqual(
    told("file_download").map(({ target }) => target.replace(shop.site.origin, "")),
    ["/files/guide.pdf", "/export"],
  );
});

test("a page can tell what happened and who is there, before the script is loaded and after", async () => {
  shop.paste("", `<script>
    window.analytics = { q: [] };
    for (const name of ["track", "identify"]) analytics[name] = (...values) => analytics.q.push([name, ...values]);
    analytics.track("opened", { name: "report", size: 3 });
    analytics.identify("ana", { plan: "pro", account: "acme" });
    window.trackEarly = analytics.track;
  </script>`);
  const page = await shop.open(await shop.visitor());
  await page.evaluate(() => {
    analytics.track("late");
    trackEarly("late", { by: "the first form of it" });
    analytics.identify("ana");
    const ring = {};
    ring.ring = ring;
    analytics.track("impossible", ring);
    analytics.track("possible", { text: "a\nb" });
    analytics.identify(null);
    analytics.track("anonymous");
  });
  await closeTab(page);

  await shop.settle({ identify: 1, page_view: 1, opened: 1, late: 2, possible: 1, anonymous: 1, page_ping: 1 });
  const events = shop.events();
  assert.deepEqual(
    events.map((event) => [event.type, event.user_id, event.plan, event.account]),
    [
      ["identify", "ana", "pro", "acme"],
      ["page_view", "ana", "pro", "acme"],
      ["opened", "ana", "pro", "acme"],
      ["late", "ana", "pro", "acme"],
      ["late", "ana", "pro", "acme"],
      ["possible", "ana", undefined, undefined],
      ["anonymous", undefined, undefined, undefined],
      ["page_ping", undefined, undefined, undefined],
    ],
  );
  assert.deepEqual(events[2].metadata, { name: "report", size: 3 });
});

test("the script twice, or another product's object, doubles and breaks nothing", async () => {
  shop.paste("", "<script>window.analytics = { track: () => 'theirs' }</script>");
  const theirs = await shop.open(await shop.visitor());
  assert.equal(await theirs.evaluate(() => analytics.track("theirs")), "theirs");
  await closeTab(theirs);
  shop.paste();
  shop.site.head += shop.site.head;
  const twice = await shop.open(await shop.visitor());
  await twice.evaluate(() => analytics.track("once"));
  await closeTab(twice);

  await shop.settle({ page_view: 2, page_ping: 2, once: 1 });
});
