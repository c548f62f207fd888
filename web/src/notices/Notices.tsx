import { lazy, Suspense, useEffect } from "react";
import { useNavigate } from "react-router";

import { useStore } from "../realtime/stores";
import { noticesOpen } from "./store";
import { useNoticeCalls } from "./useNotices";

const NoticeDialog = lazy(() => import("./NoticeDialog").then((module) => ({ default: module.NoticeDialog })));

/** A press on a notification of the worker opens its ticket here. */
function useWorkerPresses(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const open = ({ data }: MessageEvent<{ open?: string }>) => {
      if (typeof data?.open === "string") void navigate(data.open.replace(/^\/app/, ""));
    };
    navigator.serviceWorker?.addEventListener("message", open);
    return () => navigator.serviceWorker?.removeEventListener("message", open);
  }, [navigate]);
}

export function Notices() {
  const open = useStore(noticesOpen);
  useNoticeCalls();
  useWorkerPresses();
  return open ? <Suspense fallback={null}><NoticeDialog /></Suspense> : null;
}
