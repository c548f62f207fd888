import {
  IconCircleCheck,
  IconCircleDashed,
  IconHourglass,
  IconInbox,
  IconLayoutGrid,
  IconStack2,
  type TablerIcon,
} from "@tabler/icons-react";

import type { ViewId } from "../../api/types";

export const VIEW_ICONS: Record<ViewId, TablerIcon> = {
  mine: IconInbox,
  unassigned: IconCircleDashed,
  waiting: IconHourglass,
  open: IconLayoutGrid,
  solved: IconCircleCheck,
  all: IconStack2,
};
