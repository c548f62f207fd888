import { useTranslation } from "react-i18next";

import type { Condition } from "../api/types";
import { Select } from "../parts/Select";
import { around, aroundOf, type Way } from "./conditions";

type Around = Extract<Condition, { op: "around" }>;

const WAYS: readonly Way[] = ["last", "older", "next"];
const MOST_DAYS = 3650;

export function AroundValue({ condition, label, onChange }: { condition: Around; label: string; onChange: (condition: Around) => void }) {
  const { t } = useTranslation();
  const { way, days } = aroundOf(condition);
  return (
    <span className="pair">
      <Select label={label} value={way} options={WAYS.map((value) => ({ value, label: t(`views.way.${value}`) }))} onChange={(next) => onChange(around(condition.field, next, days))} />
      <input className="input" type="number" min={1} max={MOST_DAYS} aria-label={`${label}: ${t("views.daysCount")}`} value={days} onChange={(event) => onChange(around(condition.field, way, Math.min(MOST_DAYS, Math.max(1, Number(event.target.value) || 1))))} />
      <span className="meta">{t("views.days", { count: days })}</span>
    </span>
  );
}
