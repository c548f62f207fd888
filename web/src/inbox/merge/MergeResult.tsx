import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../../api/types";
import { ChannelGlyph } from "../../parts/ChannelGlyph";
import { Glyph } from "../../parts/Glyph";
import { useFieldWords } from "../useFieldWords";
import type { Side } from "./useMerge";

type Plan = Schemas["MergePreview"];
type Difference = Schemas["FieldDifference"];

function Choice({ one, choose }: { one: Difference; choose: (side: Side) => void }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const name = words.name(one.field);
  const both = [one.target, one.source].filter(Boolean).map((value) => words.value(one.field, value)).join(", ");
  if (one.wins === null) return <><dt>{name}</dt><dd>{both}</dd></>;
  return (
    <>
      <dt>{name}</dt>
      <dd role="radiogroup" aria-label={name}>
        {(["target", "source"] as const).map((side) => (
          <label key={side} className="pick-side">
            <input type="radio" name={`merge-${one.field}`} checked={one.wins === side} onChange={() => choose(side)} />
            <span className="cut">{one[side] ? words.value(one.field, one[side]) : t("event.nothing")}</span>
          </label>
        ))}
      </dd>
    </>
  );
}

/** What will be: which words of which ticket, what moves, and what to think of before. */
export function MergeResult({ plan, choose }: { plan: Plan; choose: (field: string, side: Side) => void }) {
  const { t } = useTranslation();
  return (
    <div className="merge-result">
      <h3>{t("merge.result")}</h3>
      <dl className="facts">
        <dt>{t("merge.number")}</dt>
        <dd><span className="num">#{plan.target.number}</span> <span className="meta">{t("merge.stillFinds", { number: plan.source.number })}</span></dd>
        {plan.differences.map((one) => <Choice key={one.field} one={one} choose={(side) => choose(one.field, side)} />)}
      </dl>
      <h3>{t("merge.moves", { count: plan.messages + plan.notes })}</h3>
      <ul className="rel">
        {plan.conversations.map((one) => (
          <li key={one.id} className="row">
            <ChannelGlyph channel={one.channel} size="s" />
            <span className="cut grow">{one.recipient_display || one.subject || t(`channel.${one.channel}`, { defaultValue: one.channel })}</span>
            <span className="meta num">{t("merge.messages", { count: one.messages })}</span>
          </li>
        ))}
      </ul>
      {plan.warnings.map((one) => (
        <p key={one.code + one.about} className="notice warn"><Glyph of={IconAlertTriangle} /><span lang="en">{one.text}</span></p>
      ))}
    </div>
  );
}
