import { KeySwitch } from "../keys/KeySwitch";
import { KeyTable } from "../keys/KeyTable";
import "../keys/keySheet.css";

export function KeysSection() {
  return (
    <>
      <div className="key-switch"><KeySwitch /></div>
      <KeyTable wanted="" />
    </>
  );
}
