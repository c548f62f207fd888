const FOCUSABLE = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]";

const controlsIn = (box: HTMLElement): HTMLElement[] =>
  [...box.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => one.tabIndex >= 0 && !one.hidden && (one.checkVisibility?.() ?? true));

const follows = (one: Node, before: Node): boolean =>
  (before.compareDocumentPosition(one) & (Node.DOCUMENT_POSITION_FOLLOWING | Node.DOCUMENT_POSITION_CONTAINED_BY)) === Node.DOCUMENT_POSITION_FOLLOWING;

/** What stands now where something was taken out, else the last control before it. */
function heirOf(box: HTMLElement, { target, previousSibling }: MutationRecord): HTMLElement | undefined {
  const controls = controlsIn(box);
  const after = previousSibling?.isConnected
    ? controls.find((one) => follows(one, previousSibling))
    : controls.find((one) => target.contains(one) || follows(one, target));
  return after ?? controls.at(-1);
}

/**
 * A `ref` for what holds controls that go away when they are pressed: a chip's cross, a "Try again".
 * The focus they had goes to what stands in their place, and never to nowhere.
 */
export function heirs(box: HTMLElement | null): (() => void) | undefined {
  if (!box) return undefined;
  let last: Node | null = null;
  const note = (event: FocusEvent) => {
    last = event.target as Node;
  };
  const leave = (event: FocusEvent) => {
    const left = event.target as HTMLElement;
    if (event.relatedTarget) last = null;
    // Who left it by Escape or by a press on bare ground wants no heir; what is taken out has one.
    else setTimeout(() => {
      if (last === left && left.isConnected && !left.matches(":disabled")) last = null;
    });
  };
  const observer = new MutationObserver((records) => {
    const gone = last;
    if (!gone || gone.isConnected || document.activeElement !== document.body) return;
    last = null;
    const record = records.find(({ target, removedNodes }) => target.isConnected && [...removedNodes].some((one) => one.contains(gone)));
    if (record) heirOf(box, record)?.focus({ preventScroll: true });
  });
  box.addEventListener("focusin", note);
  box.addEventListener("focusout", leave);
  observer.observe(box, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    box.removeEventListener("focusin", note);
    box.removeEventListener("focusout", leave);
  };
}
