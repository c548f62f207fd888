import { useTranslation } from "react-i18next";

const SHAPES = [62, 38, 54];

export function ThreadSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("thread.loading")} className="thread-sk">
      {SHAPES.map((width) => <span key={width} className="sk" style={{ width: `${width}%`, height: 40, borderRadius: 14 }} />)}
    </div>
  );
}
