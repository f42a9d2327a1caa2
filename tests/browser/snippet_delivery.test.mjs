// How the script brings events to the server: batches, the last moment, networks that fail, several tabs, storage that
// is blocked or full. Whatever happens, each event counts once.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { closeTab, launchVisitors, openShop, until } from "./shop.mjs";

let browser;
let shop;

before(async () => (browser = await launchVisitors()));
after(() => browser.close());
beforeEach(async () => (shop = await openShop(browser)));
afterEach(() => shop.close());

const track = (page, count, name = "step") =>
  page.evaluate(([times, type]) => {
    for (let number = 1; number <= times; number += 1) analytics.track(type, { number });
  }, [count, name]);
/** Batches that the browser keeps for the site. */
const kept = (page) => page.evaluate(() => Object.keys(localStorage).length);
const sizes = () => shop.recorder.posts.map((post) => post.events.length);
/** What was sent more than once. */
const repeated = () => {
  const ids = shop.events().map((event) => event.id);
  return ids.length - new Set(ids).size;
};
/** A page on which time stands still from now on, but for what the test lets pass. */
const openStill = async (context) => {
  await context.clock.install();
  const page = await shop.open(context);
  await context.clock.pauseAt(Date.now() + 1_000);
  return page;
};

test("the tag works as it is shown, and a closed tab still sends what it held", async () => {
  shop.site.head = shop.tag;
  const page = await shop.open(await shop.visitor());
  await track(page, 3);
  await closeTab(page);

  await shop.settle({ page_view: 1, step: 3, page_ping: 1 });
  assert.equal(shop.recorder.attempts, 0, "nothing went another way");
});

test("a copy of the script on the own site can send to the server all the same", async () => {
  const source = /src="([^"]*)"/.exec(shop.tag)[1];
  const text = await (await fetch(source)).text();
  const context = await shop.visitor();
  await context.route("**/own.js", (route) => route.fulfill({ contentType: "text/javascript", body: text }));
  shop.site.head = `<script defer src="/own.js" data-to="${shop.recorder.origin}/v1/events" data-key="${shop.ingestKey}"></script>`;
  await closeTab(await shop.open(context));

  await shop.settle({ page_view: 1, page_ping: 1 });
  assert.equal(shop.recorder.attempts, 1);
});

test("events go in batches, five seconds after the first of them", async () => {
  const page = await openStill(await shop.visitor());
  await track(page, 2);
  await page.clock.runFor(3_900);
  assert.equal(shop.recorder.attempts, 0);
  await page.clock.runFor(200);
  await until(() => sizes().length === 1);
  await track(page, 1);
  await page.clock.runFor(4_900);
  assert.equal(shop.recorder.attempts, 1, "five seconds begin anew");
  await page.clock.runFor(200);
  await until(() => sizes().length === 2);
  await closeTab(page);

  await shop.settle({ page_view: 1, step: 3, page_ping: 1 });
  // The page view and two steps; one step; the ping of the page that was left.
  assert.deepEqual(sizes(), [3, 1, 1]);
  assert.ok(shop.recorder.posts.every((post) => post.type === "text/plain;charset=UTF-8"));
});

test("fifty events are a batch that does not wait", async () => {
  const page = await openStill(await shop.visitor());
  await track(page, 120);
  await until(() => sizes().length === 2);
  await page.clock.runFor(5_000);
  await until(() => sizes().length === 3);
  await closeTab(page);

  await shop.settle({ page_view: 1, step: 120, page_ping: 1 });
  // 121 with the page view.
  assert.deepEqual(sizes(), [50, 50, 21, 1]);
  const versionSeven = /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/;
  for (const { id, timestamp } of shop.events()) {
    assert.match(id, versionSeven);
    assert.ok(Math.abs(parseInt(id.slice(0, 12), 16) - timestamp) <= 1, "the time is in the id");
  }
});

test("a page that is hidden sends at once, by a beacon", async () => {
  const page = await openStill(await shop.visitor());
  await track(page, 2);
  const beacon = page.waitForRequest((request) => request.method() === "POST");
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  assert.equal((await beacon).resourceType(), "ping");
  await until(() => sizes().length === 1);
  await closeTab(page);

  await shop.settle({ page_view: 1, step: 2, page_ping: 1 });
  assert.deepEqual(sizes(), [4], "the tab had nothing left to send");
});

