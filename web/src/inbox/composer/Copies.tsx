import { useState } from "react";
import { useTranslation } from "react-i18next";

import { AddressField } from "./AddressField";
import type { ComposerState } from "./useComposer";

/** Cc and Bcc of a mail: one quiet line until somebody is in it. Nobody is copied unasked. */
export function Copies({ composer }: { composer: ComposerState }) {
  const { t } = useTranslation();
  const { cc, bcc, everyone, edit } = composer;
  const [asked, ask] = useState(false);
  const missing = everyone.filter((one) => !cc.includes(one));
  const all = missing.length > 0 ? (
    <button type="button" className="link meta" title={missing.join(", ")} onClick={() => edit({ cc: [...cc, ...missing] })}>
      {t("copies.all", { count: missing.length })}
    </button>
  ) : null;
  if (!asked && cc.length === 0 && bcc.length === 0) {
    return (
      <div className="copies closed">
        <button type="button" className="link meta" onClick={() => ask(true)}>{t("copies.open")}</button>
        {all}
      </div>
    );
  }
  return (
    <div className="copies">
      <AddressField label={t("copies.cc")} value={cc} known={everyone} onChange={(next) => edit({ cc: next })} />
      <AddressField label={t("copies.bcc")} value={bcc} known={everyone} onChange={(next) => edit({ bcc: next })} />
      {all}
    </div>
  );
}
