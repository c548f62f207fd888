import { IconArrowsSort, IconChevronDown } from "@tabler/icons-react";
import type { ComponentPropsWithRef } from "react";
import { useTranslation } from "react-i18next";

import { Glyph } from "../../parts/Glyph";
import { useInbox } from "../InboxContext";

/** The order of the list in words. */
export function SortFace(props: ComponentPropsWithRef<"button">) {
  const { t } = useTranslation();
  const { sort } = useInbox();
  return (
    <button type="button" {...props} className="sort">
      <Glyph of={IconArrowsSort} size="s" />
      <span className="sr">{t("list.sort")}</span>
      {t(`sort.${sort}`)}
      <Glyph of={IconChevronDown} size="s" />
    </button>
  );
}
