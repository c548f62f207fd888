import { Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { Sort } from "../../api/calls";
import { pathOf } from "../../app/scope";
import { Choices } from "../../parts/Choices";
import { useInbox } from "../InboxContext";
import { SortFace } from "./SortFace";

const SORTS: readonly Sort[] = ["activity", "waiting", "created"];

export function SortMenu({ asked }: { asked: boolean }) {
  const { t } = useTranslation();
  const { scope, ticket, sort } = useInbox();
  const navigate = useNavigate();
  return (
    <Menu defaultOpened={asked} position="bottom-start" width={200} shadow="md">
      <Menu.Target>
        <SortFace />
      </Menu.Target>
      <Menu.Dropdown>
        <Choices
          label={t("list.sort")}
          value={sort}
          choices={SORTS.map((value) => ({ value, label: t(`sort.${value}`) }))}
          onChoose={(next) => void navigate(pathOf(scope, ticket, next))}
        />
      </Menu.Dropdown>
    </Menu>
  );
}
