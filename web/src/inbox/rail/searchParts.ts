/** What is being typed at the end of the line; a quoted value with spaces is one part. */
export const lastPart = (line: string): string => /(?:[^\s"“]+(?:["“][^"”]*)?|["“][^"”]*)$/u.exec(line)?.[0] ?? "";
