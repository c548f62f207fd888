import { Popover } from "@mantine/core";
import { IconRoute } from "@tabler/icons-react";
import { Suspense, useEffect, useId, useLayoutEffect, useState, type ReactNode, type Ref, type RefCallback } from "react";
import { useTranslation } from "react-i18next";

import { usePortal } from "../../parts/Dialog";
import { IconButton } from "../../parts/IconButton";
import { escaping } from "../escaping";

/** Stands for a button that is there already. */
function Standing({ button, ref }: { button: HTMLElement; ref?: Ref<HTMLElement> }) {
  useLayoutEffect(() => {
    const tell = ref as RefCallback<HTMLElement> | undefined;
    tell?.(button);
    return () => void tell?.(null);
  }, [button, ref]);
  return null;
}

interface Props {
  id: string;
  button: HTMLElement;
  open: boolean;
  setOpen: (open: boolean) => void;
  question: string;
  children: ReactNode;
}

function Answer({ id, button, open, setOpen, question, children }: Props) {
  const { t } = useTranslation();
  const portal = usePortal();
  // It opens when it is there: only then does it see where the focus came from.
  const [there, setThere] = useState(false);
  useEffect(() => setThere(true), []);
  return (
    <Popover id={id} opened={open && there} onChange={setOpen} position="bottom-end" shadow="md" withRoles trapFocus returnFocus closeOnEscape={false} width={280} portalProps={portal}>
      <Popover.Target>
        <Standing button={button} />
      </Popover.Target>
      <Popover.Dropdown className="check-box" onKeyDown={escaping(() => setOpen(false))} aria-label={question}>
        <div className="why-text" tabIndex={-1} data-autofocus>
          {open ? <Suspense fallback={<p className="meta">{t("why.looking")}</p>}>{children}</Suspense> : null}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

/** A question beside what it asks about; its answer opens there. A hundred messages have the question, few the answer. */
export function WhyBox({ question, children }: { question: string; children: ReactNode }) {
  const id = useId();
  const [button, setButton] = useState<HTMLElement | null>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton
        icon={IconRoute}
        label={question}
        className="tiny why"
        id={id}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={open ? `${id}-dropdown` : undefined}
        onClick={(event) => {
          setButton(event.currentTarget);
          setOpen(!open);
        }}
      />
      {button ? <Answer id={id} button={button} open={open} setOpen={setOpen} question={question}>{children}</Answer> : null}
    </>
  );
}
