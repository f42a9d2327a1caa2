// The blocks of pages, as the gallery shows them: sound in both themes and three widths, charts with marks, tooltips
// by pointer and keyboard, links, sections that load and fail, and no chart left behind by a swap.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertClean, assertNoSidewaysScroll, audit, launch, openPage } from "./browser.mjs";
import { serveGallery } from "./gallery.mjs";

const folder = process.env.GALLERY_DIR;
const skip = folder ? false : "GALLERY_DIR is not set: the unit tests write the gallery there";
const WIDE = { width: 1440, height: 1000 };
const CHARTS = ["main", "models", "latency", "errors", "bars", "histogram", "sankey", "forecast", "donut", "scatter", "radar", "waterfall", "loaded"];
let browser;
let gallery;

before(async () => {
  if (skip) return;
  gallery = await serveGallery(folder);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await gallery?.close();
});

/** Opens the gallery and waits until every chart is drawn and both sections have answered. */
const visit = async (options, task) => {
  const context = await browser.newContext({ viewport: WIDE, reducedMotion: "reduce", ...options });
  try {
    const page = await openPage(context);
    await page.goto(gallery.address);
    if (options?.javaScriptEnabled !== false) {
      await page.waitForFunction((count) => document.querySelectorAll("an-chart .is-drawn").length === count, CHARTS.length);
      await page.locator("[data-failed]").waitFor();
    }
    await task(page, context);
  } finally {
    await context.close();
  }
};

/** Nothing went wrong but for the section that is told to answer 503. */
const assertOnlyExpected = (page) => {
  page.problems = page.problems.filter((problem) => !/Failed to load resource.*\b503\b/.test(problem));
  assertClean(page);
};

const canvas = (page, id) => page.locator(`#${id} .chart-canvas`);
/** Where a canvas is in the window, once it is in sight. */
const boxOf = async (page, id) => {
  await canvas(page, id).scrollIntoViewIfNeeded();
  return canvas(page, id).boundingBox();
};
/** Focuses a canvas that is in sight; a scroll that comes later would take the tooltip away. */
const reach = async (page, id) => {
  await canvas(page, id).focus();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
};
const announced = (page) => page.locator("#announce").textContent();

for (const theme of ["dark", "light"]) {
  for (const width of [390, 1100, 1440]) {
    test(`every block is sound at ${width} px in the ${theme} theme`, { skip, timeout: 60_000 }, async () => {
      await visit({ viewport: { width, height: 900 }, colorScheme: theme }, async (page) => {
        await assertNoSidewaysScroll(page);
        assert.deepEqual(await audit(page), [], `${width} px, ${theme}`);
        for (const id of CHARTS) {
          const marks = await page.locator(`#${id} svg path`).count();
          assert.ok(marks > 3, `${id} has ${marks} marks`);
        }
        assertOnlyExpected(page);
      });
    });
  }
}

test("a chart is painted in the colours of the theme, and anew when it changes", { skip, timeout: 60_000 }, async () => {
  await visit({ colorScheme: "dark" }, async (page) => {
    const strokes = () => page.locator("#latency svg path[stroke]").evaluateAll((all) => all.map((path) => path.getAttribute("stroke")));
    assert.ok((await strokes()).includes("rgb(27,149,121)"), String(await strokes())); // OpenAI, dark

    await page.evaluate(() => (document.documentElement.dataset.theme = "light"));

    await page.waitForFunction(() => document.querySelector('#latency svg path[stroke="rgb(0,124,93)"]') !== null);
    assert.ok(!(await strokes()).includes("rgb(27,149,121)"));
  });
});

test("under the pointer all series of a bucket are told, and other time charts show the same moment", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    const box = await boxOf(page, "main");
    await page.mouse.move(box.x + box.width - 14, box.y + 120);

    const tip = page.locator(".tip");
    await tip.waitFor();
    const text = await tip.innerText();
    assert.match(text, /Sat 21 Nov 2026, so far/);
    assert.match(text, /Revenue\s+\$1,\d{3}\.\d\d/);
    // The buckets before, of the same length.
    assert.match(text, /Thu 22 Oct 2026\s+\$1,\d{3}\.\d\d/);
    // The last bucket is not over: no change is told.
    assert.doesNotMatch(text, /Change/);
    assert.equal(await page.locator("#models .cross").isVisible(), true);
    assert.equal(await page.locator("#scatter .cross").isVisible(), false);

    await page.mouse.move(box.x + box.width / 2, box.y + 120);
    assert.match(await tip.innerText(), /Change\s+[+−]\d+\.\d%/);

    await page.mouse.move(5, 5);
    await tip.waitFor({ state: "hidden" });
    assert.equal(await page.locator("#models .cross").isVisible(), false);
    assertOnlyExpected(page);
  });
});

