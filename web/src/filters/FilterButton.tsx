import { lazy, Suspense, useState } from "react";

import { useCommand } from "../keys/useCommand";
import { FilterFace } from "./FilterFace";

// Comes after the list is on screen.
const FilterMenu = lazy(() => import("./FilterMenu").then((module) => ({ default: module.FilterMenu })));

/** Opens what the list can be narrowed by. */
export function FilterButton() {
  const [open, setOpen] = useState(false);
  useCommand("filter", () => setOpen(true));
  return (
    <Suspense fallback={<FilterFace onClick={() => setOpen(true)} />}>
      <FilterMenu open={open} setOpen={setOpen} />
    </Suspense>
  );
}
