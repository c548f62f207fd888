import type tokens from "./tokens.json";
export function cssOf(value: typeof tokens): string;