test("the arrow keys read every kind of chart", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    const words = {
      main: /^Sat 21 Nov 2026, so far: Revenue \$/,
      latency: /OpenAI \d+ ms, Anthropic [\d,]+ ms/,
      models: /llama-70b [\d,]+, .*gpt-5-mini [\d,]+\. Total [\d,]+/,
      histogram: /2,300 ms to 2,400 ms: Requests \d+, Share/,
      waterfall: /^Margin: Total \$18,200\.00/,
      donut: /^OpenAI: Requests 38,000, Share 38\.00%/,
      scatter: /^Account 0: Cost \$[\d.]+, Requests [\d,]+/,
      radar: /^OpenAI: Quality 82, Speed 74/,
      sankey: /^Search → Home: Sessions 4,200/,
    };
    for (const [id, expected] of Object.entries(words)) {
      await reach(page, id);
      await page.keyboard.press("ArrowLeft");
      await page.locator(".tip").waitFor();
      assert.match(await announced(page), expected, id);
      await page.keyboard.press("Escape");
      await page.locator(".tip").waitFor({ state: "hidden" });
    }
    await reach(page, "main");
    await page.keyboard.press("Home");
    assert.match(await announced(page), /^Fri 23 Oct 2026/);
    await page.keyboard.press("ArrowRight");
    assert.match(await announced(page), /^Sat 24 Oct 2026/);
    assertOnlyExpected(page);
  });
});

test("a gap stays a gap and a value alone is a dot", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    // Mistral was asked nothing in hours 20 to 25 but for hour 23.
    await reach(page, "latency");
    await page.keyboard.press("Home");
    for (let hour = 0; hour < 20; hour += 1) await page.keyboard.press("ArrowRight");
    assert.match(await announced(page), /Mistral –/);
    for (let hour = 20; hour < 23; hour += 1) await page.keyboard.press("ArrowRight");
    assert.match(await announced(page), /Mistral 700 ms/);
  });
});

test("a click on a piece leads to its filter", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    const followed = (id) =>
      page.evaluate(
        (id) =>
          new Promise((done) => {
            document.getElementById(id).addEventListener("an-follow", (event) => {
              event.preventDefault();
              done(event.detail.url);
            });
          }),
        id,
      );
    const bars = followed("bars");
    const box = await boxOf(page, "bars");
    await page.mouse.click(box.x + box.width * 0.22, box.y + box.height - 40);
    assert.equal(await bars, "?provider=openai");

    const donut = followed("donut");
    await reach(page, "donut");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    assert.equal(await donut, "?provider=anthropic");

    // Without a listener that says no, the page changes.
    await reach(page, "waterfall");
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\?step=revenue$/);
  });
});

test("an address of somebody else is not followed", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    const followed = await page.evaluate(async () => {
      const chart = document.getElementById("waterfall");
      const urls = [];
      chart.addEventListener("an-follow", (event) => (event.preventDefault(), urls.push(event.detail.url)));
      const canvas = chart.querySelector(".chart-canvas");
      const press = (key) => canvas.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      for (const link of ["javascript:alert(1)", "//elsewhere.example/", "https://elsewhere.example/", "/rows"]) {
        chart.spec = { ...chart.spec, steps: chart.spec.steps.map((step) => ({ ...step, link })) };
        press("Home");
        press("Enter");
      }
      return urls;
    });
    assert.deepEqual(followed, ["/rows"]);
  });
});

test("a stretch of a time chart is chosen by dragging and by keyboard", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    await page.evaluate(() => {
      globalThis.ranges = [];
      document.addEventListener("an-range", (event) => {
        if (globalThis.ranges.length < 1) event.preventDefault();
        globalThis.ranges.push(event.detail);
      });
    });
    await reach(page, "main");
    await page.keyboard.press("End");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Enter");
    // The last three days: from 19 Nov to the end of 21 Nov.
    const [range] = await page.evaluate(() => globalThis.ranges);
    assert.deepEqual(range, { from_ms: Date.UTC(2026, 10, 19), to_ms: Date.UTC(2026, 10, 22) });

    const box = await boxOf(page, "models");
    await page.mouse.move(box.x + box.width - 20, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 60, box.y + 60);
    await page.mouse.up();
    await page.waitForURL(/\?from=2026-11-\d\dT00%3A00%3A00Z&to=2026-11-22T00%3A00%3A00Z$/);
  });
});

