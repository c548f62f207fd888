import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useAgents } from "../../api/queries";
import type { Ticket } from "../../api/types";
import { follow, unfollow } from "../../api/work";
import { Avatar } from "../../parts/Avatar";
import { Glyph } from "../../parts/Glyph";
import { useTicketDeed } from "../useTicketDeed";
import { FieldMenu } from "./FieldMenu";

const NONE = "";

/** Who hears of everything that happens here. */
export function Followers({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const { data: agents } = useAgents();
  const deed = useTicketDeed();
  const others = (agents ?? []).filter((one) => !ticket.followers.some((other) => other.id === one.id));
  const options = [{ value: NONE, label: t("follow.add") }, ...others.map((one) => ({ value: one.id, label: one.name, mark: <Avatar name={one.name} /> }))];
  return (
    <section aria-label={t("follow.title")}>
      <h3>{t("follow.title")}</h3>
      <ul className="names">
        {ticket.followers.map((one) => (
          <li key={one.id} className="badge tag">
            <span className="cut">{one.name}</span>
            <button type="button" aria-label={t("follow.remove", { name: one.name })} onClick={() => deed.run({ work: () => unfollow(ticket.id, one.id) })}><Glyph of={IconX} size="xs" /></button>
          </li>
        ))}
      </ul>
      <FieldMenu name={t("follow.title")} value={NONE} options={options} onChoose={(id) => deed.run({ work: () => follow(ticket.id, id) })} />
    </section>
  );
}
