import { IconArrowBackUp, IconMoodSmile, IconPencil, type TablerIcon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { useMay } from "../../app/useMay";
import { useFormat } from "../../i18n/format";
import { Glyph } from "../../parts/Glyph";
import { CheckDelivery } from "./CheckDelivery";
import { DeliveryState } from "./DeliveryState";
import type { ActKind } from "./offers";
import { useDeliveryActions } from "./useDeliveryActions";

const ICONS: Record<ActKind, TablerIcon> = { edit: IconPencil, delete: IconArrowBackUp, react: IconMoodSmile };

/** A change of a message that the provider has not taken yet, or would not. */
export function ActLine({ message }: { message: Message }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  const { retry } = useDeliveryActions(message);
  const { act, delivery } = message;
  if (!act || !delivery) return null;
  const who = message.author.name;
  const what = act.kind === "react" && !act.emoji ? t("act.line.unreact", { who }) : t(`act.line.${act.kind}`, { who, emoji: act.emoji });
  return (
    <div className="sys act" id={`message-${message.id}`} title={format.dateTime(message.occurred_at)}>
      <Glyph of={ICONS[act.kind]} size="s" />
      <span>{what}</span>
      <DeliveryState delivery={delivery} />
      {may("reply") && delivery.state === "failed" ? (
        <button type="button" className="btn sm" disabled={retry.isPending} onClick={() => retry.mutate()}>{t("delivery.retry")}</button>
      ) : null}
      {may("reply") && delivery.state === "uncertain" ? <CheckDelivery message={message} /> : null}
    </div>
  );
}
