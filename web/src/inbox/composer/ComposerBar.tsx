import { Menu } from "@mantine/core";
import { IconArrowBackUp, IconChevronDown, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Conversation, Mode, Ticket } from "../../api/types";
import { saidOrSame } from "../../i18n/said";
import { ChannelGlyph } from "../../parts/ChannelGlyph";
import { Choices } from "../../parts/Choices";
import { isMail } from "../../parts/channels";
import { Glyph } from "../../parts/Glyph";
import { Segmented } from "../../parts/Segmented";
import type { ComposerState } from "./useComposer";

function useTarget() {
  const { t } = useTranslation();
  return (one: Conversation, name: string) => {
    const channel = t(`channel.${one.channel}`, { defaultValue: one.channel });
    const address = one.recipient_display;
    if (isMail(one.channel)) return t("composer.to", { channel, to: address || name });
    return t("composer.to", { channel, to: address && address !== name ? `${name}, ${address}` : name });
  };
}

/** The channel and address in words; a choice where the ticket has several. */
function ChannelChoice({ ticket, composer }: { ticket: Ticket; composer: ComposerState }) {
  const { t } = useTranslation();
  const target = useTarget();
  const { conversation, choose } = composer;
  if (!conversation) return <span className="to grow sec">{t("composer.noConversation")}</span>;
  const words = target(conversation, ticket.contact.name);
  const label = (
    <>
      <ChannelGlyph channel={conversation.channel} />
      <span className="cut">{words}</span>
    </>
  );
  if (ticket.conversations.length < 2) return <span className="to grow">{label}</span>;
  return (
    <Menu position="top-start" shadow="md">
      <Menu.Target>
        <button type="button" className="to choose" title={words}>
          <span className="sr">{t("composer.channel")} </span>
          {label}
          <Glyph of={IconChevronDown} size="s" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Choices
          label={t("composer.channel")}
          value={conversation.id}
          choices={ticket.conversations.map((one) => ({
            value: one.id,
            label: target(one, ticket.contact.name),
            mark: <ChannelGlyph channel={one.channel} />,
            reason: one.can_reply ? undefined : saidOrSame(one.cannot_reason),
          }))}
          onChoose={choose}
        />
      </Menu.Dropdown>
    </Menu>
  );
}

export function ComposerBar({ ticket, composer }: { ticket: Ticket; composer: ComposerState }) {
  const { t } = useTranslation();
  const options = [
    { value: "reply" as Mode, label: <><Glyph of={IconArrowBackUp} size="s" />{t("composer.reply")}</> },
    { value: "note" as Mode, label: <><Glyph of={IconLock} size="s" />{t("composer.note")}</> },
  ].filter((one) => composer.modes.includes(one.value));
  return (
    <div className="bar1">
      <Segmented label={t("composer.mode")} value={composer.mode} options={options} onChange={composer.setMode} />
      {composer.mode === "note" ? (
        <span className="grow sec cut only-team">{t(composer.modes.length > 1 ? "composer.onlyTeam" : "composer.onlyNotes")}</span>
      ) : (
        <ChannelChoice ticket={ticket} composer={composer} />
      )}
    </div>
  );
}
