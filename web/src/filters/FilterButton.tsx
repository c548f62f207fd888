import { lazy, Suspense, useState } from "react";

import { useShown } from "../app/ShownContext";
import { useCommand } from "../keys/useCommand";
import { FilterFace } from "./FilterFace";

// Comes after the list is on screen.
const FilterMenu = lazy(() => import("./FilterMenu").then((module) => ({ default: module.FilterMenu })));

/** Opens what the list can be narrowed by. */
export function FilterButton() {
  const [open, setOpen] = useState(false);
  useCommand("filter", () => setOpen(true));
  const face = <FilterFace onClick={() => setOpen(true)} />;
  if (!useShown() && !open) return face;
  return (
    <Suspense fallback={face}>
      <FilterMenu open={open} setOpen={setOpen} />
    </Suspense>
  );
}
