import { IconBell, IconKeyboard, IconUser, type TablerIcon } from "@tabler/icons-react";
import type { ComponentType } from "react";

import { KeysSection } from "./KeysSection";
import { NoticesSection } from "./NoticesSection";
import { ProfileSection } from "./ProfileSection";

export type SectionId = "profile" | "notices" | "keys";

interface Section {
  id: SectionId;
  icon: TablerIcon;
  Body: ComponentType;
}

const OWN: readonly Section[] = [
  { id: "profile", icon: IconUser, Body: ProfileSection },
  { id: "notices", icon: IconBell, Body: NoticesSection },
  { id: "keys", icon: IconKeyboard, Body: KeysSection },
];

/** The sections that this agent may open. */
export const useSections = (): readonly Section[] => OWN;
