import { createContext, use, useEffect, useState, type ReactNode } from "react";

import "./dialog.css";

interface Props {
  open: boolean;
  onClose: () => void;
  label: string;
  /** "middle" floats, "high" hangs below the head; "left" and "right" are sheets along that edge. */
  side: "middle" | "high" | "left" | "right";
  children: ReactNode;
}

const DialogContext = createContext<HTMLElement | null>(null);

/** Where menus must hang to stand above the page: inside the dialog that is open around them. */
export function usePortal(): { target: HTMLElement } | undefined {
  const target = use(DialogContext);
  return target ? { target } : undefined;
}

/** What has the focus now; of an entry of a menu, which goes away, the button that opened the menu. */
function opener(): HTMLElement | null {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || active === document.body) return null;
  const menu = active.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return (menu ? document.getElementById(menu) : null) ?? active;
}

/** The browser's own modal dialog: it traps focus and closes on Escape; focus goes back to what opened it. */
export function Dialog({ open, onClose, label, side, children }: Props) {
  const [element, setElement] = useState<HTMLDialogElement | null>(null);
  useEffect(() => {
    if (!open || !element || element.open) return undefined;
    const before = opener();
    element.showModal();
    // The first field stands after the head's buttons, where the browser would begin.
    element.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      // A dialog that is taken away, not closed, leaves the focus nowhere.
      if (document.activeElement === document.body) before?.focus();
    };
  }, [open, element]);
  if (!open) return null;
  return (
    <dialog
      ref={setElement}
      className={`dialog ${side}`}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === element) onClose();
      }}
    >
      <DialogContext value={element}>
        <div className="dialog-box">{children}</div>
      </DialogContext>
    </dialog>
  );
}
