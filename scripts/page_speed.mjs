// How long whole pages take in a real browser: from the click to the last section and chart drawn.
//
//   analytics bench load --events 10000000 --data bench-data
//   node scripts/page_speed.mjs target/release/analytics bench-data [TIMES]
//
// Starts a server on the folder, opens each page for each range TIMES times (default 5) in a headless Chromium, and
// prints the medians, in milliseconds: until the server answered, until the first screen was drawn, until all was.
// From the environment: CHROMIUM (default: /usr/bin/chromium); EMAIL and PASSWORD of an administrator, if the folder
// has one already.
import { spawn } from "node:child_process";
import { chromium } from "playwright-core";

const PAGES = ["/", "/performance", "/costs", "/models"];
const RANGES = ["1h", "24h", "7d", "30d", "90d", "1y"];
const EMAIL = process.env.EMAIL ?? "ana@example.com";
const PASSWORD = process.env.PASSWORD ?? "only for these figures";
/** A page that takes longer has failed. */
const PATIENCE_MS = 60_000;

const [binary, data, times = "5"] = process.argv.slice(2);
if (!binary || !data) {
  console.error("usage: node scripts/page_speed.mjs BINARY DATA [TIMES]");
  process.exit(2);
}

const serve = async () => {
  const child = spawn(binary, ["serve", "--listen", "127.0.0.1:0", "--data", data], {
    env: { ...process.env, ANALYTICS_ADMIN_EMAIL: EMAIL, ANALYTICS_ADMIN_PASSWORD: PASSWORD },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let log = "";
  child.stderr.on("data", (text) => (log += text));
  const url = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${log}`)));
    child.stdout.on("data", (text) => {
      said += text;
      const address = said.match(/listening on (\S+)/)?.[1];
      if (address) resolve(address);
    });
  });
  return { child, url };
};

/** Notes in the page, frame by frame, when its first screen and when all of it is drawn. */
const watch = () => {
  globalThis.drawn = { first: 0, all: 0 };
  const isDrawn = (chart) => chart.querySelector(".is-drawn") !== null;
  const look = () => {
    if (document.readyState === "complete") {
      const charts = [...document.querySelectorAll("an-chart")];
      const seen = charts.filter((chart) => chart.getBoundingClientRect().top < innerHeight);
      const waiting = [...document.querySelectorAll("[data-waiting], [aria-busy=true]")];
      const now = performance.now();
      if (drawn.first === 0 && seen.every(isDrawn) && waiting.every((card) => card.getBoundingClientRect().top >= innerHeight)) drawn.first = now;
      if (waiting.length === 0 && charts.every(isDrawn)) {
        drawn.all = now;
        return;
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const measure = async (page, address) => {
  const took = { answer: [], first: [], all: [] };
  for (let time = 0; time < Number(times); time += 1) {
    await page.goto(address, { waitUntil: "commit", timeout: PATIENCE_MS });
    await page.waitForFunction(() => globalThis.drawn?.all > 0, null, { timeout: PATIENCE_MS, polling: 50 });
    const failed = await page.locator("[data-failed], .is-error").count();
    if (failed > 0) throw new Error(`${address} has ${failed} sections that failed`);
    const [answer, { first, all }] = await page.evaluate(() => [performance.getEntriesByType("navigation")[0].responseStart, drawn]);
    took.answer.push(answer);
    took.first.push(first);
    took.all.push(all);
  }
  return Object.fromEntries(Object.entries(took).map(([name, values]) => [name, median(values)]));
};

const { child, url } = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${url}/login`);
  await page.getByLabel("Email").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL((address) => !address.pathname.endsWith("/login"));
  await page.addInitScript(watch);
  const cell = (text) => String(text).padStart(10);
  console.log(`${"page".padEnd(14)}${["range", "answer ms", "first ms", "all ms"].map(cell).join("")}`);
  const whole = [];
  for (const path of PAGES) {
    for (const range of RANGES) {
      const took = await measure(page, `${url}${path}?range=${range}`);
      whole.push(took.all);
      console.log(`${path.padEnd(14)}${[range, ...Object.values(took).map(Math.round)].map(cell).join("")}`);
    }
  }
  console.log(`\nmedian of all pages and ranges ${Math.round(median(whole))} ms, slowest ${Math.round(Math.max(...whole))} ms; ${whole.filter((ms) => ms > 1_000).length} of ${whole.length} above 1000 ms`);
} finally {
  await browser.close();
  child.removeAllListeners("exit");
  child.kill("SIGTERM");
}
