import { useDeferredValue } from "react";

/** False in the first render, true in one that waits until that is painted and gives way to keys. */
export const useAfterPaint = (): boolean => useDeferredValue(true, false);
