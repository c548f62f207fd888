import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Closer to the end than this counts as being there. */
const NEAR_PX = 80;

/** Nearer to the beginning than this, the page before is fetched. */
const EARLY_PX = 400;
/** Whether the browser itself holds what is read in its place while older words come in above. */
const ANCHORS = typeof CSS !== "undefined" && CSS.supports("overflow-anchor", "auto");

/** Opens at the newest words, follows them while the reader is there, and says when news came below. */
export function useFlowScroll(newestId: string | undefined, count: number, older: () => void) {
  const fetchOlder = useRef(older);
  useEffect(() => {
    fetchOlder.current = older;
  });
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
      if (box.scrollTop < EARLY_PX) {
        // At the very beginning there is nothing above to hold on to.
        if (box.scrollTop < 1) box.scrollTop = 1;
        fetchOlder.current();
      }
    };
    const stay = () => {
      if (atEnd.current) box.scrollTop = box.scrollHeight;
    };
    // Pictures grow after they load: the end stays in sight, until the reader opens something by hand.
    const grown = new ResizeObserver(stay);
    for (const child of box.children) grown.observe(child);
    const release = () => grown.disconnect();
    // The composer takes room while one types.
    const squeezed = new ResizeObserver(stay);
    squeezed.observe(box);
    box.addEventListener("scroll", note, { passive: true });
    box.addEventListener("pointerdown", release);
    box.addEventListener("keydown", release);
    return () => {
      release();
      squeezed.disconnect();
      box.removeEventListener("scroll", note);
      box.removeEventListener("pointerdown", release);
      box.removeEventListener("keydown", release);
    };
  }, [count]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box || !newestId) return;
    const first = shown.current === undefined;
    if (shown.current !== newestId) {
      if (first || atEnd.current) box.scrollTop = box.scrollHeight;
      else setBelow(true);
    } else if (!atEnd.current && !ANCHORS) {
      box.scrollTop += box.scrollHeight - height.current;
    }
    shown.current = newestId;
    height.current = box.scrollHeight;
  }, [newestId, count]);

  return { scroller, below, toEnd };
}
