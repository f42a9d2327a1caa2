// The arithmetic of charts that needs no browser: labels, buckets, addresses.
import assert from "node:assert/strict";
import test from "node:test";
import { labelStep } from "./charts/axis.js";
import { rangeAddress } from "./charts/brush.js";
import { bucketOf } from "./charts/time.js";
import { tipOf } from "./kit/cells.js";
import { isOwn } from "./own_address.js";

test("labels stand so far apart that they do not touch", () => {
  // 30 labels of 60 px in 600 px: 10 fit, so every third.
  assert.equal(labelStep(30, 600, 60), 3);
  assert.equal(labelStep(30, 1800, 60), 1);
  // 48 labels, 9 fit: every sixth, which suits hours.
  assert.equal(labelStep(48, 540, 60), 6);
  assert.equal(labelStep(1, 10, 60), 1);
});

test("a moment belongs to the bucket that starts at or before it, and to none outside", () => {
  const axis = { starts: [100, 200, 300], end: 400 };
  assert.deepEqual([99, 100, 199, 200, 399, 400].map((at) => bucketOf(axis, at)), [-1, 0, 0, 1, 2, -1]);
});

test("a chosen stretch becomes an address with moments in UTC", () => {
  assert.equal(
    rangeAddress("?m=cost&from={from}&to={to}", Date.UTC(2026, 10, 19), Date.UTC(2026, 10, 22, 1, 30)),
    "?m=cost&from=2026-11-19T00%3A00%3A00Z&to=2026-11-22T01%3A30%3A00Z",
  );
});

test("only our own pages are followed", () => {
  for (const url of ["?a=1", "/rows", "/"]) assert.equal(isOwn(url), true, url);
  for (const url of ["javascript:alert(1)", "//x.example", "/\\x.example", "https://x.example", "", "rows"]) assert.equal(isOwn(url), false, url);
});

test("the words of a tooltip are a head, then names and values in turn", () => {
  assert.deepEqual(tipOf("Mon 09:00\nMean\n2.5\nSum\n10"), {
    head: "Mon 09:00",
    rows: [
      { name: "Mean", value: "2.5" },
      { name: "Sum", value: "10" },
    ],
  });
});
