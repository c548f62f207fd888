import { Menu } from "@mantine/core";
import { IconArrowsSort, IconArrowUp, IconChevronDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";

import type { Sort } from "../../api/calls";
import { pathOf } from "../../app/scope";
import { Choices } from "../../parts/Choices";
import { Glyph } from "../../parts/Glyph";
import { useStore } from "../../realtime/stores";
import { useInbox } from "../InboxContext";
import { BulkBar } from "./BulkBar";
import { selection } from "./selection";

const SORTS: readonly Sort[] = ["activity", "waiting", "created"];

function SortMenu() {
  const { t } = useTranslation();
  const { sort } = useInbox();
  const [, setSearch] = useSearchParams();
  return (
    <Menu position="bottom-start" width={200} shadow="md">
      <Menu.Target>
        <button type="button" className="sort">
          <Glyph of={IconArrowsSort} size="s" />
          <span className="sr">{t("list.sort")}</span>
          {t(`sort.${sort}`)}
          <Glyph of={IconChevronDown} size="s" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Choices
          label={t("list.sort")}
          value={sort}
          choices={SORTS.map((value) => ({ value, label: t(`sort.${value}`) }))}
          onChoose={(next) => setSearch({ sort: next })}
        />
      </Menu.Dropdown>
    </Menu>
  );
}

function SearchReach() {
  const { t } = useTranslation();
  const { scope } = useInbox();
  const navigate = useNavigate();
  if (scope.kind !== "search") return null;
  const wide = scope.key === "all";
  return (
    <label className="reach">
      <input type="checkbox" checked={wide} onChange={() => void navigate(pathOf({ ...scope, key: wide ? "open" : "all" }))} />
      {t("search.solvedToo")}
    </label>
  );
}

/** Order of the list, and the pill that says how much would change if it were brought up to date. */
export function ListTools() {
  const { t } = useTranslation();
  const { scope, list } = useInbox();
  const choosing = useStore(selection).ids.size > 0;
  if (choosing) return <BulkBar />;
  return (
    <div className="sub">
      {scope.kind === "search" ? <SearchReach /> : <SortMenu />}
      <span className="grow" />
      <span role="status" className="news">
        {list.news > 0 ? (
          <button type="button" className="pill" onClick={list.refresh} aria-keyshortcuts="u">
            <Glyph of={IconArrowUp} size="s" />
            {t("list.updated", { count: list.news })}
          </button>
        ) : null}
      </span>
    </div>
  );
}
