import { IconAlertTriangle, IconHelpCircle, IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { Glyph } from "../../parts/Glyph";

const GLYPHS = { pass: IconShieldCheck, fail: IconAlertTriangle, temperror: IconHelpCircle } as const;

/** What was found out of who sent a mail, in a word; what it rests on stands in the title. */
export function SenderBadge({ message }: { message: Message }) {
  const { t } = useTranslation();
  const trust = message.sender_trust;
  if (!trust || trust.verdict === "none" || message.direction !== "in") return null;
  const results = t("trust.results", { spf: trust.spf, dkim: trust.dkim, dmarc: trust.dmarc });
  const said = trust.by ? t("trust.by", { who: trust.by }) : "";
  return (
    <span className={`trust ${trust.verdict}`} title={[trust.domain, results, said].filter(Boolean).join("\n")}>
      <Glyph of={GLYPHS[trust.verdict]} size="s" />
      {t(`trust.${trust.verdict}`)}
    </span>
  );
}
