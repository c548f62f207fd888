import { IconAlertCircle } from "@tabler/icons-react";
import { useId, type ReactNode } from "react";

import { Glyph } from "./Glyph";

interface Aria {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
}

interface Props {
  label: string;
  hint?: string | undefined;
  fault?: string | undefined;
  children: (aria: Aria) => ReactNode;
}

/** A field with its label above, and below it the hint or what is wrong with it. */
export function Labelled({ label, hint, fault, children }: Props) {
  const id = useId();
  const told = fault ?? hint;
  return (
    <div className="labelled">
      <label className="label" htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": told ? `${id}-told` : undefined, "aria-invalid": fault ? true : undefined })}
      {fault ? (
        <p className="hint late-t" id={`${id}-told`} role="alert"><Glyph of={IconAlertCircle} size="s" />{fault}</p>
      ) : hint ? (
        <p className="hint" id={`${id}-told`}>{hint}</p>
      ) : null}
    </div>
  );
}
