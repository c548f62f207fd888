import { useTranslation } from "react-i18next";

import type { Catalogue } from "../api/types";
import { useFormat } from "../i18n/format";
import { nameIn } from "../inbox/names";
import { useFieldWords } from "../inbox/useFieldWords";
import { Labelled } from "../parts/Labelled";
import { Select } from "../parts/Select";
import type { TicketTemplate } from "./template";

const NONE = "";

/** What a template gives a ticket beside its words, as a list of "Priority: High". */
function useGiven(): (template: TicketTemplate) => string[] {
  const { t } = useTranslation();
  const words = useFieldWords();
  const given = (field: string, value: string | null) => (value ? [t("filter.chip", { field: words.name(field), value: words.value(field, value) })] : []);
  return (template) => [
    ...given("type_id", template.type_id),
    ...given("category_id", template.category_id),
    ...given("priority", template.priority),
    ...given("tags", template.tags.join(", ")),
    ...Object.entries(template.fields).flatMap(([id, value]) => given(`fields.${id}`, Array.isArray(value) ? value.join(", ") : String(value))),
    ...given("checklist", template.checklist.join(", ")),
  ];
}

interface Props {
  templates: Catalogue["templates"];
  chosen: TicketTemplate | undefined;
  fault: string | undefined;
  onChoose: (template: TicketTemplate | undefined) => void;
}

/** What the new ticket begins with; its words are then changed like any others. */
export function TemplateField({ templates, chosen, fault, onChoose }: Props) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const given = useGiven();
  const gives = chosen ? given(chosen) : [];
  const options = [{ value: NONE, label: t("start.noTemplate") }, ...templates.map((one) => ({ value: one.id, label: nameIn(one.names, i18n.language) || one.id }))];
  return (
    <Labelled label={t("start.ticketTemplate")} hint={gives.length > 0 ? t("start.gives", { list: format.list(gives) }) : undefined} fault={fault}>
      {(aria) => <Select {...aria} value={chosen?.id ?? NONE} options={options} onChange={(id) => onChoose(templates.find((one) => one.id === id))} />}
    </Labelled>
  );
}
