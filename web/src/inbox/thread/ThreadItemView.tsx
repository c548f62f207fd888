import { memo } from "react";
import { useTranslation } from "react-i18next";

import { useNow } from "../../app/now";
import { useFormat } from "../../i18n/format";
import { ChannelGlyph } from "../../parts/ChannelGlyph";
import { ActLine } from "./ActLine";
import { Bubble } from "./Bubble";
import { sameItem, type ThreadItem } from "./buildThread";
import { EventLine } from "./EventLine";
import { MailCard } from "./MailCard";
import { NoteCard } from "./NoteCard";

const DAY_MS = 3_600_000;

function DayBreak({ at }: { at: string }) {
  const format = useFormat();
  const now = useNow(DAY_MS);
  return <h3 className="day">{format.day(at, now)}</h3>;
}

function ChannelLine({ channel, who }: { channel: string; who: string }) {
  const { t } = useTranslation();
  const name = t(`channel.${channel}`, { defaultValue: channel });
  return (
    <p className="sys">
      <ChannelGlyph channel={channel} size="s" />
      <span>{t("thread.continued", { who, channel: name })}</span>
    </p>
  );
}

function UnreadLine({ count }: { count: number }) {
  const { t } = useTranslation();
  return <p className="day new">{t("thread.new", { count })}</p>;
}

/** One entry of the thread; each kind has its own shape. */
export const ThreadItemView = memo(function ThreadItemView({ item }: { item: ThreadItem }) {
  switch (item.kind) {
    case "day":
      return <DayBreak at={item.at} />;
    case "unread":
      return <UnreadLine count={item.count} />;
    case "channel":
      return <ChannelLine channel={item.channel} who={item.who} />;
    case "event":
      return <EventLine event={item.event} />;
    case "act":
      return <ActLine message={item.message} />;
    case "note":
      return <NoteCard message={item.message} />;
    case "mail":
      return <MailCard message={item.message} folded={item.folded} />;
    case "bubble":
      return <Bubble message={item.message} ends={item.ends} />;
  }
}, (before, after) => sameItem(before.item, after.item));
