// Takes the README's pictures of the real product: starts a server with the demo, opens its pages in a headless
// Chromium, and writes docs/*.webp.
//
//   node scripts/screenshots.mjs target/release/analytics
//
// From the environment: CHROMIUM (default: /usr/bin/chromium). The demo's data is the same each time; the live part
// goes on by itself, so two runs differ in it.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const docs = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), "docs");
const EMAIL = "ana@example.com";
const PASSWORD = "only for these pictures";
/** The live part counts the people of past minutes once a minute. */
const LIVE_MS = 300_000;
const BYTES_MAX = 200_000;

/** `at` is scrolled to the top of the picture. */
const PICTURES = [
  { name: "overview-dark", path: "/", theme: "dark" },
  { name: "course-light", path: "/?range=30d", theme: "light", at: ".part" },
  { name: "performance-dark", path: "/performance", theme: "dark" },
  { name: "costs-light", path: "/costs", theme: "light" },
];
const WINDOW = { width: 1440, height: 900 };

/** Starts the server in a folder of its own; gives its address once the demo is filled. */
const serve = async (binary, folder) => {
  const child = spawn(binary, ["serve", "--demo", "--listen", "127.0.0.1:0", "--data", folder], {
    env: { ...process.env, ANALYTICS_ADMIN_EMAIL: EMAIL, ANALYTICS_ADMIN_PASSWORD: PASSWORD },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  let log = "";
  const url = await new Promise((resolve, reject) => {
    const look = () => {
      const address = said.match(/listening on (\S+)/)?.[1];
      if (address && log.includes("the demo is filled")) resolve(address);
    };
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${log}`)));
    child.stdout.on("data", (text) => {
      said += text;
      look();
    });
    child.stderr.on("data", (text) => {
      log += text;
      look();
    });
  });
  return { child, url };
};

const logIn = async (page, url) => {
  await page.goto(`${url}/login`);
  await page.getByLabel("Email").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL((address) => !address.pathname.endsWith("/login"));
};

/** Every section is there and every chart is drawn. */
const isDrawn = () =>
  !document.querySelector("[data-waiting], [aria-busy=true]") && [...document.querySelectorAll("an-chart")].every((chart) => chart.querySelector(".is-drawn"));

/** The small line of the active people is not flat any more: what was filled in is counted. */
const hasLivePast = () => {
  const line = document.querySelector('[data-kpi="active_users_now"] .spark-line')?.getAttribute("d") ?? "";
  return new Set(line.split(/[ML]/).map((point) => point.split(" ")[1])).size > 10;
};

/** Playwright writes PNG and JPEG only; a canvas of the browser packs text and lines much better. */
const webp = async (page, png) => {
  const packed = await page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext("2d").drawImage(picture, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.86 });
    return btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(""));
  }, png.toString("base64"));
  return Buffer.from(packed, "base64");
};

const take = async (browser, url, session, { name, path: room, theme, at }) => {
  const context = await browser.newContext({ storageState: session, viewport: WINDOW, deviceScaleFactor: 1.5, colorScheme: theme, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(url + room);
  await page.waitForFunction(isDrawn, null, { timeout: 60_000 });
  if (room === "/") await page.locator('main[data-state="live"]').waitFor();
  if (at) await page.locator(at).evaluate((part) => scrollTo({ top: part.getBoundingClientRect().top + scrollY - 64, behavior: "instant" }));
  const bytes = await webp(page, await page.screenshot());
  if (bytes.length > BYTES_MAX) throw new Error(`${name} has ${bytes.length} bytes; the most is ${BYTES_MAX}`);
  await writeFile(path.join(docs, `${name}.webp`), bytes);
  console.log(`docs/${name}.webp  ${bytes.length} bytes`);
  await context.close();
};

const binary = process.argv[2];
if (!binary) {
  console.error("usage: node scripts/screenshots.mjs PROGRAM");
  process.exit(2);
}
const folder = await mkdtemp(path.join(tmpdir(), "analytics-"));
const { child, url } = await serve(binary, path.join(folder, "data"));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const context = await browser.newContext();
  const page = await context.newPage();
  await logIn(page, url);
  await page.waitForFunction(hasLivePast, null, { timeout: LIVE_MS });
  const session = await context.storageState();
  await context.close();
  for (const picture of PICTURES) await take(browser, url, session, picture);
} finally {
  await browser.close();
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
  await rm(folder, { recursive: true, force: true });
}
