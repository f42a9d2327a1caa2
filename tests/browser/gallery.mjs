// A small server for the gallery: the files of GALLERY_DIR, which a unit test of the server writes, and the built
// static files, all under the content policy of the real pages. Sections can be told to wait or to fail.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), "../../static/dist");
const TYPES = { ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

/** `answers.next` may hold a function that answers the next request for a section instead. */
export const serveGallery = async (folder) => {
  const read = (name) => fs.readFileSync(path.join(folder, name));
  const policy = read("policy.txt").toString();
  const answers = { next: null, seen: [] };
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, "http://gallery");
    response.setHeader("Content-Security-Policy", policy);
    const send = (status, type, body) => {
      response.writeHead(status, { "Content-Type": type });
      response.end(body);
    };
    const html = (name) => send(200, "text/html; charset=utf-8", read(name));
    if (url.pathname.startsWith("/static/")) {
      const file = path.join(dist, path.basename(url.pathname));
      if (!fs.existsSync(file)) return send(404, "text/plain", "nothing here");
      return send(200, TYPES[path.extname(file)] ?? "text/plain", fs.readFileSync(file));
    }
    if (url.pathname.startsWith("/sections/")) {
      answers.seen.push(`${url.pathname}${url.search}`);
      const answer = answers.next;
      answers.next = null;
      if (answer) return answer(send, html, response);
      if (url.pathname === "/sections/latency") return html("latency.html");
      if (url.pathname === "/sections/hero") return html(`hero-${url.searchParams.get("metric")}.html`);
      response.setHeader("x-request-id", "3f0c2e7a-gallery");
      return send(503, "application/problem+json", JSON.stringify({ title: "Busy", detail: "The server is catching up." }));
    }
    return html("index.html");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const close = () => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  };
  return { address: `http://127.0.0.1:${server.address().port}`, answers, close };
};

// `node tests/browser/gallery.mjs FOLDER` serves it for the eye.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { address } = await serveGallery(process.argv[2]);
  console.log(address);
}
