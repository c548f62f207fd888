import { useTranslation } from "react-i18next";

import type { Preferences } from "../api/types";

type Alerts = Preferences["alerts"];

const KINDS = ["mention", "assigned", "news", "send_failed", "woke", "not_sent"] as const satisfies readonly (keyof Alerts)[];
const WAYS = ["page", "desktop", "sound"] as const satisfies readonly (keyof Alerts["news"])[];

/** What calls me by which way: a table of boxes, each named by its row and column. */
export function AlertTable({ alerts, onChange }: { alerts: Alerts; onChange: (alerts: Alerts) => void }) {
  const { t } = useTranslation();
  return (
    <table className="alerts">
      <thead>
        <tr>
          <th scope="col">{t("notices.when")}</th>
          {WAYS.map((way) => <th key={way} scope="col">{t(`notices.way.${way}`)}</th>)}
        </tr>
      </thead>
      <tbody>
        {KINDS.map((kind) => (
          <tr key={kind}>
            <th scope="row">{t(`notices.kind.${kind}`)}</th>
            {WAYS.map((way) => (
              <td key={way}>
                <input
                  type="checkbox"
                  checked={alerts[kind][way]}
                  aria-label={`${t(`notices.kind.${kind}`)}: ${t(`notices.way.${way}`)}`}
                  onChange={(event) => onChange({ ...alerts, [kind]: { ...alerts[kind], [way]: event.target.checked } })}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
