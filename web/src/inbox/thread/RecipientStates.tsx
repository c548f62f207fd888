import { useTranslation } from "react-i18next";

import type { Delivery } from "../../api/types";

/** Of a mail's recipients those of whom more is known than the mail's own state says, in their servers' words. */
export function RecipientStates({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation();
  const alone = delivery.recipients.length === 1 && delivery.state === "failed";
  if (delivery.recipients.length === 0 || alone) return null;
  return (
    <ul className="recipients" aria-label={t("delivery.recipients")}>
      {delivery.recipients.map(({ address, state, reason }) => (
        <li key={address} className={state === "failed" || state === "complained" ? "late-t" : ""}>
          {t(`delivery.to.${state}`, { who: address || t("delivery.somebody"), reason })}
        </li>
      ))}
    </ul>
  );
}
