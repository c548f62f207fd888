import { IconFileText, IconMicrophone, IconPhoto, IconVideo, type TablerIcon } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Message, MessageFile } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { isMail } from "../../parts/channels";
import { Glyph } from "../../parts/Glyph";
import { Lightbox } from "./Lightbox";

const ICONS: readonly (readonly [RegExp, TablerIcon])[] = [
  [/^image\//, IconPhoto],
  [/^audio\//, IconMicrophone],
  [/^video\//, IconVideo],
];
/** What the server serves to be shown in place; an SVG may carry script and stays a file. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const PLAYED = /^(audio|video)\//;

export function fileIcon(mediaType: string): TablerIcon {
  return ICONS.find(([kind]) => kind.test(mediaType))?.[1] ?? IconFileText;
}

function FileChip({ file }: { file: MessageFile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const inner = (
    <>
      <span className="thumb"><Glyph of={fileIcon(file.media_type)} /></span>
      <span className="cut">
        <span className="cut block">{file.name}</span>
        <span className="meta">{file.state === "stored" ? format.bytes(file.size) : t(`file.${file.state}`)}</span>
      </span>
    </>
  );
  if (file.state !== "stored") return <span className="file">{inner}</span>;
  return <a className="file" href={file.url} target="_blank" rel="noreferrer" download={file.name}>{inner}</a>;
}

/** The picture itself, small; a chip where its bytes are no picture after all. */
function Picture({ file, open }: { file: MessageFile; open: () => void }) {
  const { t } = useTranslation();
  // First the small picture, then the whole file: not every one has a small one.
  const [tries, setTries] = useState(0);
  if (tries > 1) return <FileChip file={file} />;
  return (
    <button type="button" className="photo" title={file.name} aria-label={t("lightbox.open", { name: file.name })} onClick={open}>
      <img src={tries === 0 ? `${file.url}/thumbnail` : file.url} alt={file.name} loading="lazy" decoding="async" onError={() => setTries(tries + 1)} />
    </button>
  );
}

/** Heard or seen in its place; a chip where this browser cannot. Nothing is fetched before somebody presses play. */
function Recording({ file }: { file: MessageFile }) {
  const { t } = useTranslation();
  const [broken, setBroken] = useState(false);
  if (broken) return <FileChip file={file} />;
  const label = t(file.media_type.startsWith("audio/") ? "file.audio" : "file.video", { name: file.name });
  const shared = { src: file.url, controls: true, "aria-label": label, onError: () => setBroken(true) };
  if (file.media_type.startsWith("audio/")) return <audio {...shared} className="recording" preload="metadata" />;
  return <video {...shared} className="recording" preload="metadata" playsInline />;
}

/** What came along: pictures as pictures, recordings with their controls, everything else as a named chip. */
export function Files({ message }: { message: Message }) {
  const [shown, show] = useState<string | null>(null);
  const files = message.files.filter((file) => !file.inline);
  if (files.length === 0 || message.deleted_at) return null;
  const chat = !isMail(message.channel) && message.direction !== "note";
  const stored = (file: MessageFile) => file.state === "stored";
  const pictures = files.filter((file) => stored(file) && PICTURES.has(file.media_type));
  return (
    <div className={chat ? "files chat" : "files"}>
      {files.map((file) => {
        if (pictures.includes(file)) return <Picture key={file.id} file={file} open={() => show(file.id)} />;
        if (stored(file) && PLAYED.test(file.media_type)) return <Recording key={file.id} file={file} />;
        return <FileChip key={file.id} file={file} />;
      })}
      <Lightbox pictures={pictures} shown={shown} onShow={show} />
    </div>
  );
}