test("the legend hides and shows a series, but never the last", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    const key = (name) => page.locator("#radar .legend").getByRole("button", { name });
    const shapes = () => page.locator('#radar svg path[stroke-width="1.8"]').count();
    assert.equal(await shapes(), 3);

    await key("OpenAI").click();
    await page.waitForFunction(() => document.querySelectorAll('#radar svg path[stroke-width="1.8"]').length === 2);
    assert.equal(await key("OpenAI").getAttribute("aria-pressed"), "false");
    await key("Anthropic").click();
    await key("Google").click();
    assert.equal(await key("Google").getAttribute("aria-pressed"), "true");

    await key("OpenAI").click();
    await page.waitForFunction(() => document.querySelectorAll('#radar svg path[stroke-width="1.8"]').length === 2);
    assertOnlyExpected(page);
  });
});

test("the table of a chart says its numbers, newest first", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    const button = page.getByRole("button", { name: "Show Requests by model as a table" });
    await button.click();
    const first = page.locator("#models .chart-table tbody tr").first();
    assert.match(await first.innerText(), /^Sat 21 Nov 2026, so far\s+[\d,]+/);
    assert.equal(await canvas(page, "models").isVisible(), false);
    assert.deepEqual(await audit(page), []);

    await button.click();
    assert.equal(await canvas(page, "models").isVisible(), true);
    assert.equal(await page.locator("#models .chart-table").isVisible(), false);
    assertOnlyExpected(page);
  });
});

test("the heat map is one stop of the keyboard, and the arrow keys pass over hours that were not", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    const cell = (name) => page.locator(`.heat td[data-tip^="${name}"]`);
    await cell("Mon 00:00").focus();
    await page.locator(".tip").waitFor();
    assert.match(await page.locator(".tip").innerText(), /^Mon 00:00 to 01:00\s*Mean\s*\d+\.?\d*\s*Requests\s*\d+\s*Occurrences\s*4$/);

    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.tip.split("\n")[0]), "Tue 01:00 to 02:00");
    assert.equal(await page.locator('.heat td[tabindex="0"]').count(), 1);

    // Sunday has no 02:00.
    await cell("Sun 01:00").focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.tip.split("\n")[0]), "Sun 03:00 to 04:00");
    assertOnlyExpected(page);
  });
});

test("menus close on Escape and on a click elsewhere, and give the focus back", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    const summary = page.getByLabel("More about Providers");
    await summary.click();
    await page.getByRole("link", { name: "Show the rows behind this" }).last().waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("details.menu[open]").count(), 0);
    assert.ok(await summary.evaluate((element) => element === document.activeElement));

    await page.locator("summary", { hasText: "Filter" }).click();
    await page.getByLabel("Only where").waitFor();
    assert.deepEqual(await audit(page), []);
    await page.locator("h1").click();
    assert.equal(await page.locator("details.menu[open]").count(), 0);
    assertOnlyExpected(page);
  });
});

test("a tile changes the main chart only, and the page's address and links follow", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    await page.evaluate(() => (globalThis.isSamePage = true));
    await page.locator('[data-focus="kpi-users"]').click();
    await page.getByRole("heading", { name: "Active users" }).waitFor();

    assert.match(page.url(), /\?range=30d&metric=users$/);
    assert.equal(await page.evaluate(() => globalThis.isSamePage), true);
    assert.equal(await page.locator(".kpi[aria-current]").getAttribute("data-focus"), "kpi-users");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.focus), "kpi-users");
    // The links of the header keep the choice, and so does the form.
    assert.equal(await page.getByRole("link", { name: "90d" }).getAttribute("href"), "?range=90d&metric=users");
    const kept = page.locator('form[method="get"] input[type="hidden"][name="metric"]');
    assert.deepEqual(await kept.evaluateAll((all) => all.map((input) => input.value)), ["users", "users"]);
    assertOnlyExpected(page);
  });
});

