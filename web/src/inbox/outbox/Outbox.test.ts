import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Problem } from "../../api/problem";
import type { Message } from "../../api/types";
import type { Waiting } from "./box";
import { Outbox } from "./Outbox";

const silence = () => new Problem(0, "offline", "", "", null);
const one = (key: string, at: number, more: Partial<Waiting> = {}): Waiting => ({ key, agent: "mira", ticket: "t", name: "Elena", at, reply: null, text: key, mentions: [], tried: false, refused: "", ...more });

/** Keeps what it is given; the server below it answers as told. */
function setUp() {
  const kept = new Map<string, Waiting>();
  const tries: string[] = [];
  const faults: Record<string, Error | undefined> = {};
  const sent: string[] = [];
  const box = { all: async () => [...kept.values()], put: async (w: Waiting) => void kept.set(w.key, w), drop: async (key: string) => void kept.delete(key) };
  const send = async (w: Waiting): Promise<Message> => {
    tries.push(w.key);
    expect(kept.get(w.key)?.tried).toBe(true);
    const fault = faults[w.key] ?? faults.all;
    if (fault) throw fault;
    return { id: w.key } as Message;
  };
  let line = true;
  const cut = (on: boolean) => void (line = !on);
  const make = () => new Outbox({ box, reachable: async () => line, send, alone: (work) => work(), random: () => 0.5 });
  return { cut, kept, tries, faults, sent, make, heard: (message: Message) => void sent.push(message.id) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("what waits goes out in its order once the server answers, each once", async () => {
  const { make, faults, tries, sent, kept, heard } = setUp();
  const outbox = make();
  await outbox.start("mira", heard);
  faults.all = silence();
  await outbox.add(one("b", 2));
  await outbox.add(one("a", 1));
  await outbox.flush();
  expect(tries).toEqual(["a"]);
  expect(outbox.holds("t")).toBe(true);
  faults.all = undefined;
  await outbox.flush();
  expect(sent).toEqual(["a", "b"]);
  expect(kept.size).toBe(0);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(tries).toEqual(["a", "a", "b"]);
});

test("it tries again by itself, ever more rarely", async () => {
  const { make, faults, tries, heard } = setUp();
  const outbox = make();
  await outbox.start("mira", heard);
  faults.all = silence();
  await outbox.add(one("a", 1));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tries.length).toBeGreaterThan(3);
  expect(tries.length).toBeLessThan(8);
});

test("a refusal is told and does not hold up the others", async () => {
  const { make, faults, sent, heard } = setUp();
  const outbox = make();
  await outbox.start("mira", heard);
  faults.a = new Problem(422, "Wrong value", "the window has closed", "", null);
  await outbox.add(one("a", 1));
  await outbox.add(one("b", 2, { ticket: "u" }));
  await outbox.flush();
  expect(sent).toEqual(["b"]);
  expect(outbox.view.get()).toMatchObject([{ key: "a", refused: "the window has closed", tried: false }]);
  expect(outbox.holds("t")).toBe(false);
});

test("a new page finds what an old one left, and nobody else's", async () => {
  const { make, kept, sent, heard } = setUp();
  kept.set("a", one("a", 1, { tried: true }));
  kept.set("z", one("z", 0, { agent: "jun" }));
  const outbox = make();
  await outbox.start("mira", heard);
  await outbox.flush();
  expect(sent).toEqual(["a"]);
  expect([...kept.keys()]).toEqual(["z"]);
});

test("while nothing answers it is not tried, so it can still be changed", async () => {
  const { make, cut, tries, kept, heard } = setUp();
  cut(true);
  const outbox = make();
  await outbox.start("mira", heard);
  await outbox.add(one("a", 1));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tries).toEqual([]);
  expect(kept.get("a")?.tried).toBe(false);
  cut(false);
  await outbox.flush();
  expect(tries).toEqual(["a"]);
});
