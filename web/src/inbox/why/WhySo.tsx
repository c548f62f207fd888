import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { keys } from "../../api/keys";
import { useInboxes } from "../../api/queries";
import type { Ticket } from "../../api/types";
import { listChanges } from "../../api/work";
import { useCatalogue } from "../../api/workQueries";
import { useFieldHold } from "../../app/useMay";
import { useFormat } from "../../i18n/format";
import { useEventWords } from "../useEventWords";
import { useFieldWords } from "../useFieldWords";
import { ASKED, placeReasons, priorityReasons, type Knowing } from "./reasons";

interface Props {
  ticket: Ticket;
  about: keyof typeof ASKED;
}

/** Who or what gave a ticket its priority or its place, as its history has it. */
export default function WhySo({ ticket, about }: Props) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const hold = useFieldHold();
  const tell = useEventWords();
  const { value } = useFieldWords();
  const { data: catalogue } = useCatalogue();
  const { data: inboxes } = useInboxes();
  const { data, error } = useQuery({
    queryKey: keys.why(ticket.id, about, ticket.version),
    queryFn: ({ signal }) => listChanges(ticket.id, ASKED[about], signal),
  });
  if (error) return <p>{t("panel.activityFailed")}</p>;
  if (!data) return <p className="meta" role="status">{t("why.looking")}</p>;
  const knowing: Knowing = { t, language: i18n.language, catalogue, inboxes: inboxes ?? [], tell, rating: (one) => value("impact", one) };
  const reasons = about === "priority"
    ? priorityReasons(ticket, data.items, knowing)
    : placeReasons(ticket, data.items, knowing, (field) => hold(field) === "hidden");
  return reasons.map((one) => (
    <div key={one.text}>
      <p>{one.text}</p>
      {one.said ? <p>{t("why.said", { why: one.said })}</p> : null}
      {one.at ? <p className="meta num"><time dateTime={one.at}>{format.dateTime(one.at)}</time></p> : null}
    </div>
  ));
}
