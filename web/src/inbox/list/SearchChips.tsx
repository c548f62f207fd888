import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { Understood } from "../../api/types";
import { pathOf } from "../../app/scope";
import { Glyph } from "../../parts/Glyph";
import { useInbox } from "../InboxContext";

const without = (q: string, text: string) => q.replace(text, " ").replace(/\s+/g, " ").trim();

/** What the search made of the words: each operator a chip that can be taken out, with why it finds nothing. */
export function SearchChips() {
  const { t } = useTranslation();
  const { scope, list } = useInbox();
  const navigate = useNavigate();
  if (scope.kind !== "search" || !list.understood.some((one) => one.kind === "filter" || one.note)) return null;
  const words = (one: Understood) => (one.kind === "filter" ? `${one.negated ? "-" : ""}${one.op}: ${one.value}` : one.text);
  return (
    <ul className="chips" aria-label={t("search.understood")}>
      {list.understood.map((one, at) => (
        <li key={at} className={one.note ? "badge soon" : "badge"} title={one.note || undefined}>
          <span className="cut">{words(one)}{one.note ? ` (${one.note})` : null}</span>
          <button
            type="button"
            aria-label={t("search.without", { text: words(one) })}
            onClick={() => void navigate(pathOf({ ...scope, q: without(scope.q, one.text) }))}
          >
            <Glyph of={IconX} size="xs" />
          </button>
        </li>
      ))}
    </ul>
  );
}
