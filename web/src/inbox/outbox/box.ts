import type { ReplyBody } from "../../api/types";

/** A reply or note that waits for the connection. `key` is its idempotency key: it is sent once, however often tried. */
export interface Waiting {
  key: string;
  agent: string;
  ticket: string;
  name: string;
  at: number;
  /** Null for a note. */
  reply: ReplyBody | null;
  text: string;
  /** Colleagues whom a note calls. */
  mentions: string[];
  /** It may have arrived already: until the server has said so, it can be neither changed nor dropped. */
  tried: boolean;
  /** Why the server did not take it; "" while it waits. */
  refused: string;
}

/** Where waiting ones are kept, so that a reload or a crash loses none. */
export interface Box {
  all: () => Promise<Waiting[]>;
  put: (one: Waiting) => Promise<void>;
  drop: (key: string) => Promise<void>;
}

const NAME = "parley";
const STORE = "outbox";

const settled = <T,>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB"));
  });

/** The browser's own database; throws where it has none. */
export function browserBox(): Box {
  let opened: Promise<IDBDatabase> | null = null;
  const open = (): Promise<IDBDatabase> => {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error("IndexedDB"));
    });
    return opened;
  };
  const within = async <T,>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
    settled(work((await open()).transaction(STORE, mode, { durability: "strict" }).objectStore(STORE)));
  return {
    all: () => within("readonly", (store) => store.getAll() as IDBRequest<Waiting[]>),
    put: async (one) => void (await within("readwrite", (store) => store.put(one))),
    drop: async (key) => void (await within("readwrite", (store) => store.delete(key))),
  };
}
