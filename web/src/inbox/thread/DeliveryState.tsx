import { IconAlertCircle, IconArrowBackUp, IconCheck, IconChecks, IconClock, IconHelp, type TablerIcon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Delivery } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { saidOrSame } from "../../i18n/said";
import { Glyph } from "../../parts/Glyph";

const LOOK: Record<Delivery["state"], { icon: TablerIcon; tone: string }> = {
  scheduled: { icon: IconClock, tone: "" },
  queued: { icon: IconClock, tone: "" },
  sending: { icon: IconClock, tone: "" },
  sent: { icon: IconCheck, tone: "" },
  delivered: { icon: IconChecks, tone: "" },
  read: { icon: IconChecks, tone: "ticks" },
  failed: { icon: IconAlertCircle, tone: "late-t" },
  uncertain: { icon: IconHelp, tone: "soon-t" },
  cancelled: { icon: IconArrowBackUp, tone: "" },
};

/** States whose reason, in the provider's words, is shown. */
const SAID = { queued: "delivery.again", failed: "delivery.failedBecause" } as Partial<Record<Delivery["state"], "delivery.again" | "delivery.failedBecause">>;

/** Ticks and the word for them; a failure, or another try, gives its reason. */
export function DeliveryState({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation();
  const { icon, tone } = LOOK[delivery.state];
  const said = delivery.reason ? SAID[delivery.state] : undefined;
  const format = useFormat();
  const words = delivery.state === "scheduled" && delivery.send_at ? t("delivery.sendsAt", { time: format.dateTime(delivery.send_at) }) : said ? t(said, { reason: saidOrSame(delivery.reason) }) : t(`delivery.${delivery.state}`);
  return (
    <span className={`delivery ${tone}`}>
      <Glyph of={icon} size="s" />
      <span>{words}</span>
    </span>
  );
}
