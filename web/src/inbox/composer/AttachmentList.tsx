import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useFormat } from "../../i18n/format";
import { Glyph } from "../../parts/Glyph";
import { fileIcon } from "../thread/Files";
import type { Attachment, useUploads } from "./useUploads";

function Item({ file, remove }: { file: Attachment; remove: (key: number) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const going = file.id === null && file.fault === null;
  return (
    <li className={file.fault ? "file late-t" : "file"}>
      <Glyph of={fileIcon(file.mediaType)} size="s" />
      <span className="cut">
        {file.name} <span className="meta">{file.fault ?? format.bytes(file.size)}</span>
      </span>
      {going ? <progress value={file.progress} aria-label={t("composer.uploading", { name: file.name })} /> : null}
      <button type="button" aria-label={t("composer.removeFile", { name: file.name })} onClick={() => remove(file.key)}>
        <Glyph of={IconX} size="s" />
      </button>
    </li>
  );
}

export function AttachmentList({ uploads }: { uploads: ReturnType<typeof useUploads> }) {
  const { t } = useTranslation();
  if (uploads.files.length === 0) return null;
  return (
    <ul className="att" aria-label={t("composer.files")}>
      {uploads.files.map((file) => <Item key={file.key} file={file} remove={uploads.remove} />)}
    </ul>
  );
}
