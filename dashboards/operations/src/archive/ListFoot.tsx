// Under a list: how much of it is shown, what went wrong, and more of it.

import { useTranslation } from 'react-i18next';
import type { Pages } from './usePages';

interface Props {
  shown: number;
  total: number | null;
  pages: Pages<unknown>;
}

export function ListFoot({ shown, total, pages }: Props) {
  const { more, loading, failure, longer } = pages;
  const { t } = useTranslation();
  const words =
    total === null ? t('lists.shown', { n: shown }) : t('lists.shownOf', { n: shown, all: total });
  return (
    <>
      {failure === null ? null : (
        <p className="page-trouble" role="status">
          {t('lists.failed', { reason: failure })}
        </p>
      )}
      {shown === 0 && !loading && failure === null ? (
        <p className="empty">{t('lists.empty')}</p>
      ) : null}
      <div className="page-foot">
        <span role="status">{loading && shown === 0 ? t('case.loading') : words}</span>
        {more ? (
          <button type="button" onClick={longer} disabled={loading}>
            {t('lists.more')}
          </button>
        ) : null}
      </div>
    </>
  );
}
