import { beforeAll, expect, test } from "vitest";

import { speak, startI18n } from "./index";
import { said, saidOrSame } from "./said";

beforeAll(() => startI18n("en"));

test("English stays as the server said it", () => {
  expect(said("Something new.")).toBe("Something new.");
});

test.each([
  ["between 1 and 300 characters", "1 至 300 个字符"],
  ["a solved ticket cannot be snoozed: open it first", "状态为已解决的工单不能延后，请先打开"],
  ["#7 waits for its children #8, #9 and 2 more: solve them, or send force", "#7 正在等待 #8, #9 等子工单，另有 2 条，请先解决它们"],
  ["24 hours have passed since the customer's last message. Answer on another channel.", "距客户上次来信已过 24 小时。请改用其他渠道回复。"],
  ["At that time it could not be sent: This inbox cannot send.", "届时将无法发送：该收件箱不能发送。"],
])("%s", async (english, chinese) => {
  await speak("zh-CN");
  expect(said(english)).toBe(chinese);
});

test("what nobody has put into Chinese is given as it is, or not at all", async () => {
  await speak("zh-CN");
  expect(said("Something new.")).toBeNull();
  expect(saidOrSame("Something new.")).toBe("Something new.");
});
