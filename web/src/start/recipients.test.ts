import { expect, test } from "vitest";

import type { Schemas } from "../api/types";
import { recipientsOf } from "./recipients";

const point = (family: string, value: string, blocked = false) => ({ key: `${family}:${value}`, family, value, display: value, verified: true, blocked });
const lena = { name: "Lena Brandt", points: [point("mailto", "lena@halden.example"), point("tel", "+4915112345678"), point("mailto", "old@halden.example", true)] } as Schemas["ContactCard"];

test.each([["email", ["lena@halden.example"]], ["twilio_sms", ["+4915112345678"]], ["whatsapp", ["+4915112345678"]], ["telegram", []]])("from %s only what it reaches is offered", (channel, addresses) => {
  expect(recipientsOf([lena], channel).map((one) => one.address)).toEqual(addresses);
});
