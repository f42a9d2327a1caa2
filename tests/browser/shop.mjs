// A shop: a site of its own origin whose pages carry the script, as somebody would set it up who has just made a
// project and two keys. Between its pages and the server stands a recorder, which can also be a bad network.
import assert from "node:assert/strict";
import http from "node:http";
import { base, launch, logIn, openPage } from "./browser.mjs";

/** A user agent of people: the browser's own says that it is headless, and such visitors are left out. */
const USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
/**
 * The browser of visitors. It names itself like any other: a context's own user agent would not hold for what a page
 * sends as it is left. It has the cache for going back and forth, which Playwright turns off.
 */
export const launchVisitors = () =>
  launch({ args: [`--user-agent=${USER_AGENT}`], ignoreDefaultArgs: ["--disable-back-forward-cache"] });

/** Longest wait for something that must come. */
const PATIENCE_MS = 20_000;

const listen = async (answer) => {
  const server = http.createServer(answer);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
};

const stop = (server) => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
};

const bodyOf = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
};

/** Asks until `happened` gives something true, and gives that; `what` says in the end what did not come. */
export const until = async (happened, what = () => happened) => {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const result = await happened();
    if (result) return result;
    assert.ok(Date.now() < end, `waited in vain for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

/**
 * Passes everything on to the server, and notes what was posted. `network` is `up`; `down`, where connections break
 * before anything is passed on; `lossy`, where the answer to what was passed on is lost; `silent`, where it does not
 * come; or a status that is answered instead.
 */
const startRecorder = async () => {
  const recorder = { posts: [], network: "up", attempts: 0 };
  const pass = async (request, response) => {
    const body = await bodyOf(request);
    if (request.method === "POST") recorder.attempts += 1;
    if (recorder.network === "down") return request.socket.destroy();
    if (typeof recorder.network === "number") {
      return response.writeHead(recorder.network, { "access-control-allow-origin": "*" }).end();
    }
    const headers = { ...request.headers, host: new URL(base).host };
    const url = new URL(base + request.url);
    const answer = await new Promise((resolve, reject) => {
      http.request(url, { method: request.method, headers }, resolve).on("error", reject).end(body);
    });
    const answerBody = await bodyOf(answer);
    if (request.method === "POST") {
      const events = body.toString().split("\n").map((line) => JSON.parse(line));
      recorder.posts.push({ events, status: answer.statusCode, type: request.headers["content-type"] });
    }
    if (recorder.network === "silent") return;
    if (recorder.network === "lossy") return request.socket.destroy();
    response.writeHead(answer.statusCode, answer.headers).end(answerBody);
  };
  const { server, origin } = await listen((request, response) => {
    pass(request, response).catch(() => request.socket.destroy());
  });
  return Object.assign(recorder, { origin, close: () => stop(server) });
};

/** Every path is a page, but for what looks like a file. By the name `localhost` it is another site, which is not allowed to send. */
const startSite = async () => {
  const site = { head: "", headElsewhere: "", body: "" };
  const { server, origin } = await listen((request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    if (/\.(pdf|csv)$/.test(pathname)) {
      return response.writeHead(200, { "content-type": "application/octet-stream", "content-disposition": "attachment" }).end("file");
    }
    const head = request.headers.host.startsWith("localhost") ? site.headElsewhere : site.head;
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(`<!doctype html><html lang="en"><title>Page ${pathname}</title>${head}<body>${site.body}`);
  });
  return Object.assign(site, { origin, elsewhere: origin.replace("127.0.0.1", "localhost"), close: () => stop(server) });
};

/** A key of the project, and the tag that the page shows beside an ingest key. */
const makeKey = async (page, slug, kind) => {
  await page.goto(`${base}/settings/keys?project=${slug}`);
  await page.getByLabel("Name", { exact: true }).fill(`${kind} of the shop`);
  await page.getByLabel("May", { exact: true }).selectOption(kind);
  await page.getByRole("button", { name: "Create key" }).click();
  const key = await page.locator("#key").textContent();
  return { key, tag: kind === "ingest" ? await page.locator("#snippet").textContent() : null };
};

let session;

/** Opens a shop with a project of its own, so that its counts are exact. */
export const openShop = async (browser) => {
  const [site, recorder] = [await startSite(), await startRecorder()];
  const admin = await browser.newContext({ storageState: session });
  const page = await openPage(admin);
  if (!session) await logIn(page);
  session = await admin.storageState();
  const slug = `shop-${new URL(site.origin).port}-${Date.now().toString(36)}`;
  await page.goto(`${base}/settings/projects/new`);
  await page.getByLabel("Name", { exact: true }).fill(slug);
  await page.getByLabel("Slug").fill(slug);
  await page.getByLabel("Allowed origins").fill(site.origin);
  await page.getByRole("button", { name: "Create project" }).click();
  await page.getByRole("link", { name: slug, exact: true }).first().waitFor({ state: "attached" });
  const { key: ingestKey, tag } = await makeKey(page, slug, "ingest");
  const { key: readKey } = await makeKey(page, slug, "read");
  await admin.close();

  const contexts = [];
  const ask = async (path) => {
    const answer = await fetch(base + path, { headers: { Authorization: `Bearer ${readKey}` } });
    assert.equal(answer.status, 200, path);
    return answer.json();
  };
  const shop = {
    site,
    recorder,
    ingestKey,
    /** Where the script is said to be in the product, without the recorder. */
    tag,
    /** Puts the tag into the pages: as it was shown, but by way of the recorder, with more attributes. */
    paste: (attributes = "", before = "") => {
      site.head = before + tag.replace(base, recorder.origin).replace("<script ", `<script ${attributes} `);
    },
    /** A browser of somebody. */
    visitor: async (options = {}) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      return context;
    },
    /** A page of the site, once the script has begun. */
    open: async (context, path = "/") => {
      const opened = await context.newPage();
      await opened.goto(site.origin + path);
      return opened;
    },
    /** Everything that was passed on, in the order of arrival. */
    events: () => recorder.posts.flatMap((post) => post.events),
    counts: async () => (await ask("/api/v1/summary")).by_type,
    ingestLog: () => ask("/v1/ingest/log"),
    /**
     * Waits until the server has so many events of each type, and checks that it has exactly these once all browsers
     * are gone, and that it was sent nothing twice unless `duplicates` says so.
     */
    settle: async (expected, { duplicates = 0 } = {}) => {
      const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
      let counts = {};
      const isThere = async () => {
        counts = await shop.counts();
        return total(counts) >= total(expected);
      };
      await until(isThere, () => `${JSON.stringify(expected)}; there is ${JSON.stringify(counts)}`);
      for (const context of contexts.splice(0)) await context.close();
      assert.deepEqual(await shop.counts(), expected);
      const { reasons } = await shop.ingestLog();
      assert.deepEqual(reasons, duplicates ? { duplicate: duplicates } : {});
    },
    close: async () => {
      for (const context of contexts.splice(0)) await context.close();
      await site.close();
      await recorder.close();
    },
  };
  shop.paste();
  return shop;
};

/** Closes a page as a person closes a tab. */
export const closeTab = async (page) => {
  const closed = page.waitForEvent("close");
  await page.close({ runBeforeUnload: true });
  await closed;
};
