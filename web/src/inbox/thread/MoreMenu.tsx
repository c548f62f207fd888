import { Menu } from "@mantine/core";
import { IconArrowMerge, IconArrowsSplit, IconBell, IconBellOff, IconDots, IconLink, IconLock, IconLockOpen } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "../../api/queries";
import type { Ticket } from "../../api/types";
import { follow, unfollow } from "../../api/work";
import { useMay } from "../../app/useMay";
import { useCommand } from "../../keys/useCommand";
import { Glyph } from "../../parts/Glyph";
import { IconButton } from "../../parts/IconButton";
import { Kbd } from "../../parts/Kbd";
import { useChangeTicket } from "../useChangeTicket";
import { useCopyLink } from "../useCopyLink";
import { useTicketDeed } from "../useTicketDeed";

const MergeDialog = lazy(() => import("../merge/MergeDialog"));
const SplitDialog = lazy(() => import("../merge/SplitDialog"));

/** What is done to a ticket now and then. */
export function MoreMenu({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const me = useMe().id;
  const may = useMay();
  const deed = useTicketDeed();
  const change = useChangeTicket();
  const copyLink = useCopyLink(ticket.id);
  const [dialog, setDialog] = useState<"merge" | "split" | null>(null);
  const follows = ticket.followers.some((one) => one.id === me);
  const whole = ticket.merged_into === null;
  const toggleFollow = () => deed.run({ work: () => (follows ? unfollow(ticket.id, me) : follow(ticket.id, me)), said: t(follows ? "follow.off" : "follow.on") });
  useCommand("merge", () => setDialog("merge"), whole && may("join"));
  useCommand("follow", toggleFollow, whole);
  return (
    <>
      <Menu position="bottom-end" width={248} shadow="md">
        <Menu.Target>
          <IconButton icon={IconDots} label={t("more.open")} />
        </Menu.Target>
        <Menu.Dropdown>
          {whole ? (
            <Menu.Item leftSection={<Glyph of={follows ? IconBellOff : IconBell} />} rightSection={<Kbd>F</Kbd>} onClick={toggleFollow}>
              {t(follows ? "follow.stop" : "follow.begin")}
            </Menu.Item>
          ) : null}
          {whole && may("join") ? (
            <>
              <Menu.Item leftSection={<Glyph of={IconArrowMerge} />} rightSection={<Kbd>M</Kbd>} onClick={() => setDialog("merge")}>{t("merge.open")}</Menu.Item>
              <Menu.Item leftSection={<Glyph of={IconArrowsSplit} />} onClick={() => setDialog("split")}>{t("split.open")}</Menu.Item>
            </>
          ) : null}
          {whole && may("tickets.private") ? (
            <Menu.Item
              leftSection={<Glyph of={ticket.private ? IconLockOpen : IconLock} />}
              onClick={() => change.mutate({ id: ticket.id, patch: { private: !ticket.private, version: ticket.version } })}
            >
              {t(ticket.private ? "private.off" : "private.on")}
            </Menu.Item>
          ) : null}
          <Menu.Item leftSection={<Glyph of={IconLink} />} rightSection={<Kbd>Y</Kbd>} onClick={copyLink}>{t("keys.copyLink")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense>
        {dialog === "merge" ? <MergeDialog ticket={ticket} onClose={() => setDialog(null)} /> : null}
        {dialog === "split" ? <SplitDialog ticket={ticket} onClose={() => setDialog(null)} /> : null}
      </Suspense>
    </>
  );
}
