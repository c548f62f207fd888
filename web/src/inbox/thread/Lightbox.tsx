import { IconChevronLeft, IconChevronRight, IconDownload, IconX, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { MessageFile } from "../../api/types";
import { Dialog } from "../../parts/Dialog";
import { Glyph } from "../../parts/Glyph";
import { IconButton } from "../../parts/IconButton";
import "./lightbox.css";

interface Props {
  pictures: readonly MessageFile[];
  /** The id of the one shown; null while closed. */
  shown: string | null;
  onShow: (id: string | null) => void;
}

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };
const SCALES = [1, 1.5, 2, 3, 4] as const;

/** Pictures of a message, large: arrows walk, plus and minus zoom, Escape closes. */
export function Lightbox({ pictures, shown, onShow }: Props) {
  const { t } = useTranslation();
  const [zoom, setZoom] = useState(0);
  const at = pictures.findIndex((one) => one.id === shown);
  const picture = pictures[at];
  if (!picture) return null;
  const go = (step: number) => {
    const next = pictures[at + step];
    if (!next) return;
    setZoom(0);
    onShow(next.id);
  };
  const scale = (step: number) => setZoom(Math.min(Math.max(zoom + step, 0), SCALES.length - 1));
  const press = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step !== undefined && zoom === 0) go(step);
    else if (event.key === "+" || event.key === "=") scale(1);
    else if (event.key === "-") scale(-1);
  };
  const close = () => {
    setZoom(0);
    onShow(null);
  };
  return (
    <Dialog open onClose={close} label={picture.name || t("lightbox.label")} side="middle">
      <div className="lightbox" onKeyDown={press}>
        <header>
          <h2 className="grow cut">{picture.name}</h2>
          {pictures.length > 1 ? <span className="meta num">{t("thread.position", { at: at + 1, count: pictures.length })}</span> : null}
          <IconButton icon={IconZoomOut} label={t("lightbox.out")} disabled={zoom === 0} onClick={() => scale(-1)} />
          <IconButton icon={IconZoomIn} label={t("lightbox.in")} disabled={zoom === SCALES.length - 1} onClick={() => scale(1)} />
          <a className="icon-btn" href={picture.url} download={picture.name} aria-label={t("lightbox.save")} title={t("lightbox.save")}><Glyph of={IconDownload} /></a>
          <IconButton icon={IconX} label={t("action.close")} onClick={close} />
        </header>
        <div className="lightbox-view" data-first tabIndex={0} role="group" aria-label={t("lightbox.label")}>
          <img src={picture.url} alt={picture.name} style={{ width: zoom === 0 ? undefined : `${(SCALES[zoom] ?? 1) * 100}%` }} className={zoom === 0 ? "fit" : ""} />
        </div>
        {pictures.length > 1 ? (
          <>
            <IconButton icon={IconChevronLeft} label={t("thread.previous")} className="lead" disabled={at === 0} onClick={() => go(-1)} />
            <IconButton icon={IconChevronRight} label={t("thread.next")} className="trail" disabled={at === pictures.length - 1} onClick={() => go(1)} />
          </>
        ) : null}
      </div>
    </Dialog>
  );
}
