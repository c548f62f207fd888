import type { TablerIcon } from "@tabler/icons-react";

const SIZES = { xs: 12, s: 14, m: 16, l: 20, xl: 28 } as const;

interface Props {
  of: TablerIcon;
  size?: keyof typeof SIZES;
  className?: string;
}

/** A line glyph in the colour of its text. Decoration: the name stands beside it in words. */
export function Glyph({ of: Icon, size = "m", className }: Props) {
  return (
    <Icon
      size={SIZES[size]}
      stroke={1.75}
      className={className ? `glyph ${className}` : "glyph"}
      aria-hidden="true"
      focusable="false"
    />
  );
}
