/** Which part of a thread stands in the page, counted from its end, where nothing shifts when older pages come. */
export interface Mounted {
  /** Entries below that are not in the page; 0 at the newest. */
  below: number;
  size: number;
}

/** These fill a window; all that one begins with follow when they are painted. */
const FIRST = 24;
const START = 60;
const STEP = 40;
/** More than this costs frames; a browser that does not hold its place by itself must keep all it has shown. */
const MOST = 160;

export const atFirst: Mounted = { below: 0, size: FIRST };
export const atNewest: Mounted = { below: 0, size: START };

/** The rest of what one begins with; the same when it is there, or the reader is elsewhere. */
export const filled = (now: Mounted): Mounted => (now.below === 0 && now.size < START ? atNewest : now);

export const firstShown = ({ below, size }: Mounted, length: number): number => Math.max(0, length - below - size);

/** Further back; the same when all that is loaded stands in the page. */
export function further(now: Mounted, length: number, drops: boolean): Mounted {
  const start = firstShown(now, length);
  if (start === 0) return now;
  const end = length - now.below;
  const size = end - Math.max(0, start - STEP);
  const over = drops ? Math.max(0, size - MOST) : 0;
  return { below: now.below + over, size: size - over };
}

/** Towards the newest; the same when it is there. */
export function nearer(now: Mounted): Mounted {
  if (now.below === 0) return now;
  const gain = Math.min(STEP, now.below);
  return { below: now.below - gain, size: Math.min(MOST, now.size + gain) };
}
