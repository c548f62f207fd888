import { useQuery } from "@tanstack/react-query";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { findAssets, findContacts, readAsset, readContact } from "../../api/work";
import { FindField, type Found } from "../../parts/FindField";
import { IconButton } from "../../parts/IconButton";

interface Source {
  find: (q: string, signal: AbortSignal) => Promise<Found[]>;
  read: (id: string, signal: AbortSignal) => Promise<Found>;
}

type Contact = Awaited<ReturnType<typeof readContact>>;
type Asset = Awaited<ReturnType<typeof readAsset>>;
const person = ({ id, name, points }: Contact): Found => ({ id, label: name || points[0]?.display || id, hint: points.map((one) => one.display).filter(Boolean).join(" · ") });
const thing = ({ id, name, serial }: Asset): Found => ({ id, label: name || serial, hint: name ? serial : "" });

const SOURCES = {
  contact: { find: async (q, signal) => (await findContacts(q, signal)).items.map(person), read: async (id, signal) => person(await readContact(id, signal)) },
  asset: { find: async (q, signal) => (await findAssets(q, signal)).items.map(thing), read: async (id, signal) => thing(await readAsset(id, signal)) },
} satisfies Record<string, Source>;

interface Props {
  kind: keyof typeof SOURCES;
  name: string;
  value: string;
  locked?: boolean;
  onChange?: (id: string | null) => void;
}

/** A person or a thing that a field names: read by its name, found by words, taken out again. */
export function Picker({ kind, name, value, locked, onChange }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const source: Source = SOURCES[kind];
  const { data } = useQuery({ queryKey: ["named", kind, value], queryFn: ({ signal }) => source.read(value, signal), enabled: value !== "", staleTime: 60_000 });
  if (locked || value) {
    return (
      <span className="row picked">
        <span className="cut grow" title={data?.hint || undefined}>{value ? (data?.label ?? value) : t("field.none")}</span>
        {locked ? null : <IconButton icon={IconX} className="tiny" label={t("field.takeOut", { name })} onClick={() => onChange?.(null)} />}
      </span>
    );
  }
  return <FindField label={name} name={kind} value={text} onChange={setText} find={source.find} onPick={(one) => onChange?.(one.id)} onEscape={() => setText("")} />;
}
