import { IconX } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { cancelBulk, readBulk } from "../api/calls";
import type { BulkJob } from "../api/types";
import { useFormat } from "../i18n/format";
import { saidOrSame } from "../i18n/said";
import { IconButton } from "../parts/IconButton";
import { useStore } from "../realtime/stores";
import { dropJob, followJob, isOver, jobs } from "./jobs";
import "./bulk.css";

/** Where the live line is silent, the job itself is asked. */
const ASK_MS = 3_000;

/** How far my changes of many tickets are, and what became of them. */
export function JobStrip() {
  const { t } = useTranslation();
  const all = useStore(jobs);
  return (
    <div role="status" aria-label={t("bulk.jobs")}>
      {[...all.values()].map((job) => <JobLine key={job.id} job={job} />)}
    </div>
  );
}

function useAsking(job: BulkJob): void {
  const over = isOver(job);
  useEffect(() => {
    if (over) return;
    const timer = setInterval(() => void readBulk(job.id).then(followJob, () => undefined), ASK_MS);
    return () => clearInterval(timer);
  }, [job.id, over]);
}

function JobLine({ job }: { job: BulkJob }) {
  const { t } = useTranslation();
  const format = useFormat();
  useAsking(job);
  const left = job.counts.refused + job.counts.not_visible;
  const words = {
    gathering: t("bulk.gathering"),
    running: t("bulk.running", { done: format.count(job.done), total: format.count(job.total) }),
    done: t("bulk.changed", { count: job.counts.changed }),
    cancelled: t("bulk.cancelled", { count: job.counts.changed }),
    failed: t("bulk.failed", { why: saidOrSame(job.reason) }),
  }[job.state];
  return (
    <div className={job.state === "failed" || left > 0 ? "job warn" : "job"}>
      <span className="grow">
        {words}
        {isOver(job) && left > 0 ? ` ${t("bulk.refused", { count: left })}` : null}
        {isOver(job) ? null : <progress max={job.total || undefined} value={job.state === "running" ? job.done : undefined} aria-label={t("bulk.jobs")} />}
      </span>
      {isOver(job) ? (
        <IconButton icon={IconX} label={t("action.close")} onClick={() => dropJob(job.id)} />
      ) : (
        <button type="button" className="btn sm" onClick={() => void cancelBulk(job.id).then(followJob, () => undefined)}>{t("action.cancel")}</button>
      )}
    </div>
  );
}
