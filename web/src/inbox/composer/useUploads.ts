import { useCallback, useRef, useState } from "react";

import { upload } from "../../api/calls";
import { Problem } from "../../api/problem";

export interface Attachment {
  key: number;
  name: string;
  size: number;
  mediaType: string;
  /** 0 to 1; done when `id` is there. */
  progress: number;
  id: string | null;
  fault: string | null;
}

let serial = 0;

/** Files on their way up; each has its own progress and its own fault. */
export function useUploads() {
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const aborts = useRef(new Map<number, AbortController>());

  const patch = useCallback((key: number, change: Partial<Attachment>) => {
    setFiles((all) => all.map((one) => (one.key === key ? { ...one, ...change } : one)));
  }, []);

  const add = useCallback(
    (file: File, fault: string | null = null) => {
      serial += 1;
      const key = serial;
      const abort = new AbortController();
      aborts.current.set(key, abort);
      setFiles((all) => [...all, { key, name: file.name, size: file.size, mediaType: file.type, progress: 0, id: null, fault }]);
      if (fault) return;
      upload(file, (progress) => patch(key, { progress }), abort.signal).then(
        (done) => patch(key, { id: done.id, progress: 1 }),
        (error: unknown) => patch(key, { fault: error instanceof Problem ? error.message : String(error) }),
      );
    },
    [patch],
  );

  const remove = useCallback((key: number) => {
    aborts.current.get(key)?.abort();
    setFiles((all) => all.filter((one) => one.key !== key));
  }, []);

  const clear = useCallback(() => setFiles([]), []);
  const busy = files.some((one) => one.id === null && one.fault === null);
  const ids = files.flatMap((one) => (one.id ? [one.id] : []));
  return { files, add, remove, clear, busy, ids };
}
