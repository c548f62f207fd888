import { useTranslation } from "react-i18next";

import { useKeyPreferences } from "./useKeyPreferences";

/** Single keys on or off, and every command's own keys again. */
export function KeySwitch() {
  const { t } = useTranslation();
  const { on, turn, keymap, setKeymap } = useKeyPreferences();
  const changed = Object.keys(keymap).length > 0;
  return (
    <>
      <button type="button" className="switch" role="switch" aria-checked={on} aria-labelledby="keys-single" onClick={() => turn(!on)} />
      <span id="keys-single">{t("keys.single")}</span>
      <span className="meta grow">{t("keys.singleHint")}</span>
      <button type="button" className="btn sm quiet" disabled={!changed} onClick={() => setKeymap({})}>{t("keys.reset")}</button>
    </>
  );
}
