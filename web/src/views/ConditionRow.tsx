import { IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Condition, ViewField } from "../api/types";
import { IconButton } from "../parts/IconButton";
import { Select } from "../parts/Select";
import { asking, opsOf, type Op } from "./conditions";
import { ConditionValue } from "./ConditionValue";
import { useFieldWords } from "./useFieldWords";

interface Props {
  condition: Condition;
  fields: readonly ViewField[];
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

/** One condition: of which field, what, and the value. */
export function ConditionRow({ condition, fields, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const { nameOf } = useFieldWords();
  const field = fields.find((one) => one.name === condition.field);
  const ops = field ? opsOf(field) : [condition.op];
  const name = nameOf(condition.field);
  const turn = (next: string) => {
    const [first] = opsOf(fields.find((one) => one.name === next) ?? { name: next, kind: "text", ops: [] });
    if (first) onChange(asking(next, first));
  };
  const gone = field ? [] : [{ value: condition.field, label: t("views.gone", { name }) }];
  return (
    <li className="condition">
      <Select label={t("views.ofField")} value={condition.field} options={[...gone, ...fields.map((one) => ({ value: one.name, label: nameOf(one.name) }))]} onChange={turn} />
      <Select<Op> label={t("views.asks", { name })} value={condition.op} options={ops.map((op) => ({ value: op, label: t(`views.op.${op}`) }))} onChange={(op) => onChange(asking(condition.field, op, condition))} />
      <ConditionValue key={`${condition.field} ${condition.op}`} condition={condition} label={name} onChange={onChange} />
      <IconButton icon={IconTrash} label={t("views.remove", { name })} onClick={onRemove} />
    </li>
  );
}
