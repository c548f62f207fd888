import { useSyncExternalStore } from "react";

import type { TicketRow } from "../api/types";
import { onForget } from "../app/forget";
import type { Viewer } from "./frames";
import type { Connection } from "./LiveSocket";

/** A value outside React that components may watch. */
export class Store<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: T) {}

  readonly get = (): T => this.value;

  readonly set = (value: T): void => {
    this.value = value;
    this.listeners.forEach((listener) => listener());
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

export const useStore = <T,>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get);

/** Tickets that others changed since the list was last brought up to date, as they are now. */
export interface Update {
  row: TicketRow;
  /** Something was said or the waiting began or ended: the row would stand elsewhere. */
  moved: boolean;
  mine: boolean;
}

export const connection = new Store<Connection>({ phase: "connecting", since: null });
export const updates = new Store<ReadonlyMap<string, Update>>(new Map());
export const presence = new Store<ReadonlyMap<string, readonly Viewer[]>>(new Map());
export const typing = new Store<ReadonlyMap<string, string>>(new Map());

onForget(() => {
  updates.set(new Map());
  presence.set(new Map());
  typing.set(new Map());
});

export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V | null): ReadonlyMap<K, V> {
  const next = new Map(map);
  if (value === null) next.delete(key);
  else next.set(key, value);
  return next;
}
