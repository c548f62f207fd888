import { lazy } from "react";
import { useTranslation } from "react-i18next";

import { useAgents, useMe } from "../../api/queries";
import type { Priority, Ticket, TicketPatch } from "../../api/types";
import { useCatalogue, useTeams } from "../../api/workQueries";
import { useFieldHold } from "../../app/useMay";
import { Avatar } from "../../parts/Avatar";
import { PriorityFlag } from "../../parts/PriorityFlag";
import { nameIn } from "../names";
import { useChangeTicket } from "../useChangeTicket";
import { AskedFields } from "./AskedFields";
import { FieldMenu } from "./FieldMenu";
import { WhyBox } from "../why/WhyBox";
import { StateField } from "./StateField";
import { TagField } from "./TagField";

const WhySo = lazy(() => import("../why/WhySo"));
const PRIORITIES: readonly Priority[] = ["low", "normal", "high", "urgent"];
const NONE = "";

/** What kind of ticket it is; nothing where the site has only one kind. */
function TypeField({ ticket, set }: { ticket: Ticket; set: (patch: TicketPatch) => void }) {
  const { t, i18n } = useTranslation();
  const hold = useFieldHold()("type_id");
  const { data: catalogue } = useCatalogue();
  const types = catalogue?.types.filter((one) => !one.retired || one.id === ticket.type_id) ?? [];
  if (types.length < 2 || hold === "hidden") return null;
  const label = (one: (typeof types)[number]) => nameIn(one.names, i18n.language) || t("field.usualType");
  return (
    <>
      <dt>{t("field.name.type_id")}</dt>
      <dd><FieldMenu name={t("field.name.type_id")} locked={hold !== null} value={ticket.type_id} options={types.map((one) => ({ value: one.id, label: label(one) }))} onChoose={(type_id) => set({ type_id })} /></dd>
    </>
  );
}

/** Whose it is; choosing another team hands it over. */
function TeamField({ ticket, set }: { ticket: Ticket; set: (patch: TicketPatch) => void }) {
  const { t } = useTranslation();
  const hold = useFieldHold()("team_id");
  const { data: teams } = useTeams();
  const live = teams?.filter((one) => one.replaced_by === null) ?? [];
  if ((live.length === 0 && !ticket.team_id) || hold === "hidden") return null;
  const name = t("field.name.team_id");
  const options = [{ value: NONE, label: t("field.noTeam") }, ...live.map((one) => ({ value: one.id, label: one.name }))];
  return (
    <>
      <dt>{name}</dt>
      <dd><FieldMenu name={name} locked={hold !== null} value={ticket.team_id} options={options} onChoose={(id) => set({ team_id: id === NONE ? null : id })} /></dd>
    </>
  );
}

export function TicketFields({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const { data: agents } = useAgents();
  const me = useMe().id;
  const hold = useFieldHold();
  const change = useChangeTicket();
  const set = (patch: TicketPatch) => change.mutate({ id: ticket.id, patch: { ...patch, version: ticket.version } });

  const people = [
    { value: NONE, label: t("ticket.nobody"), mark: <Avatar name={null} /> },
    ...(agents ?? []).map((agent) => ({ value: agent.id, label: agent.name, mark: <Avatar name={agent.name} mine={agent.id === me} /> })),
  ];
  return (
    <section aria-label={t("panel.ticket", { number: ticket.number })}>
      <h3>{t("panel.ticket", { number: ticket.number })}</h3>
      <dl className="facts">
        <StateField ticket={ticket} set={set} />
        <TypeField ticket={ticket} set={set} />
        {hold("priority") === "hidden" ? null : (
          <>
            <dt>{t("field.priority")}</dt>
            <dd>
              <FieldMenu
                name={t("field.priority")}
                locked={hold("priority") !== null}
                value={ticket.priority}
                options={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`), mark: <PriorityFlag priority={value} /> }))}
                onChoose={(priority) => set({ priority })}
              />
              <WhyBox question={t("why.priority")}><WhySo ticket={ticket} about="priority" /></WhyBox>
            </dd>
          </>
        )}
        {hold("assignee_id") === "hidden" ? null : (
          <>
            <dt>{t("field.assignee")}</dt>
            <dd>
              <FieldMenu name={t("field.assignee")} locked={hold("assignee_id") !== null} value={ticket.assignee?.id ?? NONE} options={people} onChoose={(id) => set({ assignee_id: id === NONE ? null : id })} />
              <WhyBox question={t("why.place")}><WhySo ticket={ticket} about="place" /></WhyBox>
            </dd>
          </>
        )}
        <TeamField ticket={ticket} set={set} />
        {hold("tags") === "hidden" ? null : (
          <>
            <dt>{t("field.tags")}</dt>
            <dd><TagField tags={ticket.tags} locked={hold("tags") !== null} onChange={(tags) => set({ tags })} /></dd>
          </>
        )}
        <AskedFields ticket={ticket} set={set} />
      </dl>
    </section>
  );
}
