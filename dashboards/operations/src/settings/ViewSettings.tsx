// Saved views of the queue, to be opened or forgotten.

import { useTranslation } from 'react-i18next';
import { Link } from '../route/Link';
import { writeFilter } from '../view/address';
import { forgetView, type SavedView, useSaved } from '../view/saved';

const addressOf = ({ name, filter }: SavedView): string => {
  const query = new URLSearchParams({ view: name });
  writeFilter(query, filter);
  return `/?${query}`;
};

export function ViewSettings() {
  const { t } = useTranslation();
  const views = useSaved();
  return (
    <section className="setting" aria-label={t('settings.views')}>
      <h3>{t('settings.views')}</h3>
      {views.length === 0 ? <p className="hint">{t('settings.noViews')}</p> : null}
      <ul className="saved-views">
        {views.map((one) => (
          <li key={one.name}>
            <Link to={addressOf(one)}>{one.name}</Link>
            <button
              type="button"
              className="icon"
              aria-label={t('settings.forget', { name: one.name })}
              onClick={() => forgetView(one.name)}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
