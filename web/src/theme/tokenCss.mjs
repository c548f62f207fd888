/** The stylesheet of custom properties that `tokens.json` stands for. */
export function cssOf(tokens) {
  const block = (selector, scheme) => {
    const colors = Object.entries(tokens.color[scheme]).map(([k, v]) => `  --${k}: ${v};`);
    const shadows = Object.entries(tokens.elevation[scheme]).map(([k, v]) => `  --shadow-${k}: ${v};`);
    return [`${selector} {`, `  color-scheme: ${scheme};`, ...colors, ...shadows, "}"].join("\n");
  };
  const type = (lang) =>
    Object.entries(tokens.type).map(([k, t]) =>
      lang === "zh" ? `  --${k}: ${t.zhSize}px/${t.zhLine}px;` : `  --${k}: ${t.size}px/${t.line}px;`,
    );
  const shared = [
    ":root {",
    `  --sans: ${tokens.font.sans};`,
    `  --mono: ${tokens.font.mono};`,
    `  --fast: ${tokens.motion.fast};`,
    `  --base: ${tokens.motion.base};`,
    `  --slow: ${tokens.motion.slow};`,
    `  --ease: ${tokens.motion.ease};`,
    ...type("en"),
    "}",
    ":lang(zh) {",
    ...type("zh"),
    "}",
  ].join("\n");
  return [
    "/* Made from tokens.json by `npm run tokens`. */",
    shared,
    block(":root", "light"),
    block('[data-mantine-color-scheme="dark"]', "dark"),
    "",
  ].join("\n");
}
