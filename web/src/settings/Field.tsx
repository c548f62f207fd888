import type { ReactNode } from "react";

interface Props {
  label: string;
  hint?: string;
  /** The id of the one control inside; without it the group names itself. */
  control?: string;
  children: ReactNode;
}

/** A setting: what it is at the left, its control at the right, below each other where it is narrow. */
export function Field({ label, hint, control, children }: Props) {
  return (
    <div className="setting">
      <div>
        {control ? <label htmlFor={control} className="label">{label}</label> : <span className="label">{label}</span>}
        {hint ? <p className="hint">{hint}</p> : null}
      </div>
      <div>{children}</div>
    </div>
  );
}
