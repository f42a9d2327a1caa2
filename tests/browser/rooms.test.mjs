// What holds in every room: in both themes and three widths no error, no policy breach, no sideways scroll and
// nothing for axe to find; by keyboard alone; and without script.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertClean, assertNoSidewaysScroll, audit, base, launch, logIn, navigation, openPage } from "./browser.mjs";

/** Rooms that no link of the navigation leads to; `rooms` gets those of the navigation too. */
const rooms = ["/settings/projects/new"];
const WIDTHS = [390, 1100, 1440];
const THEMES = ["dark", "light"];
let browser;
let session;

before(async () => {
  browser = await launch();
  const context = await browser.newContext();
  const page = await openPage(context);
  await logIn(page);
  rooms.push(...(await navigation(page)));
  session = await context.storageState();
  await context.close();
});
after(() => browser.close());

const visit = async (options, task) => {
  const context = await browser.newContext({ storageState: session, reducedMotion: "reduce", ...options });
  try {
    await task(await openPage(context));
  } finally {
    await context.close();
  }
};

for (const theme of THEMES) {
  for (const width of WIDTHS) {
    test(`every room is sound at ${width} px in the ${theme} theme`, async () => {
      await visit({ viewport: { width, height: 900 }, colorScheme: theme }, async (page) => {
        for (const room of rooms) {
          await page.goto(base + room);
          await page.locator("h1").waitFor();
          await assertNoSidewaysScroll(page);
          assert.deepEqual(await audit(page), [], `${room} at ${width} px, ${theme}`);
          assertClean(page);
        }
      });
    });
  }
  test(`the log-in is sound in the ${theme} theme`, async () => {
    await visit({ viewport: { width: 390, height: 844 }, colorScheme: theme, storageState: undefined }, async (page) => {
      await page.goto(`${base}/login`);
      await assertNoSidewaysScroll(page);
      assert.deepEqual(await audit(page), []);
      assertClean(page);
    });
  });
}

/** What may run and be fetched, as DESIGN has it: only from here, and nothing inline. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

test("every page has the content policy, and others that keep it from being misused", async () => {
  await visit({}, async (page) => {
    for (const room of [...rooms, "/login", "/setup", "/no-such-page", "/?range=nonsense"]) {
      const answer = await page.request.get(base + room, { maxRedirects: 0 });
      const headers = answer.headers();
      assert.equal(headers["content-security-policy"], POLICY, room);
      assert.equal(headers["x-content-type-options"], "nosniff", room);
      assert.equal(headers["x-frame-options"], "DENY", room);
      assert.equal(headers["referrer-policy"], "same-origin", room);
    }
  });
});

test("a missing page has a way back", async () => {
  await visit({}, async (page) => {
    const answer = await page.goto(`${base}/no-such-page`);
    assert.equal(answer.status(), 404);
    assert.deepEqual(await audit(page), []);
    await page.getByRole("link", { name: /back/i }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });
});

test("the first tab stop skips the navigation, and every control shows its focus", async () => {
  await visit({ viewport: { width: 1440, height: 900 } }, async (page) => {
    await page.goto(`${base}/settings/keys`);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "content");

    const controls = await page.locator("main :is(a, button, input:not([type=hidden]), select, summary):visible").count();
    const reached = new Set();
    for (let stop = 0; stop < controls + 5; stop += 1) {
      await page.keyboard.press("Tab");
      const seen = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element.closest("main") || element.id === "content") return null;
        const all = [...document.querySelectorAll("main *")];
        return { place: all.indexOf(element), outline: getComputedStyle(element).outlineStyle };
      });
      if (!seen) break;
      assert.notEqual(seen.outline, "none", `control ${seen.place} shows no focus`);
      reached.add(seen.place);
    }
    assert.ok(reached.size >= controls, `${reached.size} of ${controls} controls are reached`);
  });
});

test("the drawer opens and closes by keyboard and gives the focus back", async () => {
  await visit({ viewport: { width: 390, height: 844 } }, async (page) => {
    await page.goto(`${base}/system`);
    const opener = page.getByRole("button", { name: "Open navigation" });
    await opener.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Projects", exact: true }).waitFor();
    assert.ok(await page.evaluate(() => document.activeElement.closest("#side") !== null));

    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Projects", exact: true }).waitFor({ state: "hidden" });
    assert.ok(await opener.evaluate((element) => element === document.activeElement));
  });
});

test("a chosen theme stays and is there before the first paint", async () => {
  await visit({ colorScheme: "dark", viewport: { width: 1440, height: 900 } }, async (page) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.goto(`${base}/system`);
    const dark = await ground();
    await page.getByRole("button", { name: "Switch colour theme" }).click();
    assert.notEqual(await ground(), dark);

    await page.reload({ waitUntil: "commit" });
    await page.locator("h1").waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
    await page.waitForLoadState();

    await page.goto(`${base}/settings/account`);
    await page.getByRole("button", { name: "System", exact: true }).click();
    assert.equal(await ground(), dark);
    assertClean(page);
  });
});

test("without script the rooms can be read, the drawer opens and forms are sent", async () => {
  await visit({ javaScriptEnabled: false, viewport: { width: 390, height: 844 }, storageState: undefined }, async (page) => {
    await logIn(page);
    await page.getByText(/As of/).waitFor();
    await page.getByRole("link", { name: "Open navigation" }).click();
    await page.getByRole("link", { name: "System", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "System" }).waitFor();
    assert.equal(await page.locator(".js-only:visible").count(), 0);

    await page.getByRole("link", { name: "Open navigation" }).click();
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await page.waitForURL(/\/login/);
  });
});
