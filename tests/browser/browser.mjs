// What the browser tests share: a Chromium, pages that record everything that went wrong, and the audit.
//
// The tests talk to a server that is already running. From the environment:
//   BASE_URL   where it answers, with its base path: http://127.0.0.1:8080
//   SETUP_URL  the set-up link of an empty server; without it the first journey is skipped
//   EMAIL, PASSWORD  the administrator whom the set-up makes and the other tests log in as
//   CHROMIUM   the browser; by default /usr/bin/chromium
//   BINARY     the program, for tests that start a server of their own (appliance.mjs); without it they are skipped
import assert from "node:assert/strict";
import axe from "axe-core";
import { chromium } from "playwright-core";

const required = (name) => {
  const value = process.env[name];
  assert.ok(value, `set ${name}; tests/browser/browser.mjs lists the environment`);
  return value;
};

export const base = required("BASE_URL").replace(/\/$/, "");
export const setupUrl = process.env.SETUP_URL ?? null;
export const email = required("EMAIL");
export const password = required("PASSWORD");

export const launch = ({ args = [], ...options } = {}) =>
  chromium.launch({
    ...options,
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...args,
    ],
  });

/** A page whose `problems` collects console errors, script errors and breaches of the content policy. */
export const openPage = async (context) => {
  const page = await context.newPage();
  page.problems = [];
  page.on("console", (message) => {
    // A refused form answers 4xx on purpose; the browser logs that as a failed load.
    const isAnswer = message.text().startsWith("Failed to load resource") && /\b(401|403|409|422|429)\b/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !isAnswer) page.problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.problems.push(`script: ${error.message}`));
  page.on("requestfailed", (request) => {
    // A navigation away ends requests that still run; everything else that fails is a fault.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") page.problems.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return page;
};

export const assertClean = (page) => assert.deepEqual(page.problems, [], page.url());

export const logIn = async (page, at = base) => {
  await page.goto(`${at}/login`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/login"));
};

/** The paths of all rooms in the navigation, so that no list of them must be kept up. */
export const navigation = async (page, at = base) => {
  const links = await page.locator(".nav-group a").evaluateAll((found) => found.map((link) => new URL(link.href).pathname));
  assert.ok(links.length > 5, "the navigation has its rooms");
  return links.map((link) => link.slice(new URL(at).pathname.replace(/\/$/, "").length));
};

/** Findings of axe-core for WCAG 2.2 A and AA and its best practices, one line each. */
export const audit = async (page) => {
  await page.evaluate(axe.source);
  // What passes is not described, node by node: on a page of thousands that takes longer than the checks.
  const violations = await page.evaluate(async () => {
    const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    return (await globalThis.axe.run(document, { runOnly, resultTypes: ["violations"] })).violations;
  });
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`));
};

export const assertNoSidewaysScroll = async (page) => {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(excess <= 0, `${page.url()} is ${excess} px wider than the window`);
};
