import { useTranslation } from "react-i18next";

import type { Ticket, TicketPatch } from "../../api/types";
import { useCatalogue } from "../../api/workQueries";
import { useFieldHold } from "../../app/useMay";
import { nameIn } from "../names";
import { statusChoices } from "../status";
import { FieldMenu } from "./FieldMenu";

/** Where a ticket is in its life: the states of its type, or the site's own six. */
export function StateField({ ticket, set }: { ticket: Ticket; set: (patch: TicketPatch) => void }) {
  const { t, i18n } = useTranslation();
  const { data: catalogue } = useCatalogue();
  const type = ticket.type_id ? catalogue?.types.find((one) => one.id === ticket.type_id) : undefined;
  const name = t("field.status");
  const locked = useFieldHold()("status") !== null;
  const states = type?.states.filter((one) => one.id === ticket.state || ticket.next_states.includes(one.id)) ?? [];
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {type ? (
          <FieldMenu name={name} locked={locked} value={ticket.state} badge options={states.map((one) => ({ value: one.id, label: nameIn(one.names, i18n.language) }))} onChoose={(state) => set({ state })} />
        ) : (
          <FieldMenu name={name} locked={locked} value={ticket.status} badge options={statusChoices(ticket.status).map((value) => ({ value, label: t(`status.${value}`) }))} onChoose={(status) => set({ status })} />
        )}
      </dd>
    </>
  );
}
