import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { WhyBox } from "./WhyBox";

const RULES = ["bounce", "token", "reference", "subject", "thread", "continuity", "new"] as const;

/** Which rule put a customer's message into this ticket, and what it went by. */
export function WhyHere({ message }: { message: Message }) {
  const { t } = useTranslation();
  const [name = "", ...why] = message.threaded_by.split(": ");
  const rule = RULES.find((one) => one === name);
  if (message.direction !== "in" || !rule) return null;
  return (
    <WhyBox question={t("why.open")}>
      <p>{t(`why.${rule}`)}</p>
      {why.length > 0 ? <p className="meta" lang="en">{why.join(": ")}</p> : null}
    </WhyBox>
  );
}
