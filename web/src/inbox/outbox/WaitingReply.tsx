import { IconAlertCircle, IconClock, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { Glyph } from "../../parts/Glyph";
import { partsOf } from "../composer/mentions";
import { draftOf } from "../composer/LiveDraft";
import type { Waiting } from "./box";
import { outbox } from "./pageOutbox";

/** A reply that has not left this machine, or may have: what one may still do to it depends on that. */
export function WaitingReply({ one }: { one: Waiting }) {
  const { t } = useTranslation();
  const plain = partsOf(one.text).map((part) => part.text).join("");
  const drop = () => void outbox.drop(one.key);
  const edit = () => {
    drop();
    const { reply } = one;
    const text = plain;
    draftOf(one.ticket, reply ? "reply" : "note").restore(
      reply ? { text, html: reply.html ?? null, cc: reply.cc ?? null, bcc: reply.bcc ?? null, conversation_id: reply.conversation_id } : { text },
    );
  };
  const state = one.refused ? t("outbox.refused", { why: one.refused }) : t(one.tried ? "outbox.checking" : "outbox.waits");
  return (
    <article className="msg out waiting" aria-label={t("outbox.label")}>
      <div className={one.refused ? "bub bad" : "bub"} dir="auto">
        {one.reply ? null : <span className="meta row"><Glyph of={IconLock} size="s" />{t("composer.note")}</span>}
        <p className="words">{plain}</p>
      </div>
      <span />
      <div className="under">
        <span className={`delivery ${one.refused ? "late-t" : ""}`}><Glyph of={one.refused ? IconAlertCircle : IconClock} size="s" />{state}</span>
      </div>
      {one.tried ? null : (
        <div className="remedy">
          <button type="button" className="btn sm" onClick={edit}>{t("outbox.edit")}</button>
          <button type="button" className="btn sm danger" onClick={drop}>{t("outbox.discard")}</button>
        </div>
      )}
    </article>
  );
}
