import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { Understood } from "../api/types";
import { pathOf } from "../app/scope";
import { useInbox } from "../inbox/InboxContext";
import { useFieldWords, type Choice } from "../views/useFieldWords";
import { lineOf } from "./begin";
import { asksSolved, FILTERS, tokenOf, type Filter } from "./line";

const IS = ["open", "unread", "read", "mine", "unassigned", "waiting", "held", "snoozed", "solved", "closed", "new", "private", "followed"] as const;

/** The filters of the list: what they may ask, how they are read, and the line that they make. */
export function useFilters() {
  const { t } = useTranslation();
  const { scope, ticket } = useInbox();
  const navigate = useNavigate();
  const { nameOf, valuesOf } = useFieldWords();

  /** What may be chosen; the value is what the operator takes. */
  const choicesOf = (op: Filter): Choice[] => {
    const all = valuesOf(op) ?? [];
    const fixed = op === "status" || op === "priority" || op === "channel";
    const tokens = all.map((one) => ({ value: fixed || one.value === "me" ? one.value : tokenOf(one, all), label: one.label }));
    if (op === "assignee") return [...tokens, { value: "none", label: t("ticket.nobody") }];
    return op === "team" && tokens.length > 0 ? [...tokens, { value: "none", label: t("field.noTeam") }] : tokens;
  };

  const start = lineOf(scope, valuesOf("inbox") ?? []);
  const go = (line: string) => {
    const key = asksSolved(line) || (scope.kind === "search" && scope.key === "all") ? "all" : "open";
    void navigate(line ? pathOf({ kind: "search", key, q: line }, ticket) : pathOf({ kind: "view", key: "open" }, ticket));
  };

  /** An operator and its value as people call them. */
  const wordsOf = (one: Understood): string => {
    const op = FILTERS.find((name) => name === one.op);
    const value = one.value.toLowerCase();
    const state = one.op === "is" ? IS.find((name) => name === value) : undefined;
    const said = state ? t(`filter.is.${state}`)
      : op ? t("filter.chip", { field: nameOf(op), value: choicesOf(op).find((choice) => choice.value.toLowerCase() === value)?.label ?? one.value })
      : one.kind === "filter" ? `${one.op}: ${one.value}` : one.text;
    return one.negated && one.kind === "filter" ? t("filter.not", { said }) : said;
  };
  return { line: start ?? "", carried: start !== null, nameOf, choicesOf, wordsOf, go };
}
