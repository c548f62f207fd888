import { IconArrowRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { TicketRef } from "../../api/types";
import { pathOf } from "../../app/scope";
import { Glyph } from "../../parts/Glyph";
import { useInbox } from "../InboxContext";

/** In place of the composer: the conversation goes on in another ticket. */
export function JoinedNotice({ into }: { into: TicketRef }) {
  const { t } = useTranslation();
  const { scope } = useInbox();
  return (
    <p className="notice joined">
      <Glyph of={IconArrowRight} />
      <span>
        {t("thread.joined")} <Link to={pathOf(scope, into.id)}>#{into.number} {into.subject}</Link>
      </span>
    </p>
  );
}
