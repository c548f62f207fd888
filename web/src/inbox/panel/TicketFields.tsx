import { useTranslation } from "react-i18next";

import { useAgents, useMe } from "../../api/queries";
import type { Priority, Ticket, TicketPatch } from "../../api/types";
import { Avatar } from "../../parts/Avatar";
import { PriorityFlag } from "../../parts/PriorityFlag";
import { statusChoices } from "../status";
import { useChangeTicket } from "../useChangeTicket";
import { FieldMenu } from "./FieldMenu";
import { TagField } from "./TagField";

const PRIORITIES: readonly Priority[] = ["low", "normal", "high", "urgent"];
const NOBODY = "";

export function TicketFields({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const { data: agents } = useAgents();
  const me = useMe().id;
  const change = useChangeTicket();
  const set = (patch: TicketPatch) => change.mutate({ id: ticket.id, patch: { ...patch, version: ticket.version } });

  const people = [
    { value: NOBODY, label: t("ticket.nobody"), mark: <Avatar name={null} /> },
    ...(agents ?? []).map((agent) => ({ value: agent.id, label: agent.name, mark: <Avatar name={agent.name} mine={agent.id === me} /> })),
  ];
  return (
    <section aria-label={t("panel.ticket", { number: ticket.number })}>
      <h3>{t("panel.ticket", { number: ticket.number })}</h3>
      <dl className="facts">
        <dt>{t("field.status")}</dt>
        <dd>
          <FieldMenu
            name={t("field.status")}
            value={ticket.status}
            options={statusChoices(ticket.status).map((value) => ({ value, label: t(`status.${value}`) }))}
            badge
            onChoose={(status) => set({ status })}
          />
        </dd>
        <dt>{t("field.priority")}</dt>
        <dd>
          <FieldMenu
            name={t("field.priority")}
            value={ticket.priority}
            options={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`), mark: <PriorityFlag priority={value} /> }))}
            onChoose={(priority) => set({ priority })}
          />
        </dd>
        <dt>{t("field.assignee")}</dt>
        <dd>
          <FieldMenu
            name={t("field.assignee")}
            value={ticket.assignee?.id ?? NOBODY}
            options={people}
            onChoose={(id) => set({ assignee_id: id === NOBODY ? null : id })}
          />
        </dd>
        <dt>{t("field.tags")}</dt>
        <dd>
          <TagField tags={ticket.tags} onChange={(tags) => set({ tags })} />
        </dd>
      </dl>
    </section>
  );
}
