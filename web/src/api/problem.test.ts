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
  expect((await refused({ type: "/problems/invalid", detail: "subject: between 1 and 300 characters", field: "subject" })).message).toBe("主题：1 至 300 个字符");
  expect((await refused({ type: "/problems/cannot-reply", detail: "This inbox cannot send." })).message).toBe("该收件箱不能发送。");
  expect((await refused({ type: "/problems/not-found", detail: "there is no ticket 'x'" })).message).toBe("找不到该内容。");
  expect((await refused({ type: "/problems/of-tomorrow", detail: "Something new." })).message).toBe("Something new.");
});
