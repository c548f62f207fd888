import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

import { color, elevation, font } from "./tokens.json";

const shades = (...steps: string[]): MantineColorsTuple => steps as unknown as MantineColorsTuple;
const { light } = color;

const ink = shades(
  light["accent-soft"], light["heat-1"], light["accent-line"], light["heat-2"], light["heat-3"],
  light["heat-4"], light.accent, light["accent-hover"], light["accent-text"], light["heat-5"],
);

export const theme = createTheme({
  fontFamily: font.sans,
  fontFamilyMonospace: font.mono,
  primaryColor: "ink",
  primaryShade: 6,
  colors: { ink },
  defaultRadius: 6,
  fontSizes: { xs: "11px", sm: "12px", md: "13px", lg: "14px", xl: "16px" },
  shadows: { md: elevation.light["2"], xl: elevation.light["3"] },
  focusRing: "auto",
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    // A nameless element to hold the first focus has no place in a menu: its first entry takes it.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
  },
});

/** Mantine's own variables point at ours, so one attribute on the root turns both themes over. */
export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {
    "--mantine-line-height": "1.5",
    "--mantine-color-body": "var(--bg-raised)",
    "--mantine-color-text": "var(--text)",
    "--mantine-color-dimmed": "var(--text-3)",
    "--mantine-color-placeholder": "var(--text-3)",
    "--mantine-color-error": "var(--danger-text)",
    "--mantine-color-anchor": "var(--text-link)",
    "--mantine-color-default": "var(--bg-raised)",
    "--mantine-color-default-hover": "var(--bg-hover)",
    "--mantine-color-default-color": "var(--text)",
    "--mantine-color-default-border": "var(--border)",
    "--mantine-primary-color-filled": "var(--accent)",
    "--mantine-primary-color-filled-hover": "var(--accent-hover)",
    "--mantine-shadow-md": "var(--shadow-2)",
    "--mantine-shadow-xl": "var(--shadow-3)",
  },
  light: { "--mantine-color-body": "var(--bg-raised)", "--mantine-color-text": "var(--text)" },
  dark: { "--mantine-color-body": "var(--bg-raised)", "--mantine-color-text": "var(--text)" },
});
