// Figures, times and drawings as text, by the same numbers as the server's tests.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { facts, payment } from "./feed.js";
import { compact, cost, duration, figure, money } from "./figure.js";
import { ago, exact } from "./moment.js";

const cases = JSON.parse(readFileSync(new URL("figure.cases.json", import.meta.url), "utf8"));

test("figures read as the server writes them", () => {
  for (const [number, text] of cases.compact) assert.equal(compact(number), text, String(number));
  for (const [amount, prefix, decimals, text] of cases.money) assert.equal(money(Number(amount), prefix, decimals), text);
  for (const [amount, prefix, text] of cases.cost) assert.equal(cost(Number(amount), prefix), text);
  for (const [value_ms, text, unit] of cases.duration) assert.deepEqual(duration(value_ms), { text, unit });
  for (const [value, text] of cases.percent) assert.equal(figure("percent", value).text, text);
});

test("each form of a card has its unit", () => {
  assert.deepEqual(figure("count", 1234), { text: "1.2K", unit: "" });
  assert.deepEqual(figure("per_minute", 46), { text: "46", unit: "/min" });
  assert.deepEqual(figure("percent", 1.25), { text: "1.25", unit: "%" });
  assert.deepEqual(figure("money", 129.5, { prefix: "$", decimals: 2 }), { text: "$129.50", unit: "" });
});

test("a time is relative for a day", () => {
  assert.equal(ago(-4000), "0 s ago"); // the other clock is ahead
  assert.equal(ago(59_999), "59 s ago");
  assert.equal(ago(60_000), "1 min ago");
  assert.equal(ago(3_600_000), "1 h ago");
  assert.equal(ago(86_400_000), null);
  assert.equal(exact(Date.UTC(2026, 10, 21, 21, 40, 5)), "21 Nov 2026, 21:40:05 UTC");
});

test("what is known of an event is told as the server tells it", () => {
  const answer = { latency_ms: 812.4, tokens: 1200, cost: "0.0031", country: "DE", amount: null };
  assert.deepEqual(facts(answer), ["812 ms", "1,200 tokens", "$0.0031", "DE"]);
  assert.deepEqual(facts({ latency_ms: null, tokens: null, cost: null, country: null }), []);
  assert.equal(payment(answer, "$"), null);
  assert.equal(payment({ amount: "49.00", prefix: null }, "€"), "+€49.00");
  assert.equal(payment({ amount: "-5.00", prefix: "$" }, "€"), "−$5.00");
});
