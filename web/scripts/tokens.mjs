// Writes src/theme/tokens.css from src/theme/tokens.json; a test fails when the two differ.
import { readFileSync, writeFileSync } from "node:fs";
import { cssOf } from "../src/theme/tokenCss.mjs";

const root = new URL("../src/theme/", import.meta.url);
const tokens = JSON.parse(readFileSync(new URL("tokens.json", root), "utf8"));
writeFileSync(new URL("tokens.css", root), cssOf(tokens));