test("what cannot be loaded says so in its card, and the reader can try again", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    const card = page.locator('an-section[src^="/sections/broken"]');
    assert.match(await card.innerText(), /This could not be loaded\s+The server is catching up\.\s+Request\s+3f0c2e7a-gallery/);

    gallery.answers.next = (_, html) => html("latency.html");
    await card.getByRole("button", { name: "Try again" }).click();
    await card.locator(".is-drawn").waitFor();

    // A later failure leaves what is there, and says that it is old.
    gallery.answers.next = (send) => send(500, "text/plain", "no");
    await card.evaluate((section) => section.load());
    assert.match(await card.innerText(), /This could not be brought up to date\s+The server answered 500\./);
    assert.equal(await card.locator(".is-drawn").count(), 1);
    await card.getByRole("button", { name: "Try again" }).click();
    await card.getByText("The server is catching up.").waitFor();
    assert.equal(await card.locator("[data-failed]").count(), 1);
  });
});

test("while a section loads anew, what is there stays and is dimmed", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page) => {
    const section = page.locator('an-section[src^="/sections/latency"]');
    let answer;
    gallery.answers.next = (_, html) => (answer = () => html("latency.html"));
    const load = section.evaluate((element) => element.load());
    await page.locator('an-section[aria-busy="true"]').waitFor();
    await page.waitForFunction(() => getComputedStyle(document.querySelector('an-section[aria-busy="true"] > *')).opacity === "0.6");
    assert.equal(await section.locator(".is-drawn").count(), 1);

    answer();
    assert.equal(await load, true);
    assert.equal(await section.getAttribute("aria-busy"), null);
    assertOnlyExpected(page);
  });
});

test("sixty swaps leave one live chart and a flat heap", { skip, timeout: 60_000 }, async () => {
  await visit({}, async (page, context) => {
    const session = await context.newCDPSession(page);
    await session.send("Performance.enable");
    const held = async () => {
      for (let time = 0; time < 3; time += 1) await session.send("HeapProfiler.collectGarbage");
      const { metrics } = await session.send("Performance.getMetrics");
      const value = (name) => metrics.find((metric) => metric.name === name).value;
      return { nodes: value("Nodes"), listeners: value("JSEventListeners"), heap_kib: value("JSHeapUsedSize") / 1024 };
    };
    const swap = (times) =>
      page.evaluate(async (times) => {
        const section = document.querySelector('an-section[src^="/sections/latency"]');
        for (let swap = 0; swap < times; swap += 1) {
          await section.load();
          if (!section.querySelector(".is-drawn")) await new Promise((done) => section.addEventListener("an-drawn", done, { once: true }));
        }
      }, times);
    // Compiled code and measured letters are kept once; they are there after the first swaps.
    await swap(60);
    const before = await held();

    await swap(60);

    assert.equal(await page.locator("an-section .chart-host").count(), 2); // the hero's and this one's
    assert.equal(await page.locator("an-chart .chart-host").count(), CHARTS.length);
    const after = await held();
    const told = JSON.stringify({ before, after });
    // A chart that stayed would hold about 140 nodes, and its listeners.
    assert.ok(after.nodes - before.nodes < 140, told);
    assert.ok(after.listeners - before.listeners < 5, told);
    // One chart holds some 300 KiB; sixty that stay would be 18 MiB.
    assert.ok(after.heap_kib - before.heap_kib < 1024, told);
    assertOnlyExpected(page);
  });
});

test("on paper the drawings are light and fit any width", { skip, timeout: 60_000 }, async () => {
  await visit({ colorScheme: "dark" }, async (page) => {
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    const svg = page.locator("#latency .chart-host svg");
    assert.match(await svg.getAttribute("viewBox"), /^0 0 \d+ \d+$/);
    assert.ok((await page.locator('#latency svg path[stroke="rgb(0,124,93)"]').count()) > 0);

    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    assert.equal(await svg.getAttribute("viewBox"), null);
    assertOnlyExpected(page);
  });
});

test("without script every chart is its table, and what waits is a link", { skip, timeout: 60_000 }, async () => {
  await visit({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } }, async (page) => {
    assert.equal(await page.locator(".chart-canvas:visible").count(), 0);
    assert.equal(await page.locator(".chart-table:visible").count(), CHARTS.length - 1);
    assert.equal(await page.locator(".js-only:visible").count(), 0);
    assert.equal(await page.getByRole("link", { name: "Show On its own" }).count(), 2);
    await page.getByLabel(/^Dates/).click();
    await page.getByLabel("First day").fill("2026-11-01");
    await page.getByRole("button", { name: "Show these days" }).click();
    await page.waitForURL(/\/\?metric=revenue&f=model%3Agpt-5&from=2026-11-01&to=2026-11-21$/);
    await assertNoSidewaysScroll(page);
  });
});
