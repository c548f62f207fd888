import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";

const KNOWN = ["sender-failed", "sender-new-to-ticket", "sender-unproven", "sent-for-another", "only-its-head-came", "sender-blocked"] as const;

/** What an agent must know before believing who wrote this. */
export function Doubts({ message }: { message: Message }) {
  const { t } = useTranslation();
  const doubts = KNOWN.filter((one) => message.warnings.includes(one));
  if (doubts.length === 0) return null;
  const who = message.author.address || message.author.name;
  const domain = message.sender_trust?.domain || who;
  return (
    <ul className="doubts" aria-label={t("doubt.label")}>
      {doubts.map((one) => <li key={one}>{t(`doubt.${one}`, { who, domain })}</li>)}
    </ul>
  );
}
