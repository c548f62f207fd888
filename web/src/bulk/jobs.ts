import type { BulkJob } from "../api/types";
import { onForget } from "../app/forget";
import { Store, withEntry } from "../realtime/stores";

/** My changes of many tickets that are under way, or have ended and were not read away yet. */
export const jobs = new Store<ReadonlyMap<string, BulkJob>>(new Map());
onForget(() => jobs.set(new Map()));

const RANK: Record<BulkJob["state"], number> = { gathering: 0, running: 1, cancelled: 2, done: 2, failed: 2 };

/** What is under way counts on; an answer that was overtaken by a later one changes nothing. */
export function laterJob(kept: BulkJob | undefined, job: BulkJob): BulkJob {
  if (!kept) return job;
  const older = RANK[job.state] < RANK[kept.state] || (job.state === kept.state && job.done < kept.done);
  return older ? kept : job;
}

export const isOver = (job: BulkJob): boolean => RANK[job.state] === 2;

/** Only jobs that were begun in this window are shown: others have their own window. */
export const followJob = (job: BulkJob): void => jobs.set(withEntry(jobs.get(), job.id, laterJob(jobs.get().get(job.id), job)));
export const noteJob = (job: BulkJob): void => {
  if (jobs.get().has(job.id)) followJob(job);
};
export const dropJob = (id: string): void => jobs.set(withEntry(jobs.get(), id, null));