test("what happens offline is kept, and sent once when the network is back", async () => {
  const context = await shop.visitor();
  const page = await openStill(context);
  await page.clock.runFor(5_000);
  await until(() => sizes().length === 1);
  await context.setOffline(true);
  await track(page, 60);
  await page.clock.runFor(5_000);
  await until(async () => (await kept(page)) === 2);
  const passed = shop.recorder.attempts;
  await context.setOffline(false);
  await until(() => sizes().length === 3);
  await until(async () => (await kept(page)) === 0);
  assert.equal(shop.recorder.attempts, passed + 2);
  await closeTab(page);

  await shop.settle({ page_view: 1, step: 60, page_ping: 1 });
  assert.deepEqual(sizes().toSorted((a, b) => a - b), [1, 1, 10, 50]);
});

test("what a tab held that was closed offline is sent by the next page, with its own time", async () => {
  const context = await shop.visitor();
  const page = await shop.open(context);
  await context.setOffline(true);
  await track(page, 2);
  const before = await page.evaluate(() => Date.now());
  await closeTab(page);
  assert.equal(shop.recorder.attempts, 0);

  await context.setOffline(false);
  const next = await shop.open(context, "/next");
  await until(() => sizes().length === 1);
  assert.equal(await kept(next), 0);
  await closeTab(next);

  await shop.settle({ page_view: 2, step: 2, page_ping: 2 });
  assert.ok(shop.recorder.posts[0].events.slice(0, 3).every((event) => event.timestamp <= before));
});

test("two tabs that come back online send each batch once", async () => {
  const context = await shop.visitor();
  const tabs = [await shop.open(context, "/one"), await shop.open(context, "/two")];
  shop.site.head = "";
  const third = await shop.open(context, "/three");
  await context.setOffline(true);
  for (const tab of tabs) await track(tab, 120);
  // Each has two full batches; 21 events wait for their time.
  await until(async () => (await kept(third)) === 4);
  // Whoever sends what is kept holds the others off: here a page without the script, until both have asked.
  await third.evaluate(
    (name) =>
      new Promise((held) => {
        const hold = (resolve) => {
          globalThis.release = resolve;
          held();
        };
        navigator.locks.request(name, () => new Promise(hold));
      }),
    `analytics:${shop.ingestKey}:`,
  );
  await context.setOffline(false);
  await until(() => third.evaluate(async () => (await navigator.locks.query()).pending.length === 2));
  assert.equal(await kept(third), 4);
  await third.evaluate(() => globalThis.release());
  await until(() => sizes().length >= 4);
  await until(async () => (await kept(third)) === 0);
  for (const tab of tabs) await closeTab(tab);

  await shop.settle({ page_view: 2, step: 240, page_ping: 2 });
  assert.equal(repeated(), 0);
});

test("an answer that is lost makes the batch come again, and it counts once", async () => {
  const page = await openStill(await shop.visitor());
  await track(page, 9);
  shop.recorder.network = "lossy";
  await page.clock.runFor(5_000);
  await until(async () => (await kept(page)) === 1);
  shop.recorder.network = "up";
  await page.clock.runFor(5_000);
  await until(() => sizes().length === 2);
  await until(async () => (await kept(page)) === 0);
  await closeTab(page);

  // The page view and nine steps came twice.
  await shop.settle({ page_view: 1, step: 9, page_ping: 1 }, { duplicates: 10 });
  assert.equal(repeated(), 10);
});

test("a batch that was under way when the tab was closed comes again, and counts once", async () => {
  const context = await shop.visitor();
  const page = await openStill(context);
  await track(page, 4);
  shop.recorder.network = "silent";
  await page.clock.runFor(5_000);
  await until(() => sizes().length === 1);
  await closeTab(page);
  shop.recorder.network = "up";
  const next = await shop.open(context);
  await until(() => repeated() === 5);
  await closeTab(next);

  await shop.settle({ page_view: 2, step: 4, page_ping: 2 }, { duplicates: 5 });
});

