import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../../api/types";
import { useContact } from "../../api/workQueries";
import { ChannelGlyph } from "../../parts/ChannelGlyph";
import { Glyph } from "../../parts/Glyph";
import { useFieldWords } from "../useFieldWords";
import { MergeWarning } from "./MergeWarning";
import type { Side } from "./useMerge";

type Plan = Schemas["MergePreview"];
type Difference = Schemas["FieldDifference"];

function Person({ id }: { id: string }) {
  const { data: card } = useContact(id);
  return <>{card?.name ?? id}</>;
}

/** What both hold stays; ids that say nothing to people are counted. */
function Both({ one }: { one: Difference }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const held = [...new Set([one.target, one.source].filter(Boolean).flatMap((value) => (one.field === "checklist" ? [value] : value.split(", "))))];
  return (
    <>
      <dt>{words.name(one.field)}</dt>
      <dd>{one.field === "asset_ids" ? t("merge.kept", { count: held.length }) : held.map((value) => words.value(one.field, value)).join(", ")}</dd>
    </>
  );
}

function Choice({ one, choose }: { one: Difference; choose: (side: Side) => void }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const name = words.name(one.field);
  const shown = (value: string) => (one.field === "contact_id" ? <Person id={value} /> : words.value(one.field, value));
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <span className="sides-of" role="radiogroup" aria-label={name}>
          {(["target", "source"] as const).map((side) => (
            <label key={side} className="pick-side">
              <input type="radio" name={`merge-${one.field}`} checked={one.wins === side} onChange={() => choose(side)} />
              <span className="cut">{one[side] ? shown(one[side]) : t("event.nothing")}</span>
            </label>
          ))}
        </span>
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
        {plan.differences.map((one) => (one.wins === null ? <Both key={one.field} one={one} /> : <Choice key={one.field} one={one} choose={(side) => choose(one.field, side)} />))}
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
        <p key={one.code + one.about} className="notice warn"><Glyph of={IconAlertTriangle} /><MergeWarning plan={plan} warning={one} /></p>
      ))}
    </div>
  );
}
