import { useTranslation } from "react-i18next";

import { useTicket } from "../../api/queries";
import type { Conversation, Message, Ticket } from "../../api/types";
import { useMay } from "../../app/useMay";
import { ChannelGlyph } from "../../parts/ChannelGlyph";
import { draftOf } from "../composer/LiveDraft";
import { CheckDelivery } from "./CheckDelivery";
import { ScheduledActions } from "./ScheduledActions";
import { useDeliveryActions } from "./useDeliveryActions";

/** Another way to the customer that is open now: the one they used last. */
export function otherWay(ticket: Ticket | undefined, message: Message): Conversation | undefined {
  return ticket?.conversations
    .filter((one) => one.id !== message.conversation_id && one.can_reply)
    .toSorted((a, b) => (b.last_in_at ?? "").localeCompare(a.last_in_at ?? ""))[0];
}

function FailedActions({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { retry } = useDeliveryActions(message);
  const { data: ticket } = useTicket(message.ticket_id);
  const other = otherWay(ticket, message);
  // Into the draft, not out: the agent looks at it once more before it leaves on another channel.
  const take = () => other && draftOf(message.ticket_id, "reply").restore({ text: message.reply_text, conversation_id: other.id });
  return (
    <div className="remedy">
      {other ? (
        <button type="button" className="btn sm" onClick={take}>
          <ChannelGlyph channel={other.channel} size="s" />
          {t("delivery.other", { channel: t(`channel.${other.channel}`, { defaultValue: other.channel }) })}
        </button>
      ) : null}
      <button type="button" className="btn sm" disabled={retry.isPending} onClick={() => retry.mutate()}>{t("delivery.retry")}</button>
    </div>
  );
}

/** What can be done about a reply that did not arrive, may not have, or waits for its time. */
export function TroubleActions({ message }: { message: Message }) {
  const may = useMay();
  const state = may("reply") ? message.delivery?.state : undefined;
  if (state === "failed") return <FailedActions message={message} />;
  if (state === "scheduled") return <ScheduledActions message={message} />;
  return state === "uncertain" ? <CheckDelivery message={message} /> : null;
}
