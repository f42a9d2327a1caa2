// Sections that are loaded after their page: what stands there while one waits, what is said when one fails, and that
// it can be tried again. The answers are held back or replaced on their way to the browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Appliance, needsBinary } from "./appliance.mjs";
import { assertNoSidewaysScroll, audit } from "./browser.mjs";
import { visits } from "./visits.mjs";

const SKIP = { skip: needsBinary, timeout: 300_000 };
/** A section of the page that is not on its first screen, and has data. */
const SECTION = "/sections/performance/errors";

const stage = visits(async () => {
  const appliance = await Appliance.start();
  await appliance.send({ type: "response_received", provider: "openai", model: "gpt-4o-mini", user_id: "ana", latency_ms: 800 });
  return appliance;
});

/** Opens the page while `answer` stands between one of its sections and the server. */
const visit = (colorScheme, answer, task) =>
  stage.visit("/performance?range=7d", (page) => task(page, page.locator("an-section", { has: page.locator("#h-errors") })), {
    colorScheme,
    prepare: (page) => page.route((url) => url.pathname.endsWith(SECTION), answer),
  });

const isDrawn = (section) => section.locator("an-chart .is-drawn").waitFor();

for (const theme of ["dark", "light"]) {
  test(`a section whose answer is held back shows its skeleton, and the page stays sound, in the ${theme} theme`, SKIP, async () => {
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await visit(
      theme,
      async (route) => {
        await held;
        await route.continue();
      },
      async (page, section) => {
        await page.locator("an-section[aria-busy=true]", { has: page.locator("#h-errors") }).waitFor();
        assert.ok(await section.locator("[data-waiting] .skeleton").isVisible());
        assert.ok(await section.getByRole("heading", { name: "Error rate" }).isVisible(), "what will stand there has its title");
        assert.equal(await section.locator("an-chart").count(), 0);
        const before = await section.boundingBox();
        await page.locator("#latency .is-drawn").waitFor();
        assert.ok(await section.locator("[data-waiting]").isVisible(), "the others do not wait for it");
        assert.deepEqual(await audit(page), []);
        await assertNoSidewaysScroll(page);

        release();
        await isDrawn(section);
        assert.equal(await section.locator("[data-waiting], .skeleton:visible").count(), 0);
        assert.equal(await section.getAttribute("aria-busy"), null);
        const after = await section.boundingBox();
        assert.ok(Math.abs(after.width - before.width) < 1, "its place was kept");
      },
    );
  });

  test(`a section that fails says what failed and is tried again by a click, in the ${theme} theme`, SKIP, async () => {
    const failures = [
      (route) =>
        route.fulfill({
          status: 503,
          contentType: "application/problem+json",
          headers: { "X-Request-Id": "held-42" },
          body: JSON.stringify({ title: "Too slow", detail: "The question took longer than 10 s." }),
        }),
      (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }),
      (route) => route.abort("timedout"),
    ];
    let asked = 0;
    await visit(
      theme,
      (route) => (failures[asked++] ?? ((last) => last.continue()))(route),
      async (page, section) => {
        const alert = section.getByRole("alert");
        const again = section.getByRole("button", { name: "Try again" });
        await alert.getByText("The question took longer than 10 s.").waitFor();
        assert.ok(await alert.getByText("This could not be loaded").isVisible());
        assert.ok(await alert.getByText("held-42").isVisible(), "the number that the log has");
        await page.locator("#latency .is-drawn").waitFor();
        assert.deepEqual(await audit(page), []);
        await assertNoSidewaysScroll(page);

        await again.click();
        await alert.getByText("The server answered 502.").waitFor();
        await again.press("Enter");
        await alert.getByText("The server cannot be reached.").waitFor();
        assert.equal(await alert.count(), 1, "only the latest failure stands there");

        await again.click();
        await isDrawn(section);
        assert.equal(asked, 4);
        assert.equal(await section.locator("[data-failed]").count(), 0);
        // The browser logs what we made fail, and nothing else.
        const others = page.problems.filter((problem) => !/50[23]|ERR_TIMED_OUT|\/sections\/performance\/errors/.test(problem));
        page.problems = others;
      },
    );
  });
}
