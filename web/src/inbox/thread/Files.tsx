import { IconFileText, IconMicrophone, IconPhoto, IconVideo, type TablerIcon } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Message, MessageFile } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { isMail } from "../../parts/channels";
import { Glyph } from "../../parts/Glyph";

const ICONS: readonly (readonly [RegExp, TablerIcon])[] = [
  [/^image\//, IconPhoto],
  [/^audio\//, IconMicrophone],
  [/^video\//, IconVideo],
];
/** What the server serves to be shown in place; an SVG may carry script and stays a file. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

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
function Picture({ file }: { file: MessageFile }) {
  const [broken, setBroken] = useState(false);
  if (broken) return <FileChip file={file} />;
  return (
    <a className="photo" href={file.url} target="_blank" rel="noreferrer" title={file.name}>
      <img src={file.url} alt={file.name} loading="lazy" onError={() => setBroken(true)} />
    </a>
  );
}

/** What came along: stored pictures as pictures, everything else as a named chip. */
export function Files({ message }: { message: Message }) {
  const files = message.files.filter((file) => !file.inline);
  if (files.length === 0 || message.deleted_at) return null;
  const chat = !isMail(message.channel) && message.direction !== "note";
  return (
    <div className={chat ? "files chat" : "files"}>
      {files.map((file) =>
        file.state === "stored" && PICTURES.has(file.media_type) ? (
          <Picture key={file.id} file={file} />
        ) : (
          <FileChip key={file.id} file={file} />
        ),
      )}
    </div>
  );
}
