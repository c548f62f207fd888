import { useTranslation } from "react-i18next";

import type { Ticket, TicketPatch } from "../../api/types";
import { useCatalogue } from "../../api/workQueries";
import { useFieldRule, useMay } from "../../app/useMay";
import { nameIn } from "../names";
import { useFieldWords } from "../useFieldWords";
import { FieldEditor, type FieldValue } from "./FieldEditor";
import { FieldMenu } from "./FieldMenu";
import { MaskedField } from "./MaskedField";

const NONE = "";
const RATINGS = ["low", "medium", "high"] as const;
/** Fields of every ticket that have their place above already. */
const ABOVE = new Set(["assignee_id", "team_id", "tags", "organisation_id", "asset_ids"]);

type Set = (patch: TicketPatch) => void;

function CategoryField({ ticket, set, locked }: { ticket: Ticket; set: Set; locked: boolean }) {
  const { t, i18n } = useTranslation();
  const { data: catalogue } = useCatalogue();
  const all = catalogue?.categories ?? [];
  const path = (id: string): string => {
    const one = all.find((other) => other.id === id);
    if (!one) return id;
    const own = nameIn(one.names, i18n.language);
    return one.parent_id ? `${path(one.parent_id)} / ${own}` : own;
  };
  const live = all.filter((one) => !one.retired || one.id === ticket.category_id);
  const options = [{ value: NONE, label: t("field.none") }, ...live.map((one) => ({ value: one.id, label: path(one.id) }))];
  return <FieldMenu name={t("field.name.category_id")} locked={locked} value={ticket.category_id} options={options} onChoose={(id) => set({ category_id: id || null })} />;
}

function RatingField({ ticket, set, field, locked }: { ticket: Ticket; set: Set; field: "impact" | "urgency"; locked: boolean }) {
  const { t } = useTranslation();
  const options = [{ value: NONE, label: t("field.none") }, ...RATINGS.map((value) => ({ value, label: t(`rating.${value}`) }))] as const;
  return <FieldMenu name={t(`field.name.${field}`)} locked={locked} value={ticket[field] ?? NONE} options={options} onChoose={(value) => set({ [field]: value === NONE ? null : value })} />;
}

/** What the ticket's type asks now, in its form's order; the server says what that is after every change. */
export function AskedFields({ ticket, set }: { ticket: Ticket; set: Set }) {
  const { t } = useTranslation();
  const { data: catalogue } = useCatalogue();
  const words = useFieldWords();
  const rule = useFieldRule();
  const may = useMay();
  return ticket.form.filter((one) => !ABOVE.has(one.field)).map(({ field, required }) => {
    const custom = catalogue?.fields.find((one) => one.id === field);
    const kept = custom ? `fields.${field}` : field;
    const held = rule(kept) ?? (may("change") ? null : "read_only");
    if (held === "hidden") return null;
    const name = words.name(kept);
    const value = ticket.fields[field] ?? null;
    const missing = required && (custom ? value === null : false);
    return (
      <div key={field} className="asked">
        <dt className={missing ? "cut late-t" : "cut"} title={name}>
          {name}
          {required ? <span className="sr"> {t("field.required")}</span> : null}
          {required ? <span aria-hidden="true"> *</span> : null}
        </dt>
        <dd>
          {custom && held === "masked" && value !== null && may("fields.reveal") ? (
            <MaskedField ticket={ticket.id} field={kept} name={name} dots={String(value)} />
          ) : custom ? (
            <FieldEditor key={String(value)} field={custom} name={name} value={value} locked={held !== null} onChange={(next: FieldValue) => set({ fields: { [field]: next } })} />
          ) : field === "category_id" ? (
            <CategoryField ticket={ticket} set={set} locked={held !== null} />
          ) : field === "impact" || field === "urgency" ? (
            <RatingField ticket={ticket} set={set} field={field} locked={held !== null} />
          ) : null}
        </dd>
      </div>
    );
  });
}
