import { IconAlertCircle, IconX } from "@tabler/icons-react";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useTeams, useViewFields } from "../api/queries";
import { Dialog } from "../parts/Dialog";
import { Glyph } from "../parts/Glyph";
import { heirs } from "../parts/heirs";
import { IconButton } from "../parts/IconButton";
import { Labelled } from "../parts/Labelled";
import { Select } from "../parts/Select";
import { ConditionList } from "./ConditionList";
import { editing, type Editing } from "./store";
import { useViewForm } from "./useViewForm";
import "./views.css";

const close = () => editing.set(null);
const REACHES = ["personal", "team", "shared"] as const;
const SCOPES = ["open", "all"] as const;
const SORTS = ["activity", "waiting", "created"] as const;

/** Makes or changes a saved view: its name, for whom it is, and which tickets stand in it. */
export function ViewDialog({ what }: { what: Editing }) {
  const { t } = useTranslation();
  const { data: fields } = useViewFields();
  const { data: teams } = useTeams();
  const { form, change, ready, save, drop, fault } = useViewForm(what, close);
  const title = what.kind === "new" ? t("views.new") : t("views.change");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) save.mutate();
  };
  return (
    <Dialog open onClose={close} label={title} side="middle">
      <header>
        <h2 className="grow">{title}</h2>
        <IconButton icon={IconX} label={t("action.close")} onClick={close} />
      </header>
      <form className="view-form" ref={heirs} onSubmit={submit}>
        <div className="two">
          <Labelled label={t("views.name")}>
            {(aria) => <input {...aria} className="input" data-first required maxLength={100} value={form.name} onChange={(event) => change({ name: event.target.value })} />}
          </Labelled>
          <Labelled label={t("views.reach")}>
            {(aria) => <Select {...aria} value={form.reach ?? "personal"} options={REACHES.map((value) => ({ value, label: t(`views.reaches.${value}`) }))} onChange={(reach) => change({ reach, team_id: reach === "team" ? (teams?.[0]?.id ?? null) : null })} />}
          </Labelled>
          {form.reach === "team" ? (
            <Labelled label={t("views.field.team")}>
              {(aria) => <Select {...aria} value={form.team_id ?? ""} options={(teams ?? []).map((team) => ({ value: team.id, label: team.name }))} onChange={(team_id) => change({ team_id })} />}
            </Labelled>
          ) : null}
          <Labelled label={t("views.scope")}>
            {(aria) => <Select {...aria} value={form.scope ?? "open"} options={SCOPES.map((value) => ({ value, label: t(`views.scopes.${value}`) }))} onChange={(scope) => change({ scope })} />}
          </Labelled>
          <Labelled label={t("list.sort")}>
            {(aria) => <Select {...aria} value={form.sort ?? "activity"} options={SORTS.map((value) => ({ value, label: t(`sort.${value}`) }))} onChange={(sort) => change({ sort })} />}
          </Labelled>
        </div>
        <ConditionList title={t("views.allOf")} conditions={form.all_of ?? []} fields={fields ?? []} onChange={(all_of) => change({ all_of })} />
        <ConditionList title={t("views.anyOf")} conditions={form.any_of ?? []} fields={fields ?? []} onChange={(any_of) => change({ any_of })} />
        {fault ? <p className="notice bad" role="alert"><Glyph of={IconAlertCircle} />{fault.message}</p> : null}
        <footer>
          {what.kind === "change" ? <button type="button" className="btn danger" disabled={drop.isPending} onClick={() => drop.mutate()}>{t("views.delete")}</button> : null}
          <span className="grow" />
          <button type="button" className="btn" onClick={close}>{t("action.cancel")}</button>
          <button type="submit" className="btn primary" disabled={!ready}>{t("views.save")}</button>
        </footer>
      </form>
    </Dialog>
  );
}
