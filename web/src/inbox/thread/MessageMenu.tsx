import { Menu } from "@mantine/core";
import { IconArrowBackUp, IconDots, IconPencil, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useTicket } from "../../api/queries";
import type { Message } from "../../api/types";
import { useNow } from "../../app/now";
import { useMay } from "../../app/useMay";
import { Glyph } from "../../parts/Glyph";
import { IconButton } from "../../parts/IconButton";
import { ActDialog } from "./ActDialog";
import { offersFor } from "./offers";
import { useActs } from "./useActs";

const LOOK_MS = 600_000;

/** What can still be done to a message at the customer's, on channels that let us. */
export function MessageMenu({ message }: { message: Message }) {
  const { t } = useTranslation();
  const may = useMay();
  const now = useNow(LOOK_MS);
  const { data: ticket } = useTicket(message.ticket_id);
  const acts = useActs(message);
  const [dialog, setDialog] = useState<"edit" | "delete" | null>(null);
  const offers = offersFor(message, ticket?.conversations.find((one) => one.id === message.conversation_id), now);
  if (offers.size === 0 || !may("reply")) return null;
  const mine = message.reactions.find((one) => one.ours)?.emoji;
  return (
    <>
      <Menu position="bottom" shadow="md" width={offers.has("react") ? 184 : 208}>
        <Menu.Target>
          <IconButton icon={IconDots} label={t("act.open")} className="tiny acts" />
        </Menu.Target>
        <Menu.Dropdown>
          {offers.has("react") ? (
            <div className="emojis">
              {offers.get("react")?.emojis.map((emoji) => (
                <Menu.Item key={emoji} aria-label={t("act.reactWith", { emoji })} onClick={() => acts.mutate({ kind: "react", value: emoji })}>
                  {emoji}
                </Menu.Item>
              ))}
            </div>
          ) : null}
          {mine ? (
            <Menu.Item leftSection={<Glyph of={IconX} />} onClick={() => acts.mutate({ kind: "react", value: "" })}>{t("act.unreact", { emoji: mine })}</Menu.Item>
          ) : null}
          {offers.has("edit") ? <Menu.Item leftSection={<Glyph of={IconPencil} />} onClick={() => setDialog("edit")}>{t("act.edit")}</Menu.Item> : null}
          {offers.has("delete") ? <Menu.Item leftSection={<Glyph of={IconArrowBackUp} />} onClick={() => setDialog("delete")}>{t("act.delete")}</Menu.Item> : null}
        </Menu.Dropdown>
      </Menu>
      {dialog ? <ActDialog kind={dialog} message={message} onClose={() => setDialog(null)} onAct={(value) => acts.mutate({ kind: dialog, value })} /> : null}
    </>
  );
}
