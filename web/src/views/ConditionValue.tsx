import { useTranslation } from "react-i18next";

import type { Condition } from "../api/types";
import { Select } from "../parts/Select";
import { AroundValue } from "./AroundValue";
import { ManyValues } from "./ManyValues";

interface Props {
  condition: Condition;
  /** What the controls are about, for those who do not see the row. */
  label: string;
  onChange: (condition: Condition) => void;
}

const numberOf = (text: string) => (text === "" ? null : Number(text));
const dayOf = (iso: string | null | undefined) => iso?.slice(0, 10) ?? "";
const isoOf = (day: string) => (day === "" ? null : new Date(`${day}T00:00:00`).toISOString());

/** The value of a condition, by what it asks. */
export function ConditionValue({ condition, label, onChange }: Props) {
  const { t } = useTranslation();
  switch (condition.op) {
    case "one_of":
    case "none_of":
      return <ManyValues condition={condition} label={label} onChange={onChange} />;
    case "contains":
      return <input className="input" aria-label={label} value={condition.text} maxLength={200} onChange={(event) => onChange({ ...condition, text: event.target.value })} />;
    case "between":
      return (
        <span className="pair">
          <input className="input" type="number" aria-label={`${label}: ${t("views.least")}`} placeholder={t("views.least")} value={condition.least ?? ""} onChange={(event) => onChange({ ...condition, least: numberOf(event.target.value) })} />
          <input className="input" type="number" aria-label={`${label}: ${t("views.most")}`} placeholder={t("views.most")} value={condition.most ?? ""} onChange={(event) => onChange({ ...condition, most: numberOf(event.target.value) })} />
        </span>
      );
    case "dated":
      return (
        <span className="pair">
          <input className="input" type="date" aria-label={`${label}: ${t("views.since")}`} value={dayOf(condition.since)} onChange={(event) => onChange({ ...condition, since: isoOf(event.target.value) })} />
          <input className="input" type="date" aria-label={`${label}: ${t("views.before")}`} value={dayOf(condition.until)} onChange={(event) => onChange({ ...condition, until: isoOf(event.target.value) })} />
        </span>
      );
    case "around":
      return <AroundValue condition={condition} label={label} onChange={onChange} />;
    default:
      return (
        <Select
          label={label}
          value={condition.value ? "yes" : "no"}
          options={[{ value: "yes", label: t("views.yes") }, { value: "no", label: t("views.no") }]}
          onChange={(value) => onChange({ ...condition, value: value === "yes" })}
        />
      );
  }
}
