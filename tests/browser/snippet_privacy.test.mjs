// What the script leaves in a browser, and that it does nothing against a visitor's will.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { closeTab, launchVisitors, openShop, until } from "./shop.mjs";

let browser;
let shop;

before(async () => (browser = await launchVisitors()));
after(() => browser.close());
beforeEach(async () => (shop = await openShop(browser)));
afterEach(() => shop.close());

const stored = (page) => page.evaluate(() => ({ ...localStorage, ...sessionStorage, cookie: document.cookie }));

test("by default nothing is left in the browser", async () => {
  const context = await shop.visitor();
  const page = await shop.open(context);
  await page.evaluate(() => analytics.identify("ana", { plan: "pro" }));
  await closeTab(page);
  const next = await shop.open(context);
  assert.deepEqual(await stored(next), { cookie: "" });
  assert.deepEqual(await context.cookies(), []);
  await closeTab(next);

  await shop.settle({ page_view: 2, identify: 1, page_ping: 2 });
  assert.ok(shop.events().every((event) => event.anonymous_id === undefined));
});

test("a number that lasts is kept only while the tag asks for it", async () => {
  const context = await shop.visitor();
  shop.paste("data-persist");
  for (const path of ["/one", "/two"]) await closeTab(await shop.open(context, path));
  shop.paste();
  const page = await shop.open(context, "/three");
  assert.deepEqual(await stored(page), { cookie: "" });
  await closeTab(page);

  await shop.settle({ page_view: 3, page_ping: 3 });
  const ids = shop.events().map((event) => event.anonymous_id);
  assert.match(ids[0], /^[0-9a-f]{32}$/);
  assert.deepEqual(ids, [ids[0], ids[0], ids[0], ids[0], undefined, undefined]);
});

for (const [signal, set] of Object.entries({
  "Do Not Track": () => Object.defineProperty(navigator, "doNotTrack", { value: "1" }),
  "Global Privacy Control": () => Object.defineProperty(navigator, "globalPrivacyControl", { value: true }),
})) {
  test(`who sends ${signal} is not counted, unless the tag says otherwise`, async () => {
    const context = await shop.visitor();
    await context.addInitScript(set);
    shop.site.body = '<button data-analytics="pressed">Press</button>';
    shop.paste("data-persist");
    const page = await shop.open(context);
    await page.click("button");
    await page.evaluate(() => {
      // So many would be sent at once.
      for (let number = 0; number < 50; number += 1) analytics.track("something");
      analytics.identify("ana");
    });
    await page.evaluate(() => history.pushState(null, "", "/two"));
    assert.deepEqual(await stored(page), { cookie: "" });
    await closeTab(page);

    shop.paste('data-dnt="ignore"');
    const asked = await shop.open(context, "/asked");
    await closeTab(asked);
    await shop.settle({ page_view: 1, page_ping: 1 });
    assert.equal(shop.events()[0].path, "/asked");
    assert.equal(shop.recorder.attempts, 1);
  });
}

test("without a key the script does nothing and breaks nothing", async () => {
  shop.site.head = shop.site.head.replace(/ data-key="[^"]*"/, "");
  const context = await shop.visitor();
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(shop.site.origin);
  await until(() => page.evaluate(() => analytics.track("something") === undefined));
  await closeTab(page);

  await shop.settle({});
  assert.equal(shop.recorder.attempts, 0);
  assert.deepEqual(errors, []);
});
