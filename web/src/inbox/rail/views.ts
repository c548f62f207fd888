import {
  IconAt,
  IconCircleCheck,
  IconCircleDashed,
  IconClockHour4,
  IconClockPause,
  IconHourglass,
  IconInbox,
  IconLayoutGrid,
  IconPlayerPause,
  IconStack2,
  type TablerIcon,
} from "@tabler/icons-react";

import type { ViewId } from "../../api/types";

export const VIEW_ICONS: Record<ViewId, TablerIcon> = {
  mine: IconInbox,
  unassigned: IconCircleDashed,
  mentions: IconAt,
  waiting: IconHourglass,
  longest: IconClockHour4,
  held: IconPlayerPause,
  snoozed: IconClockPause,
  open: IconLayoutGrid,
  solved: IconCircleCheck,
  all: IconStack2,
};
