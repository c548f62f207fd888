import { IconFilter } from "@tabler/icons-react";
import type { ComponentPropsWithRef } from "react";
import { useTranslation } from "react-i18next";

import { Glyph } from "../parts/Glyph";

export function FilterFace(props: ComponentPropsWithRef<"button">) {
  const { t } = useTranslation();
  return (
    <button type="button" {...props} className="sort" aria-keyshortcuts="Shift+F">
      <Glyph of={IconFilter} size="s" />
      {t("filter.title")}
    </button>
  );
}
