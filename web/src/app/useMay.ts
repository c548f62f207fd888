import { useSignedIn } from "../api/SessionContext";

/** Whether the agent's role holds a permission: what it does not hold is not offered. */
export function useMay(): (permission: string) => boolean {
  const session = useSignedIn();
  return (permission) => session?.permissions.includes(permission) ?? false;
}

export type FieldRule = "hidden" | "masked" | "read_only";

/** Whether a ticket's field is not shown, or shown and not changed; null where it may be changed. */
export function useFieldHold(): (field: string) => "hidden" | "locked" | null {
  const may = useMay();
  const rule = useFieldRule();
  return (field) => {
    const held = rule(field);
    if (held === "hidden") return held;
    return held !== null || !may("change") ? "locked" : null;
  };
}

/** What the agent's role may do to a field; null where nothing holds it back. */
export function useFieldRule(): (field: string) => FieldRule | null {
  const session = useSignedIn();
  return (field) => session?.fields[field] ?? null;
}
