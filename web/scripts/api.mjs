// Writes src/api/schema.d.ts from the OpenAPI document: `npm run api -- <file or address>`.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const source = process.argv[2] ?? `${process.env.PARLEY_DEV_API ?? "http://127.0.0.1:8080"}/api/v1/openapi.json`;
const read = async () =>
  /^https?:/.test(source) ? (await fetch(source)).text() : readFileSync(source === "-" ? 0 : source, "utf8");

const ast = await openapiTS(await read());
const head = "/** Shapes of `/api/v1`, made from its OpenAPI document by `npm run api`. */\n";
const text = head + astToString(ast);
if (process.argv[3] === "--print") process.stdout.write(text);
else writeFileSync(new URL("../src/api/schema.d.ts", import.meta.url), text);
