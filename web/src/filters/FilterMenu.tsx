import { Popover } from "@mantine/core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { useFieldRule } from "../app/useMay";
import { escaping } from "../inbox/escaping";
import { useScopeName } from "../inbox/list/useScopeName";
import { Labelled } from "../parts/Labelled";
import { Select } from "../parts/Select";
import { FilterFace } from "./FilterFace";
import { asked, asking, askingUnread, asksUnread, FILTERS, type Filter } from "./line";
import { TagChoice } from "./TagChoice";
import { useFilters } from "./useFilters";
import "./filters.css";

const HIDDEN_AS: Partial<Record<Filter, string>> = { assignee: "assignee_id", team: "team_id", tag: "tags", priority: "priority" };

/** One choice for each filter; what is chosen stands in the list's line at once. */
export function FilterMenu({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }) {
  const { t } = useTranslation();
  const face = useRef<HTMLButtonElement>(null);
  // Also where a key opened it and focus stood nowhere.
  const close = () => {
    setOpen(false);
    face.current?.focus();
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" width={280} shadow="md" trapFocus withRoles closeOnEscape={false}>
      <Popover.Target>
        <FilterFace ref={face} onClick={() => setOpen(!open)} />
      </Popover.Target>
      <Popover.Dropdown className="filters" onKeyDown={escaping(close)} aria-label={t("filter.title")}>
        {open ? <FilterForm close={close} /> : null}
      </Popover.Dropdown>
    </Popover>
  );
}

function FilterForm({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const rule = useFieldRule();
  const { name } = useScopeName();
  const { line, carried, nameOf, choicesOf, go } = useFilters();
  const offered = FILTERS.filter((op) => rule(HIDDEN_AS[op] ?? op) !== "hidden" && (op === "tag" || choicesOf(op).length > 0));
  const put = (op: Filter, value: string) => go(asking(line, op, value));
  return (
    <>
      {offered.map((op) => {
        const now = asked(line, op);
        if (op === "tag") return <TagChoice key={op} label={nameOf(op)} value={now} onChoose={(tag) => put(op, tag)} />;
        const choices = choicesOf(op);
        const kept = choices.find((one) => one.value.toLowerCase() === now.toLowerCase());
        const other = now && !kept ? [{ value: now, label: now }] : [];
        return (
          <Labelled key={op} label={nameOf(op)}>
            {(aria) => <Select {...aria} value={kept?.value ?? now} options={[{ value: "", label: t("filter.any") }, ...choices, ...other]} onChange={(value) => put(op, value)} />}
          </Labelled>
        );
      })}
      <label className="row">
        <input type="checkbox" checked={asksUnread(line)} onChange={(event) => go(askingUnread(line, event.target.checked))} />
        {t("filter.unread")}
      </label>
      {carried ? null : <p className="hint">{t("filter.fromOpen", { name })}</p>}
      <button type="button" className="btn" onClick={close}>{t("filter.done")}</button>
    </>
  );
}
