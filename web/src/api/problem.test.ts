import { beforeAll, expect, test } from "vitest";

import { speak, startI18n } from "../i18n";
import { problemOf } from "./problem";

const refused = (body: object) => problemOf(new Response(JSON.stringify(body), { status: 422 }));

beforeAll(() => startI18n("en"));

test("English gives the server's own words, or those for its kind", async () => {
  expect((await refused({ type: "/problems/cannot-reply", detail: "The window is closed." })).message).toBe("The window is closed.");
  expect((await refused({ type: "/problems/cannot-reply" })).message).toBe("This cannot be sent.");
});

test("Chinese says the kind first and keeps what the server said", async () => {
  await speak("zh-CN");
  expect((await refused({ type: "/problems/cannot-reply", detail: "The window is closed." })).message).toBe("无法发送。（The window is closed.）");
  expect((await refused({ type: "/problems/of-tomorrow", detail: "Something new." })).message).toBe("Something new.");
});
