import { useRef, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";

import { LIST_NARROWEST, LIST_WIDEST, usePreference } from "../../app/preferences";

const STEP = 16;
const USUAL = 352;
const clamp = (width: number) => Math.round(Math.min(LIST_WIDEST, Math.max(LIST_NARROWEST, width)));
const STEPS: Record<string, number> = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -Infinity, End: Infinity };

/** The edge between list and thread: dragged, or moved by arrows; a double press sets it back. */
export function ListEdge() {
  const { t } = useTranslation();
  const [width, setWidth] = usePreference("listWidth");
  const from = useRef<{ x: number; width: number } | null>(null);
  const grip = (event: PointerEvent<HTMLDivElement>) => {
    const list = event.currentTarget.parentElement?.getBoundingClientRect().width ?? width;
    from.current = { x: event.clientX, width: list };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const drag = (event: PointerEvent) => {
    if (from.current) setWidth(clamp(from.current.width + event.clientX - from.current.x));
  };
  const press = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setWidth(clamp(width + step));
  };
  return (
    <div
      className="edge"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t("list.width")}
      aria-valuemin={LIST_NARROWEST}
      aria-valuemax={LIST_WIDEST}
      aria-valuenow={width}
      onPointerDown={grip}
      onPointerMove={drag}
      onPointerUp={() => (from.current = null)}
      onPointerCancel={() => (from.current = null)}
      onDoubleClick={() => setWidth(USUAL)}
      onKeyDown={press}
    />
  );
}
