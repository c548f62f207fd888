import { useTranslation } from "react-i18next";

import { useInboxes } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { useFieldWords } from "../useFieldWords";

type Warning = Schemas["MergeWarning"];

const KNOWN = ["other_contact", "other_inbox", "target_not_open", "source_not_open", "under_way", "private", "lists_cut", "links_stay"] as const;

/** Something to think of before two tickets become one; what a newer server warns of, in its own words. */
export function MergeWarning({ plan, warning }: { plan: Schemas["MergePreview"]; warning: Warning }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const { data: inboxes } = useInboxes();
  const code = KNOWN.find((one) => one === warning.code);
  if (!code) return <span lang="en">{warning.text}</span>;
  const readers: Partial<Record<typeof code, () => string | undefined>> = {
    other_inbox: () => inboxes?.find((one) => one.id === warning.about)?.name,
    target_not_open: () => words.value("status", warning.about),
    source_not_open: () => words.value("status", warning.about),
    lists_cut: () => words.name(warning.about),
  };
  const about = readers[code]?.() ?? warning.about;
  return <span>{t(`merge.warning.${code}`, { about, source: plan.source.number, target: plan.target.number })}</span>;
}
