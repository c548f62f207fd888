import { useTranslation } from "react-i18next";

import "../../parts/states.css";

const WIDTHS = [93, 72, 105, 60, 84, 98];

export function ListSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("list.loading")}>
      {WIDTHS.map((width) => (
        <div className="conv" key={width} aria-hidden="true">
          <span className="tile" />
          <div>
            <div className="l1"><span className="sk" style={{ width }} /></div>
            <div className="l2"><span className="sk" style={{ width: width * 2 }} /></div>
          </div>
        </div>
      ))}
    </div>
  );
}
