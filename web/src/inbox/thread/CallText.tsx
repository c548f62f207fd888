import { IconPhone, IconPhoneEnd, IconPhoneIncoming, IconPhoneOff, IconRecordMail, type TablerIcon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Message } from "../../api/types";
import { Glyph } from "../../parts/Glyph";

type Call = NonNullable<Message["call"]>;

const ICONS: Record<Call["state"], TablerIcon> = {
  ringing: IconPhoneIncoming,
  answered: IconPhone,
  ended: IconPhoneEnd,
  missed: IconPhoneOff,
  recorded: IconRecordMail,
};

/** Minutes and seconds, as telephones show them. */
export const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** What became of a call; its recording is among the files. */
export function CallText({ call }: { call: Call }) {
  const { t } = useTranslation();
  return (
    <p className={`call ${call.state}`}>
      <Glyph of={ICONS[call.state]} />
      <span>{t(`call.${call.state}`)}</span>
      {call.duration_s > 0 ? <span className="num meta">{t("call.lasted", { time: clock(call.duration_s) })}</span> : null}
    </p>
  );
}
