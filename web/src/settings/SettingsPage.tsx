import { IconArrowLeft } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useParams } from "react-router";

import { Glyph } from "../parts/Glyph";
import { useSections, type SectionId } from "./sections";
import "./settings.css";

/** What an agent sets for themselves and, who may, for everybody; the address names the section. */
export function SettingsPage() {
  const { t } = useTranslation();
  const sections = useSections();
  const { section } = useParams();
  const here = sections.find((one) => one.id === section);
  useEffect(() => {
    if (here) document.title = `${t(`settings.${here.id}`)} · Parley`;
  }, [here, t]);
  if (!here) return <Navigate to="/settings/profile" replace />;
  return (
    <div className="settings">
      <nav aria-label={t("settings.title")}>
        <Link className="back" to="/view/mine"><Glyph of={IconArrowLeft} />{t("settings.back")}</Link>
        <h1>{t("settings.title")}</h1>
        <ul>
          {sections.map(({ id, icon }) => (
            <li key={id}>
              <Link to={`/settings/${id}`} aria-current={id === here.id ? "page" : undefined}>
                <Glyph of={icon} />
                {t(`settings.${id satisfies SectionId}`)}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <main aria-labelledby="section-title">
        <div className="sheet">
          <h2 id="section-title">{t(`settings.${here.id}`)}</h2>
          <here.Body />
        </div>
      </main>
    </div>
  );
}
