import i18next from "i18next";

type Kind = keyof typeof import("../i18n/en.json")["problem"];

/** The server speaks English; in another language the kind of refusal is said first, in the agent's own. */
function told(type: string, detail: string): string {
  const kind = type.split("/").at(-1) ?? "";
  const english = !i18next.isInitialized || i18next.language.startsWith("en");
  if (!i18next.exists(`problem.${kind}`) || (english && detail)) return detail;
  const words = i18next.t(`problem.${kind as Kind}`);
  return detail ? i18next.t("problemWith", { words, detail }) : words;
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
    super(told(type, detail) || title);
  }

  /** Nothing answered: the network or the server is away, and asking again may help. */
  get silent(): boolean {
    return this.status === 0;
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

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
