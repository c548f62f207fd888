import { useTranslation } from "react-i18next";

import { useAgents } from "../../api/queries";
import type { FieldProps } from "./FieldEditor";
import { Picker } from "./Picker";

/** Ids as people call what they stand for. */
export function ToldField({ field, name, value }: FieldProps) {
  const { t } = useTranslation();
  const { data: agents } = useAgents();
  if (value === null) return <span className="cut">{t("field.none")}</span>;
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  const masked = text.startsWith("•");
  if (!masked && (field.kind === "contact" || field.kind === "asset")) return <Picker kind={field.kind} name={name} value={text} locked />;
  return <span className="cut">{field.kind === "user" ? (agents?.find((one) => one.id === text)?.name ?? text) : text}</span>;
}
