import { createContext, startTransition, use, useEffect, useState } from "react";

/** Whether what one came for is on screen: what is pressed later (menus, the code of the thread) comes after it. */
export const ShownContext = createContext(true);

export const useShown = (): boolean => use(ShownContext);

/** True from some time after `there` was true for the first time, and for good. */
export function useOnceShown(there: boolean): boolean {
  const [shown, show] = useState(false);
  useEffect(() => {
    if (there) startTransition(() => show(true));
  }, [there]);
  return shown;
}