test("a busy server is asked again, after pauses that grow", async () => {
  const page = await openStill(await shop.visitor());
  shop.recorder.network = 503;
  const attempts = async (count) => until(() => shop.recorder.attempts === count);
  await page.clock.runFor(5_000);
  await attempts(1);
  for (const [number, pauseMs] of [5_000, 10_000, 20_000].entries()) {
    // The pause begins when the batch lies in storage again.
    await until(async () => (await kept(page)) === 1);
    await page.clock.runFor(pauseMs - 100);
    assert.equal(shop.recorder.attempts, number + 1);
    if (number === 2) shop.recorder.network = "up";
    await page.clock.runFor(200);
    await attempts(number + 2);
  }
  await until(async () => (await kept(page)) === 0);
  await track(page, 1);
  await page.clock.runFor(5_000);
  await until(() => sizes().length === 2);
  await closeTab(page);

  await shop.settle({ page_view: 1, step: 1, page_ping: 1 });
});

test("what the server refuses for good is not sent again", async () => {
  shop.site.head = shop.site.head.replace(shop.ingestKey, `${shop.ingestKey.slice(0, -6)}000000`);
  const page = await openStill(await shop.visitor());
  await page.clock.runFor(5_000);
  await until(() => shop.recorder.posts.length === 1);
  assert.equal(shop.recorder.posts[0].status, 401);
  await page.clock.runFor(40_000);
  assert.equal(shop.recorder.attempts, 1);
  assert.equal(await kept(page), 0);
  await closeTab(page);

  await shop.settle({});
});

test("a page of an origin that is not allowed is told so once", async () => {
  const context = await shop.visitor();
  await context.clock.install();
  const page = await context.newPage();
  shop.site.headElsewhere = shop.site.head;
  await page.goto(shop.site.elsewhere);
  await context.clock.pauseAt(Date.now() + 1_000);
  await page.clock.runFor(5_000);
  await until(() => shop.recorder.posts.length === 1);
  assert.equal(shop.recorder.posts[0].status, 403);
  assert.equal(await kept(page), 0);
  await page.close();
  assert.deepEqual(await shop.counts(), {});
});

test("at most a thousand events are kept; the oldest are given up", async () => {
  const context = await shop.visitor();
  const page = await shop.open(context);
  await context.setOffline(true);
  // The page view and 49 steps are the first batch, which the twenty after it push out.
  await track(page, 49 + 20 * 50);
  await until(async () => (await kept(page)) === 20);
  await context.setOffline(false);
  await until(() => sizes().length === 20);
  await until(async () => (await kept(page)) === 0);
  await closeTab(page);

  await shop.settle({ step: 1_000, page_ping: 1 });
  const numbers = shop.events().filter((event) => event.type === "step").map((event) => event.metadata.number);
  assert.deepEqual([Math.min(...numbers), Math.max(...numbers)], [50, 1_049]);
});

for (const [what, spoil] of Object.entries({
  "is blocked": () => {
    const refuse = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
    Object.defineProperty(globalThis, "localStorage", { get: refuse });
    navigator.locks.request = () => Promise.reject(new DOMException("", "SecurityError"));
  },
  "is full": () => {
    localStorage.filled = "";
    for (let length = 2 ** 22; length >= 1; length /= 2) {
      try {
        localStorage.filled += "x".repeat(length);
      } catch {
        // So much does not fit any more.
      }
    }
  },
  "is not there": () => {
    Object.defineProperty(globalThis, "localStorage", { value: null });
    Object.defineProperty(navigator, "locks", { value: undefined });
  },
})) {
  test(`where storage ${what}, an open page still brings everything`, async () => {
    shop.paste("data-persist");
    const context = await shop.visitor();
    await context.addInitScript(spoil);
    const page = await openStill(context);
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await context.setOffline(true);
    await track(page, 60);
    await page.clock.runFor(5_000);
    await until(() => page.evaluate(() => navigator.onLine === false));
    await context.setOffline(false);
    await until(() => sizes().length === 2);
    await closeTab(page);

    await shop.settle({ page_view: 1, step: 60, page_ping: 1 });
    assert.equal(repeated(), 0);
    assert.deepEqual(errors, []);
  });
}
