import type { Condition, ViewField } from "../api/types";

export type Op = Condition["op"];

/** A moment by its distance from now: the last days, what is older, the days to come. */
export type Way = "last" | "older" | "next";

const DAY_H = 24;
const OPS: readonly Op[] = ["one_of", "none_of", "contains", "between", "around", "dated", "is", "is_set"];

/** What may be asked of a field, as far as this page can ask it; the most usual first. */
export const opsOf = (field: ViewField): Op[] => OPS.filter((op) => field.ops.includes(op));

const BLANK: { [K in Op]: (field: string) => Extract<Condition, { op: K }> } = {
  one_of: (field) => ({ op: "one_of", field, values: [] }),
  none_of: (field) => ({ op: "none_of", field, values: [] }),
  contains: (field) => ({ op: "contains", field, text: "" }),
  between: (field) => ({ op: "between", field, least: null, most: null }),
  around: (field) => ({ op: "around", field, from_h: -7 * DAY_H, to_h: null }),
  dated: (field) => ({ op: "dated", field, since: null, until: null }),
  is: (field) => ({ op: "is", field, value: true }),
  is_set: (field) => ({ op: "is_set", field, value: true }),
};

/** A condition that asks `op` of `field`; values of one kind of list go over to the other. */
export function asking(field: string, op: Op, before?: Condition): Condition {
  const fresh = BLANK[op](field);
  const keeps = before && "values" in before && "values" in fresh && before.field === field;
  return keeps ? { ...fresh, values: before.values } : fresh;
}

/** Whether enough is filled in for the server to ask it. */
export function isComplete(condition: Condition): boolean {
  switch (condition.op) {
    case "one_of":
    case "none_of":
      return condition.values.length > 0;
    case "contains":
      return condition.text.trim() !== "";
    case "between":
      return condition.least !== null || condition.most !== null;
    case "dated":
      return condition.since !== null || condition.until !== null;
    default:
      return true;
  }
}

type Around = Extract<Condition, { op: "around" }>;

export function aroundOf({ from_h: from, to_h: to }: Around): { way: Way; days: number } {
  if (from == null) return { way: "older", days: Math.round(-(to ?? 0) / DAY_H) };
  return from < 0 ? { way: "last", days: Math.round(-from / DAY_H) } : { way: "next", days: Math.round((to ?? 0) / DAY_H) };
}

export function around(field: string, way: Way, days: number): Around {
  const hours = days * DAY_H;
  if (way === "older") return { op: "around", field, from_h: null, to_h: -hours };
  return way === "last" ? { op: "around", field, from_h: -hours, to_h: null } : { op: "around", field, from_h: 0, to_h: hours };
}
