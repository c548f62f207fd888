import {
  IconBrandWhatsapp,
  IconCamera,
  IconCode,
  IconDeviceMobile,
  IconForms,
  IconHash,
  IconMail,
  IconMessageDots,
  IconMessages,
  IconPhone,
  IconSend,
  IconStarHalf,
  IconWebhook,
  type TablerIcon,
} from "@tabler/icons-react";

/** Channels are told apart by shape. Keys are channel ids or their family; first match wins. */
const GLYPHS: readonly (readonly [RegExp, TablerIcon])[] = [
  [/mail/, IconMail],
  [/whatsapp/, IconBrandWhatsapp],
  [/wechat|wecom/, IconMessages],
  [/telegram/, IconSend],
  [/sms|^tel$/, IconDeviceMobile],
  [/webchat|chat/, IconMessageDots],
  [/voice|phone|call/, IconPhone],
  [/form/, IconForms],
  [/instagram|facebook|messenger|social/, IconCamera],
  [/slack|teams|discord|matrix/, IconHash],
  [/review/, IconStarHalf],
  [/webhook/, IconWebhook],
];

export function channelIcon(channel: string): TablerIcon {
  return GLYPHS.find(([pattern]) => pattern.test(channel))?.[1] ?? IconCode;
}

/** Channels whose messages are letters: shown as cards with a head, not as bubbles. */
export function isMail(channel: string): boolean {
  return /mail/.test(channel);
}
