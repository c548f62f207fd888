import { expect, test } from "vitest";

import type { BulkJob } from "../api/types";
import { laterJob } from "./jobs";

const job = (state: BulkJob["state"], done: number): BulkJob => ({
  id: "j", state, done, total: 100, counts: { changed: done, unchanged: 0, refused: 0, not_visible: 0 }, reason: "", created_at: "", updated_at: "",
});

test("progress never goes back, however late an answer comes", () => {
  expect(laterJob(job("running", 50), job("running", 20)).done).toBe(50);
  expect(laterJob(job("done", 100), job("running", 80)).state).toBe("done");
  expect(laterJob(job("running", 50), job("running", 60)).done).toBe(60);
  expect(laterJob(job("running", 50), job("cancelled", 50)).state).toBe("cancelled");
  expect(laterJob(undefined, job("gathering", 0)).state).toBe("gathering");
});
