import { channelIcon } from "./channels";
import { Glyph } from "./Glyph";

export function ChannelGlyph({ channel, size = "m" }: { channel: string; size?: "s" | "m" | "l" }) {
  return <Glyph of={channelIcon(channel)} size={size} />;
}
