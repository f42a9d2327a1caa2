// A server of a test's own, which the test may stop and start again on the same port and folder.
//
// From the environment: BINARY, the program; without it the tests that need one are skipped.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { email, password } from "./browser.mjs";

const binary = process.env.BINARY ?? null;

/** For `test(name, { skip: needsBinary }, …)`. */
export const needsBinary = binary === null && "BINARY is not set";

/** A start takes seconds on a busy machine; a hang needs an end. */
const PATIENCE_MS = 60_000;
/** Ninety days of a demo are made in seconds, and in minutes on a machine that does ten other things. */
const FILL_MS = 300_000;

export class Appliance {
  #folder;
  #options = [];
  #child = null;
  #log = "";
  #port = 0;
  url = "";
  key = "";

  /** An empty server whose administrator is the one of all tests. */
  static async start() {
    return Appliance.#begin([]);
  }

  /** A server with the demo's data, all of them. */
  static async startDemo() {
    const appliance = await Appliance.#begin(["--demo"]);
    await appliance.#logged("the demo is filled");
    return appliance;
  }

  static async #begin(options) {
    const appliance = new Appliance();
    appliance.#options = options;
    appliance.#folder = await mkdtemp(path.join(tmpdir(), "analytics-"));
    await appliance.#run();
    return appliance;
  }

  /** Waits for a sentence in the log. */
  async #logged(sentence) {
    const child = this.#child;
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the server did not say "${sentence}": ${this.#log}`)), FILL_MS);
      const look = () => {
        if (!this.#log.includes(sentence)) return;
        clearTimeout(late);
        child.stderr.off("data", look);
        resolve();
      };
      child.stderr.on("data", look);
      look();
    });
  }

  async #run() {
    const child = spawn(binary, ["serve", "--listen", `127.0.0.1:${this.#port}`, "--data", path.join(this.#folder, "data"), ...this.#options], {
      // What was just sent is in the next answer, however slow the machine of the tests is.
      env: { ...process.env, ANALYTICS__STORAGE__ANSWER_AGE_S: "0", ANALYTICS_ADMIN_EMAIL: email, ANALYTICS_ADMIN_PASSWORD: password },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    let said = "";
    this.#log = "";
    child.stderr.on("data", (text) => (this.#log += text));
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the server did not start: ${this.#log}`)), PATIENCE_MS);
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${this.#log}`)));
      child.stdout.on("data", (text) => {
        said += text;
        if (!said.includes("data folder:")) return;
        clearTimeout(late);
        resolve();
      });
    });
    this.url = said.match(/listening on (\S+)/)[1];
    this.#port = new URL(this.url).port;
    this.key = said.match(/ingest key: (\S+)/)?.[1] ?? this.key;
  }

  /** Stops it as an operator does. */
  async stop() {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    child.removeAllListeners("exit");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }

  /** Starts it again where it was. */
  async startAgain() {
    await this.#run();
  }

  /** Stops it for good and takes its folder away. */
  async end() {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Sends events, which must all be taken. */
  async send(...events) {
    const answer = await fetch(`${this.url}/v1/events`, {
      method: "POST",
      headers: { Authorization: `Bearer ${this.key}`, "Content-Type": "application/json" },
      body: JSON.stringify(events),
    });
    const receipt = await answer.json();
    assert.equal(receipt.accepted, events.length, JSON.stringify(receipt));
  }
}
