import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Frame } from "./frames";
import { LiveSocket, waitBefore, type Connection } from "./LiveSocket";

class Line {
  sent: { type: string; seq?: number }[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  send = (text: string) => void this.sent.push(JSON.parse(text) as { type: string });
  close = () => this.onclose?.();
  hear = (frame: object) => this.onmessage?.({ data: JSON.stringify(frame) });
}

function setUp() {
  const lines: Line[] = [];
  const frames: Frame[] = [];
  const states: Connection[] = [];
  const socket = new LiveSocket({
    open: () => {
      const line = new Line();
      lines.push(line);
      return line;
    },
    random: () => 1,
    onFrame: (frame) => frames.push(frame),
    onConnection: (state) => states.push(state),
  });
  socket.start();
  const line = (at: number): Line => lines[at] as Line;
  return { socket, lines, line, frames, states };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pong = { type: "views", items: [] };

test("resumes from the last frame after a gap", () => {
  const { lines, line, states } = setUp();
  line(0).onopen?.();
  line(0).hear({ type: "hello", seq: 4, server_time: "" });
  line(0).hear({ type: "delivery", seq: 9, ticket_id: "t", message_id: "m", delivery: null });
  line(0).close();
  expect(states.at(-1)?.phase).toBe("offline");
  vi.advanceTimersByTime(600);
  expect(lines).toHaveLength(2);
  line(1).onopen?.();
  expect(line(1).sent[0]).toEqual({ type: "resume", seq: 9 });
  line(1).hear({ type: "hello", seq: 11, server_time: "" });
  expect(states.at(-1)).toEqual({ phase: "live", since: null });
});

test("asks once for everything anew when the line is first there", () => {
  const { line, frames } = setUp();
  line(0).onopen?.();
  line(0).hear({ type: "hello", seq: 40, server_time: "" });
  line(0).close();
  vi.advanceTimersByTime(600);
  line(1).onopen?.();
  line(1).hear({ type: "hello", seq: 41, server_time: "" });
  expect(frames.filter((frame) => frame.type === "resync")).toHaveLength(1);
});

test("asks for everything anew when the server counts from the start", () => {
  const { line, frames } = setUp();
  line(0).onopen?.();
  line(0).hear({ type: "hello", seq: 40, server_time: "" });
  line(0).close();
  vi.advanceTimersByTime(600);
  line(1).onopen?.();
  line(1).hear({ type: "hello", seq: 2, server_time: "" });
  expect(frames.filter((frame) => frame.type === "resync")).toHaveLength(2);
});

test("a silent line is given up", () => {
  const { lines, line } = setUp();
  line(0).onopen?.();
  line(0).hear({ type: "hello", seq: 1, server_time: "" });
  vi.advanceTimersByTime(61_000);
  expect(lines.length).toBeGreaterThan(1);
});

test("pings keep a living line", () => {
  const { lines, line } = setUp();
  line(0).onopen?.();
  line(0).hear({ type: "hello", seq: 1, server_time: "" });
  for (let beat = 0; beat < 6; beat += 1) {
    vi.advanceTimersByTime(20_000);
    line(0).hear(pong);
  }
  expect(lines).toHaveLength(1);
  expect(line(0).sent.filter((one) => one.type === "ping")).toHaveLength(6);
});

test("frames of unknown kinds are passed over", () => {
  const { line, frames } = setUp();
  line(0).onopen?.();
  line(0).hear({ type: "weather", seq: 3 });
  expect(frames).toEqual([]);
});

test("a stopped socket stays silent", () => {
  const { socket, lines, line } = setUp();
  line(0).onopen?.();
  socket.stop();
  vi.advanceTimersByTime(120_000);
  expect(lines).toHaveLength(1);
});

test("waits grow, end at half a minute and vary", () => {
  expect([0, 1, 2, 20].map((attempt) => waitBefore(attempt, 1))).toEqual([500, 1000, 2000, 30_000]);
  expect(waitBefore(20, 0)).toBe(15_000);
});

test("a network that is said to be gone is believed at once, and tried again", () => {
  const { socket, lines, line, states } = setUp();
  line(0).onopen?.();
  line(0).hear({ type: "hello", seq: 1 });
  socket.lose();
  expect(states.at(-1)?.phase).toBe("offline");
  vi.advanceTimersByTime(1_000);
  expect(lines).toHaveLength(2);
});
