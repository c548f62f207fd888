import { IconAlertTriangle, IconHelpCircle, IconLock, IconShieldCheck, IconSignature } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { Glyph } from "../../parts/Glyph";

const GLYPHS = { pass: IconShieldCheck, fail: IconAlertTriangle, temperror: IconHelpCircle } as const;

const SIGNED = { verified: IconSignature, invalid: IconAlertTriangle, unknown: IconSignature, unchecked: IconSignature, encrypted: IconLock } as const;
const TONES = { verified: "pass", invalid: "fail", unknown: "", unchecked: "", encrypted: "" } as const;

/** The mail's own signatures, each in a word; who signed, and what is wrong, stand in the title. */
export function SignatureBadges({ message }: { message: Message }) {
  const { t } = useTranslation();
  return message.signatures.map((one) => (
    <span key={one.kind} className={`trust ${TONES[one.state]}`} title={[t(`signed.${one.kind}`), one.signer, one.reason].filter(Boolean).join("\n")}>
      <Glyph of={SIGNED[one.state]} size="s" />
      {t(`signed.${one.state}`)}
    </span>
  ));
}

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
