import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Condition } from "../api/types";
import { Glyph } from "../parts/Glyph";
import { Select } from "../parts/Select";
import { useFieldWords } from "./useFieldWords";

type Listed = Extract<Condition, { op: "one_of" | "none_of" }>;

interface Props {
  condition: Listed;
  label: string;
  onChange: (condition: Listed) => void;
}

/** Several values: chosen from those that are known, else written with commas between. */
export function ManyValues({ condition, label, onChange }: Props) {
  const { t } = useTranslation();
  const { valuesOf } = useFieldWords();
  const known = valuesOf(condition.field);
  const put = (values: string[]) => onChange({ ...condition, values });
  if (!known) {
    const split = (text: string) => text.split(/[,，]/).map((one) => one.trim()).filter(Boolean);
    return <input className="input" aria-label={label} placeholder={t("views.commas")} defaultValue={condition.values.join(", ")} onBlur={(event) => put(split(event.target.value))} />;
  }
  const left = known.filter((one) => !condition.values.includes(one.value));
  return (
    <span className="many">
      {condition.values.map((value) => {
        const name = known.find((one) => one.value === value)?.label ?? value;
        return (
          <span className="badge tag" key={value}>
            {name}
            <button type="button" aria-label={t("views.removeValue", { name })} onClick={() => put(condition.values.filter((one) => one !== value))}>
              <Glyph of={IconX} size="xs" />
            </button>
          </span>
        );
      })}
      {left.length > 0 ? (
        <Select label={label} value="" options={[{ value: "", label: t("views.choose") }, ...left]} onChange={(value) => value && put([...condition.values, value])} />
      ) : null}
    </span>
  );
}
