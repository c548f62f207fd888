import { IconPhoto } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { htmlUrl } from "../../api/calls";
import type { Message } from "../../api/types";
import { Glyph } from "../../parts/Glyph";

const START_PX = 320;
const MOST_PX = 4_000;
/** What a body keeps from the edge of its page. */
const MARGIN_PX = 24;

/**
 * The mail as its sender laid it out, on a white ground, in a frame that runs no script. Same origin is granted only so
 * that its height can be read; without allow-scripts nothing inside can use it.
 */
export function HtmlMail({ message }: { message: Message }) {
  const { t } = useTranslation();
  const [images, setImages] = useState(false);
  const [height, setHeight] = useState(START_PX);
  const frame = useRef<HTMLIFrameElement>(null);
  const fit = () => {
    const body = frame.current?.contentDocument?.body;
    if (body) setHeight(Math.min(body.scrollHeight + MARGIN_PX, MOST_PX));
  };
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
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        referrerPolicy="no-referrer"
        src={htmlUrl(message.id, images)}
        style={{ height }}
        onLoad={fit}
      />
    </>
  );
}
