/** A name kept by language, in the reader's: "zh-CN" finds "zh", and whoever has neither reads the first. */
export function nameIn(names: Readonly<Record<string, string>> | undefined, language: string): string {
  if (!names) return "";
  return names[language] ?? names[language.split("-")[0] ?? ""] ?? names.en ?? Object.values(names)[0] ?? "";
}
