import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Condition, ViewField } from "../api/types";
import { Glyph } from "../parts/Glyph";
import { asking } from "./conditions";
import { ConditionRow } from "./ConditionRow";

interface Props {
  title: string;
  conditions: readonly Condition[];
  fields: readonly ViewField[];
  onChange: (conditions: Condition[]) => void;
}

export function ConditionList({ title, conditions, fields, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <fieldset className="conditions">
      <legend className="label">{title}</legend>
      <ul>
        {conditions.map((condition, at) => (
          <ConditionRow key={at} condition={condition} fields={fields} onChange={(next) => onChange(conditions.with(at, next))} onRemove={() => onChange(conditions.toSpliced(at, 1))} />
        ))}
      </ul>
      <button type="button" className="btn sm quiet" onClick={() => onChange([...conditions, asking("status", "one_of")])}>
        <Glyph of={IconPlus} size="s" />
        {t("views.add")}
      </button>
    </fieldset>
  );
}
