import { useEffect, useState, type RefObject } from "react";

import { readHtml } from "../../api/calls";
import { measureHtml } from "./measureHtml";

const START_PX = 240;
const MOST_PX = 4_000;
/** Padding of the frame, both sides, and a hair for rounding. */
const AROUND_PX = 26;

/** The height at which a mail's own layout needs no second scroll bar; very long ones keep one. */
export function useHtmlHeight(message: string, frame: RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(START_PX);
  useEffect(() => {
    const abort = new AbortController();
    const fit = async () => {
      const html = await readHtml(message, abort.signal);
      const width = (frame.current?.clientWidth ?? 0) - AROUND_PX;
      const content = await measureHtml(html, width);
      if (!abort.signal.aborted) setHeight(Math.min(content + AROUND_PX, MOST_PX));
    };
    // Without a measure the frame scrolls inside.
    fit().catch(() => undefined);
    return () => abort.abort();
  }, [message, frame]);
  return height;
}
