// The keyboard: the command palette, single keys and chords, turning them off, and a page asked by keys alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertClean, audit, base, launch, logIn, openPage } from "./browser.mjs";

const WIDE = { width: 1440, height: 900 };
let browser;
let session;

before(async () => {
  browser = await launch();
  const context = await browser.newContext();
  await logIn(await openPage(context));
  session = await context.storageState();
  await context.close();
});
after(() => browser.close());

/** Opens a room, lets the task use it, and asserts that nothing went wrong. */
const visit = async (room, task, options = {}) => {
  const context = await browser.newContext({ storageState: session, reducedMotion: "reduce", viewport: WIDE, colorScheme: "dark", ...options });
  try {
    const page = await openPage(context);
    await page.goto(base + room);
    await page.locator("h1").waitFor();
    await task(page);
    assertClean(page);
  } finally {
    await context.close();
  }
};

const palette = (page) => page.getByRole("dialog", { name: "Command palette" });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
const focused = (page, what) => page.evaluate((selector) => document.activeElement.matches(selector), what);

test("the palette finds a room by a few letters and goes there", async () => {
  await visit("/system", async (page) => {
    await page.keyboard.press("Control+k");
    await palette(page).waitFor();
    assert.deepEqual(await audit(page), []);
    const options = palette(page).getByRole("option");
    const all = await options.count();

    await page.keyboard.type("cost");
    assert.ok((await options.count()) < all);
    assert.match(await options.first().textContent(), /Costs.*Money.*G C/);

    await page.keyboard.press("Enter");
    await heading(page, "Costs & budgets");
  });
});

test("the arrows move through the palette, round its ends, and tell readers where they are", async () => {
  await visit("/system", async (page) => {
    await page.keyboard.press("/");
    await palette(page).waitFor();
    const input = palette(page).getByRole("combobox");
    const chosen = () => palette(page).locator('[aria-selected="true"]').getAttribute("id");
    assert.equal(await chosen(), "palette-0");

    await page.keyboard.press("ArrowDown");
    assert.equal(await chosen(), "palette-1");
    assert.equal(await input.getAttribute("aria-activedescendant"), "palette-1");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    const last = (await palette(page).getByRole("option").count()) - 1;
    assert.equal(await chosen(), `palette-${last}`);

    await page.keyboard.type("zzzz");
    await page.getByText("Nothing is called that.").waitFor();
    assert.equal(await input.getAttribute("aria-activedescendant"), null);
    await page.keyboard.press("Enter");
    assert.ok(await palette(page).isVisible(), "there is nothing to run");
  });
});

test("Escape closes the palette and gives the focus back to what opened it", async () => {
  await visit("/system", async (page) => {
    const opener = page.locator('button[data-open="palette"]');
    await opener.focus();
    await page.keyboard.press("Enter");
    await palette(page).waitFor();

    await page.keyboard.press("Escape");

    await palette(page).waitFor({ state: "hidden" });
    assert.ok(await focused(page, '[data-open="palette"]'));
  });
});

test("the palette switches the project and runs commands", async () => {
  await visit("/system", async (page) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await ground();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("theme");
    await page.keyboard.press("Enter");
    assert.notEqual(await ground(), before);

    await page.keyboard.press("Control+k");
    await page.keyboard.type("log out");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/login/);
  });
  // The session of the other tests has ended with it.
  const context = await browser.newContext();
  await logIn(await openPage(context));
  session = await context.storageState();
  await context.close();
});

test("G and a letter goes to every room of the navigation", async () => {
  await visit("/system", async (page) => {
    const rooms = await page.locator(".nav-group a[data-key]").evaluateAll((links) =>
      links.map((link) => ({ key: link.dataset.key, path: new URL(link.href).pathname })),
    );
    assert.equal(new Set(rooms.map(({ key }) => key)).size, rooms.length, "each room has a letter of its own");
    for (const { key, path } of rooms) {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await page.waitForURL((url) => url.pathname === path);
      await page.locator("h1").waitFor();
    }
  });
});

test("T switches the theme, and ? lists what the keys do", async () => {
  await visit("/system", async (page) => {
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    await page.keyboard.press("t");
    assert.equal(await theme(), "light");
    await page.keyboard.press("t");
    assert.equal(await theme(), "dark");

    await page.keyboard.press("?");
    const list = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await list.waitFor();
    assert.deepEqual(await audit(page), []);
    await page.keyboard.press("t");
    assert.equal(await theme(), "dark", "an open dialog keeps its keys");
    await page.keyboard.press("Escape");
    await list.waitFor({ state: "hidden" });
  });
});

test("keys that are typed into a field are text", async () => {
  await visit("/settings/keys", async (page) => {
    await page.getByLabel("Name", { exact: true }).focus();
    await page.keyboard.type("gt/?");
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "gt/?");
    assert.equal(await page.locator("dialog[open]").count(), 0);
    assert.match(page.url(), /settings\/keys/);
  });
});

test("keys that are turned off do nothing, and what they do can still be reached", async () => {
  await visit("/settings/account", async (page) => {
    await page.getByRole("checkbox", { name: /Keyboard shortcuts/ }).uncheck();
    await page.goto(`${base}/system`);
    await page.keyboard.press("Control+k");
    await page.keyboard.press("?");
    await page.keyboard.press("t");
    assert.equal(await page.locator("dialog[open]").count(), 0);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), undefined);

    await page.getByRole("button", { name: "Search" }).click();
    await palette(page).waitFor();
  });
});

test("numbers choose the range and C opens the comparison", async () => {
  await visit("/costs", async (page) => {
    await page.keyboard.press("3");
    await page.waitForURL(/range=7d/);
    await page.locator('.seg a[aria-current="true"]', { hasText: "7d" }).waitFor();

    await page.keyboard.press("c");
    await page.getByRole("link", { name: "Previous period" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Previous period" }).waitFor({ state: "hidden" });
    assert.ok(await focused(page, "[data-compare] > summary"), "the focus stays with the menu");
  });
});

test("a filter is added and taken away by keys alone", async () => {
  await visit("/costs", async (page) => {
    await page.locator("summary", { hasText: "Filter" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.ok(await focused(page, "#add_by"));
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.type("openai");
    await page.keyboard.press("Enter");
    await page.waitForURL(/filter=provider%3Ais%3Aopenai/);

    const chip = page.getByRole("link", { name: /Remove the filter.*OpenAI/ });
    await chip.focus();
    assert.deepEqual(await audit(page), []);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => !url.search.includes("filter"));
  });
});
