import i18next from "i18next";

import { said } from "../i18n/said";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

type Kind = keyof typeof import("../i18n/en.json")["problem"];

type Field = keyof typeof import("../i18n/en.json")["field"]["name"];

/** Kinds whose own words say all that can be said. */
const PLAIN = new Set(["busy", "credentials", "csrf", "in-progress", "internal", "key-reused", "last-admin", "new-message", "not-allowed", "not-found", "not-logged-in", "rate", "stale", "store-down", "too-late", "too-large", "unknown-inbox", "upgrade-required"]);

/** A reason in the agent's language, with the field that it speaks of; null where it has no words. */
function reason(detail: string, field: string): string | null {
  const bare = field && detail.startsWith(`${field}: `) ? detail.slice(field.length + 2) : detail;
  const words = said(bare);
  const named = words !== null && bare !== detail && i18next.exists(`field.name.${field}`);
  return named ? i18next.t("filter.chip", { field: i18next.t(`field.name.${field as Field}`), value: words }) : words;
}

/** The server speaks English. In another language its sentence is given in the agent's own; where that is not known the kind of refusal is said first. */
function told(type: string, detail: string, field: string): string {
  const kind = type.split("/").at(-1) ?? "";
  const english = !i18next.isInitialized || i18next.language.startsWith("en");
  if (english && detail) return detail;
  const known = detail && !PLAIN.has(kind) ? reason(detail, field) : null;
  if (known !== null || !i18next.exists(`problem.${kind}`)) return known ?? detail;
  const words = i18next.t(`problem.${kind as Kind}`);
  return detail && !PLAIN.has(kind) ? i18next.t("problemWith", { words, detail }) : words;
}

/** An answer of the server that is not the one hoped for (RFC 9457), or silence (`status` 0). */
export class Problem extends Error {
  override name = "Problem";

  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly type: string,
    readonly requestId: string | null,
    readonly extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(told(type, detail, text(extra.field)) || title);
  }

  /** Nothing answered: the network or the server is away, and asking again may help. */
  get silent(): boolean {
    return this.status === 0;
  }
}

async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const body = await bodyOf(response);
  return new Problem(
    response.status,
    text(body.title) || response.statusText || String(response.status),
    text(body.detail),
    text(body.type),
    text(body.request_id) || response.headers.get("X-Request-Id"),
    body,
  );
}

export const isProblem = (error: unknown, status: number): error is Problem =>
  error instanceof Problem && error.status === status;
