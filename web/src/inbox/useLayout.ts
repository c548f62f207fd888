import { useMediaQuery } from "@mantine/hooks";
import { useCallback, useMemo, useState } from "react";

import { usePreference } from "../app/preferences";

export interface Layout {
  /** One pane at a time, with a tab bar. */
  phone: boolean;
  /** The rail is always there; else it is a drawer. */
  railInline: boolean;
  railOpen: boolean;
  setRailOpen: (open: boolean) => void;
  /** The panel stands beside the thread; else it is a sheet over it. */
  panelInline: boolean;
  panelOpen: boolean;
  togglePanel: () => void;
}

const now = { getInitialValueInEffect: false };

export function useLayout(): Layout {
  const phone = useMediaQuery("(max-width: 719.9px)", false, now);
  const railInline = useMediaQuery("(min-width: 1024px)", true, now);
  const wide = useMediaQuery("(min-width: 1280px)", true, now);
  const [wanted, want] = usePreference("panel");
  const [sheet, setSheet] = useState(false);
  const [railOpen, setRailOpen] = useState(false);

  const panelInline = wide && wanted === "open";
  const togglePanel = useCallback(() => {
    if (wide) want(wanted === "open" ? "closed" : "open");
    else setSheet((open) => !open);
  }, [wide, wanted, want]);

  return useMemo(
    () => ({ phone, railInline, railOpen, setRailOpen, panelInline, panelOpen: !wide && sheet, togglePanel }),
    [phone, railInline, railOpen, panelInline, wide, sheet, togglePanel],
  );
}
