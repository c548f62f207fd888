import { useState } from "react";
import { useTranslation } from "react-i18next";

import { asSent, isFilled, type Filled } from "./approved";
import { ApprovedFields } from "./ApprovedFields";
import type { ComposerState } from "./useComposer";

/** The window has closed: what may still be said are the provider's approved templates. */
export function ApprovedForm({ composer, inbox }: { composer: ComposerState; inbox: string }) {
  const { t } = useTranslation();
  const [filled, setFilled] = useState<Filled | null>(null);
  const ready = isFilled(filled) && !composer.busy;
  const send = () => {
    if (!filled || !ready) return;
    const { text, template } = asSent(filled);
    composer.sendTemplate(text, template);
  };
  return (
    <div className="approved">
      <ApprovedFields inbox={inbox} filled={filled} onChange={setFilled} />
      <div className="row end">
        <button type="button" className="btn primary" aria-disabled={!ready} onClick={send}>{t("approved.send")}</button>
      </div>
    </div>
  );
}
