// One appliance for all tests of a file, and visits of its pages by somebody who is logged in.
import { after, before } from "node:test";
import { needsBinary } from "./appliance.mjs";
import { assertClean, launch, logIn, openPage } from "./browser.mjs";

/** A page of ninety days on a machine that does ten other things. */
export const PATIENT = { timeout: 60_000 };

/**
 * Starts what `start` gives before the tests of the file and ends it after them. `begin` uses the first page that is
 * logged in. Returns `appliance`, once it runs, and `visit`.
 */
export const visits = (start, begin) => {
  const stage = {};
  let browser;
  let session;
  before(async () => {
    if (needsBinary) return;
    stage.appliance = await start();
    browser = await launch();
    const context = await browser.newContext();
    const page = await openPage(context);
    await logIn(page, stage.appliance.url);
    await begin?.(page, stage.appliance);
    session = await context.storageState();
    await context.close();
  });
  after(async () => {
    await browser?.close();
    await stage.appliance?.end();
  });
  /** Opens a page, after `prepare` of it, lets the task use it, and asserts that nothing went wrong. */
  stage.visit = async (path, task, { prepare, ...options } = {}) => {
    const context = await browser.newContext({
      storageState: session,
      reducedMotion: "reduce",
      viewport: { width: 1440, height: 900 },
      colorScheme: "dark",
      ...options,
    });
    try {
      const page = await openPage(context);
      await prepare?.(page);
      await page.goto(stage.appliance.url + path, PATIENT);
      await task(page);
      assertClean(page);
    } finally {
      await context.close();
    }
  };
  return stage;
};

/** Waits until every section is there and every chart is drawn. */
export const drawn = (page) =>
  page.waitForFunction(
    () =>
      document.readyState === "complete" &&
      !document.querySelector("[data-waiting], [aria-busy=true], [data-leaving]") &&
      [...document.querySelectorAll("an-chart")].every((chart) => chart.querySelector(".is-drawn")),
    null,
    PATIENT,
  );
