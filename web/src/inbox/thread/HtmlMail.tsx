import { IconPhoto } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { htmlUrl } from "../../api/calls";
import type { Message } from "../../api/types";
import { Glyph } from "../../parts/Glyph";
import { useHtmlHeight } from "./useHtmlHeight";

/** The mail as its sender laid it out, on a white ground, in a frame without scripts and without an origin. */
export function HtmlMail({ message }: { message: Message }) {
  const { t } = useTranslation();
  const [images, setImages] = useState(false);
  const frame = useRef<HTMLIFrameElement>(null);
  const height = useHtmlHeight(message.id, frame);
  return (
    <>
      {message.remote_content && !images ? (
        <div className="notice images">
          <Glyph of={IconPhoto} />
          <span className="grow">{t("thread.imagesOff")}</span>
          <button type="button" className="btn sm" onClick={() => setImages(true)}>{t("thread.showImages")}</button>
        </div>
      ) : null}
      <iframe
        ref={frame}
        className="html-mail"
        title={t("thread.htmlOf", { who: message.author.name })}
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        referrerPolicy="no-referrer"
        src={htmlUrl(message.id, images)}
        style={{ height }}
      />
    </>
  );
}
