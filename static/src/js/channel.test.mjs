// The live channel's states, with a socket, a clock and a timer that the test moves.
import assert from "node:assert/strict";
import test from "node:test";
import { backoff, Channel, DEAD_MS, SIGNED_OUT, STALE_MS } from "./channel.js";

const setUp = () => {
  const seen = { states: [], frames: [], sockets: [], timers: [], signedOut: 0, now: 1000 };
  const channel = new Channel({
    url: "ws://test/ws/live",
    onFrame: (frame) => seen.frames.push(frame),
    onState: (state) => seen.states.push(state),
    onSignedOut: () => (seen.signedOut += 1),
    open: () => {
      const socket = { closed: false, close: () => (socket.closed = true) };
      seen.sockets.push(socket);
      return socket;
    },
    now: () => seen.now,
    random: () => 1,
    later: (task, ms) => seen.timers.push({ task, ms }) - 1,
    never: (timer) => timer !== null && (seen.timers[timer].task = null),
  });
  const say = (frame) => seen.sockets.at(-1).onmessage({ data: JSON.stringify(frame) });
  const drop = (code = 1006) => seen.sockets.at(-1).onclose({ code });
  const wait = () => seen.timers.at(-1).task?.();
  return { channel, seen, say, drop, wait };
};

test("the first frame makes it live", () => {
  const { channel, seen, say } = setUp();
  channel.start();
  say({ seq: 1 });
  assert.deepEqual(seen.states, ["live"]);
  assert.deepEqual(seen.frames, [{ seq: 1 }]);
});

test("waits double from half a second to half a minute, and a frame resets them", () => {
  assert.equal(backoff(0, 0), 500);
  assert.equal(backoff(1, 1), 2000);
  assert.equal(backoff(50, 1), 30_000);
  const { channel, seen, say, drop, wait } = setUp();
  channel.start();
  drop();
  wait();
  drop();
  wait();
  say({ seq: 1 });
  drop();
  assert.deepEqual(seen.timers.map((timer) => timer.ms), [1000, 2000, 1000]);
});

test("silence makes it stale, then replaces the socket", () => {
  const { channel, seen, say } = setUp();
  channel.start();
  say({ seq: 1 });
  seen.now += STALE_MS + 1;
  channel.tick();
  assert.equal(channel.state, "stale");
  seen.now += DEAD_MS;
  channel.tick();
  assert.equal(channel.state, "reconnecting");
  assert.ok(seen.sockets[0].closed);
});

test("a hidden tab holds no socket and comes back at once", () => {
  const { channel, seen, say } = setUp();
  channel.start();
  say({ seq: 1 });
  channel.setHidden(true);
  assert.equal(channel.state, "paused");
  assert.ok(seen.sockets[0].closed);
  channel.setHidden(false);
  assert.equal(seen.sockets.length, 2);
  say({ seq: 9 });
  assert.equal(channel.state, "live");
});

test("a pause by the reader outlasts a hidden tab", () => {
  const { channel, seen } = setUp();
  channel.start();
  channel.pause();
  channel.setHidden(true);
  channel.setHidden(false);
  assert.equal(seen.sockets.length, 1);
  channel.resume();
  assert.equal(seen.sockets.length, 2);
});

test("a pause while it waits for the next attempt cancels the attempt", () => {
  const { channel, seen, drop, wait } = setUp();
  channel.start();
  drop();
  channel.pause();
  wait();
  assert.equal(seen.sockets.length, 1);
  assert.equal(channel.state, "paused");
});

test("an ended session is not retried", () => {
  const { channel, seen, drop } = setUp();
  channel.start();
  drop(SIGNED_OUT);
  assert.equal(seen.signedOut, 1);
  assert.equal(seen.timers.length, 0);
});

test("a frame that is not JSON and a socket that was replaced are ignored", () => {
  const { channel, seen, say } = setUp();
  channel.start();
  seen.sockets[0].onmessage({ data: "{" });
  assert.equal(channel.state, "connecting");
  const old = seen.sockets[0];
  channel.setHidden(true);
  channel.setHidden(false);
  say({ seq: 2 });
  old.onclose({ code: 1006 });
  assert.equal(channel.state, "live");
});
