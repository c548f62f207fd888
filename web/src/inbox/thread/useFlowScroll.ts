import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Closer to the end than this counts as being there. */
const NEAR_PX = 80;

/** Opens at the newest words, follows them while the reader is there, and says when news came below. */
export function useFlowScroll(newestId: string | undefined, count: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const height = useRef(0);
  const shown = useRef<string | undefined>(undefined);
  const [below, setBelow] = useState(false);

  const toEnd = useCallback(() => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
    setBelow(false);
  }, []);

  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const note = () => {
      atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
      if (atEnd.current) setBelow(false);
    };
    // Pictures and mails grow after they load, the composer while one types: the end stays in sight.
    const grown = new ResizeObserver(() => {
      if (atEnd.current) box.scrollTop = box.scrollHeight;
    });
    grown.observe(box);
    for (const child of box.children) grown.observe(child);
    box.addEventListener("scroll", note, { passive: true });
    return () => {
      grown.disconnect();
      box.removeEventListener("scroll", note);
    };
  }, [count]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box || !newestId) return;
    const first = shown.current === undefined;
    if (shown.current !== newestId) {
      if (first || atEnd.current) box.scrollTop = box.scrollHeight;
      else setBelow(true);
    } else if (!atEnd.current) {
      box.scrollTop += box.scrollHeight - height.current;
    }
    shown.current = newestId;
    height.current = box.scrollHeight;
  }, [newestId, count]);

  return { scroller, below, toEnd };
}
