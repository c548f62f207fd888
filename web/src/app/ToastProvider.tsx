import { createContext, use, useCallback, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Toast, type ToastMessage } from "../parts/Toast";

type Show = (message: Omit<ToastMessage, "key">) => void;

const ToastContext = createContext<Show>(() => undefined);

export const useToast = (): Show => use(ToastContext);

/** One line at the foot of the page at a time: a newer one takes the place of the older. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [message, setMessage] = useState<ToastMessage | null>(null);
  const count = useRef(0);

  const show = useCallback<Show>((next) => {
    count.current += 1;
    setMessage({ ...next, key: count.current });
  }, []);
  const hide = useMemo(() => () => setMessage(null), []);

  return (
    <ToastContext value={show}>
      {children}
      <div className="toasts" role="status" aria-live="polite" aria-label={t("toast.region")}>
        {message ? <Toast key={message.key} message={message} hide={hide} /> : null}
      </div>
    </ToastContext>
  );
}
