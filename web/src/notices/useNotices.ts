import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useLocation, useNavigate } from "react-router";

import { listNotices, readNotices } from "../api/calls";
import { keys } from "../api/keys";
import type { Notice } from "../api/types";
import { useMyPreferences } from "../app/myPreferences";
import { pathOf } from "../app/scope";
import { useToast } from "../app/ToastProvider";
import { callDesktop, chime } from "./call";
import { isQuiet, waysOf } from "./decide";
import { freshOf } from "./fresh";
import { useNoticeWords } from "./useNoticeWords";

const TOAST_MS = 8_000;

export const pathTo = (notice: Notice): string => pathOf({ kind: "view", key: "open" }, notice.ticket.id);

export const useNoticeList = () => useQuery({ queryKey: keys.notices, queryFn: listNotices, staleTime: Infinity });

/** Marks read what is named, or all, here at once. */
export function useReadNotices(): (ids: string[] | null) => void {
  const cache = useQueryClient();
  return (ids) => void readNotices(ids).then(() => cache.invalidateQueries({ queryKey: keys.notices }), () => undefined);
}

/** Calls the agent by the ways that they chose, for what came while this window was open. */
export function useNoticeCalls(): void {
  const { data } = useNoticeList();
  const { data: mine } = useMyPreferences();
  const seen = useRef<readonly Notice[]>(undefined);
  const words = useNoticeWords();
  const toast = useToast();
  const navigate = useNavigate();
  const open = useLocation().pathname.split("/")[3];

  useEffect(() => {
    if (!data || !mine) return;
    const fresh = freshOf(seen.current, data.items);
    seen.current = data.items;
    const sight = { visible: document.visibilityState === "visible" && document.hasFocus(), ticket: open && decodeURIComponent(open) };
    const quiet = isQuiet(mine.quiet, mine.time_zone, new Date());
    let sound = false;
    for (const notice of fresh) {
      const ways = waysOf(mine.alerts[notice.kind], notice.ticket.id, sight, quiet);
      const go = () => void navigate(pathTo(notice));
      const title = `#${notice.ticket.number} ${notice.ticket.subject}`;
      if (ways.desktop) callDesktop(notice.id, title, words(notice), pathTo(notice), go);
      if (ways.page) toast({ tone: "ok", until: Date.now() + TOAST_MS, text: () => `${words(notice)} · ${title}`, open: go });
      sound ||= ways.sound;
    }
    if (sound) chime();
    // Only another list calls; where the agent looks then is read, not waited for.
  }, [data, mine]);
}
