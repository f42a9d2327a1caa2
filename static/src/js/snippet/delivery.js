// Brings events to the server: in batches, again after a failure, and at the last moment by a beacon.
//
// An event has its id from the start and keeps it, so sending it again is harmless. What could not be delivered is
// kept in localStorage, a batch an entry, and sent by whichever page of the site comes first. Where storage is
// blocked it stays in memory, as long as the page lives. What has been answered is stored nowhere.
import { settings, target } from "./settings.js";

const prefix = `analytics:${settings.key}:`;
let store = {};
try {
  store = localStorage || store;
} catch {
  // The browser blocks storage.
}

/** Events that wait for the next batch, as JSON text, so that one that cannot be written harms no other. */
const waiting = [];
/** Batches on their way, oldest first. */
const batches = [];
let flushTimer;
let retryTimer;
let sending;
/** Above 0 while delivery fails. */
let pauseMs = 0;

const kept = () => Object.keys(store).filter((name) => name.startsWith(prefix)).sort();
/** Named after the id of its first event, with which the text begins; keeping a batch twice is keeping it once. */
const nameOf = (batch) => prefix + batch.slice(7, 39);

const keep = (batch) => {
  try {
    store[nameOf(batch)] = batch;
  } catch {
    // The store is full. What lies there is left for the next page.
    store = { [nameOf(batch)]: batch };
  }
  // With 50 events each these are a thousand; the oldest are given up.
  for (const name of kept().slice(0, -20)) delete store[name];
};

const sendAll = async () => {
  try {
    while (batches[0]) {
      const body = batches[0];
      // Browsers refuse more than 64 KiB to requests that may outlive their page; a character has up to 3 bytes.
      const answer = await fetch(target + Date.now(), { method: "POST", body, keepalive: body.length < 2e4 });
      // An answer that is not read counts among those requests for a long time.
      await answer.text();
      // What the server refuses it would refuse again, unless it is only busy.
      if (answer.status > 499 || answer.status == 429) break;
      batches.shift();
      // It may have been kept meanwhile, in case the page would not live to see the answer.
      delete store[nameOf(body)];
      pauseMs = 0;
    }
  } catch {
    // There is no way to the server.
  }
  sending = 0;
  if (batches[0]) {
    batches.splice(0).forEach(keep);
    // Pauses double from five seconds to five minutes.
    pauseMs = Math.min(pauseMs * 2 || 5e3, 3e5);
    clearTimeout(retryTimer);
    retryTimer = setTimeout(retry, pauseMs);
  }
};
// With nothing to send it would end before it is assigned.
const send = () => (sending = sending || (batches[0] && sendAll()));

/** Sends what was kept. Two tabs that come back online at once must not both take the same batches. */
export const retry = () => {
  const take = () => {
    for (const name of kept()) {
      batches.push(store[name]);
      delete store[name];
    }
    // Another tab may have sent it all.
    if (!batches[0]) pauseMs = 0;
    return send();
  };
  // Without TLS there are no locks, and with blocked storage they are refused: then the server sorts out what two
  // tabs sent at once.
  navigator.locks?.request(prefix, take).catch(take) || take();
};

/** What waits, as one batch. */
const batch = () => {
  flushTimer = clearTimeout(flushTimer);
  return waiting.splice(0).join("\n");
};

const flush = () => {
  if (pauseMs && !sending) return keep(batch());
  batches.push(batch());
  send();
};

/** Takes an event, as JSON text that begins with its id. */
export const deliver = (event) => {
  if (waiting.push(event) > 49) flush();
  else flushTimer = flushTimer || setTimeout(flush, 5e3);
};

/** Sends everything now, as the page may not come back; if it is left, it will not see the answers either. */
export const leave = (isLeft) => {
  if (isLeft) batches.forEach(keep);
  const last = batch();
  if (last && (pauseMs || !navigator.onLine || !navigator.sendBeacon(target + Date.now(), last))) keep(last);
};
