import { useTranslation } from "react-i18next";

/** What the server puts under the reply: shown, not edited. */
export function SignaturePreview({ signature }: { signature: string }) {
  const { t } = useTranslation();
  if (!signature) return null;
  return <p className="signature" aria-label={t("composer.signature")} title={t("composer.signature")}>{`-- \n${signature}`}</p>;
}
