import { startTransition, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import { atFirst, atNewest, filled, firstShown, further, nearer } from "./mounted";

/** Closer to the end than this counts as being there. */
const NEAR_PX = 80;

/** Nearer to either edge of what stands in the page than this, more is put there. */
const EARLY_PX = 400;
/** Whether the browser itself holds what is read in its place while other words come and go above. */
const ANCHORS = typeof CSS !== "undefined" && CSS.supports("overflow-anchor", "auto");

const toFoot = (box: HTMLElement) => box.scrollHeight - box.scrollTop - box.clientHeight;

interface Content {
  newestId: string | undefined;
  /** Entries that are loaded. */
  length: number;
  older: () => void;
}

/** Opens at the newest words, follows them while the reader is there, says when news came below; long threads stand in the page by parts. */
export function useFlowScroll({ newestId, length, older }: Content) {
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const height = useRef(0);
  const shown = useRef<string | undefined>(undefined);
  const [below, setBelow] = useState(false);
  const [mounted, setMounted] = useState(atFirst);
  const start = firstShown(mounted, length);
  const whole = mounted.below === 0;

  const some = length > 0;
  useEffect(() => {
    if (some) startTransition(() => setMounted(filled));
  }, [some]);

  const toEnd = useCallback(() => {
    atEnd.current = true;
    setMounted(atNewest);
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
    setBelow(false);
  }, []);

  /** Puts more into the page where the reader comes near its edge; false when there is no more above. */
  const extend = (box: HTMLElement): boolean => {
    if (box.scrollTop >= EARLY_PX) {
      if (!whole && toFoot(box) < EARLY_PX) setMounted(nearer);
      return true;
    }
    if (start === 0) return false;
    // At the very beginning there is nothing above to hold on to.
    if (box.scrollTop < 1) box.scrollTop = 1;
    setMounted((now) => further(now, length, ANCHORS));
    return true;
  };
  const onScroll = (box: HTMLElement) => {
    atEnd.current = whole && toFoot(box) < NEAR_PX;
    if (atEnd.current) setBelow(false);
    if (extend(box)) return;
    if (box.scrollTop < 1) box.scrollTop = 1;
    older();
  };
  const scrolled = useRef(onScroll);
  const extended = useRef(extend);
  useEffect(() => {
    scrolled.current = onScroll;
    extended.current = extend;
  });

  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const note = () => scrolled.current(box);
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
    const keyed = (event: KeyboardEvent) => {
      release();
      if (event.key === "End" && event.target === box) toEnd();
    };
    box.addEventListener("scroll", note, { passive: true });
    box.addEventListener("pointerdown", release);
    box.addEventListener("keydown", keyed);
    // What came in may leave the reader at the edge without a scroll.
    if (!atEnd.current) extended.current(box);
    return () => {
      release();
      squeezed.disconnect();
      box.removeEventListener("scroll", note);
      box.removeEventListener("pointerdown", release);
      box.removeEventListener("keydown", keyed);
    };
  }, [length, mounted, toEnd]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box || !newestId) return;
    const first = shown.current === undefined;
    if (first || atEnd.current) box.scrollTop = box.scrollHeight;
    else if (shown.current !== newestId) setBelow(true);
    else if (!ANCHORS) box.scrollTop += box.scrollHeight - height.current;
    shown.current = newestId;
    height.current = box.scrollHeight;
  }, [newestId, length, mounted]);

  return { scroller, below, toEnd, from: start, to: length - mounted.below, whole };
}
