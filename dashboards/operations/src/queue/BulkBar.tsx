// What is chosen together, and what may be done with it.

import { useTranslation } from 'react-i18next';
import { shownKey, useBindings } from '../command/bindings';
import { useFeed } from '../live/feed';
import { all, NONE } from '../view/selection';
import { choose, openDialog, useView } from '../view/view';
import type { ShownRow } from './freeze';

export function BulkBar({ rows }: { rows: readonly ShownRow[] }) {
  const { t } = useTranslation();
  const keys = useBindings();
  const chosen = useView((view) => view.chosen);
  const offline = useFeed((feed) => feed.freshness === 'OFFLINE');
  const every = rows.filter(({ gone }) => !gone).map(({ row }) => row.key);
  return (
    <div className="bulk-bar" role="toolbar" aria-label={t('bulk.label')} data-testid="bulk-bar">
      <strong>{t('bulk.chosen', { n: chosen.size })}</strong>
      <button
        type="button"
        className="primary"
        disabled={offline}
        onClick={() => openDialog('bulk')}
      >
        {t('key.acknowledgeCase')} <kbd>{shownKey('acknowledgeCase', keys)}</kbd>
      </button>
      <button type="button" onClick={() => choose(all(every, chosen))}>
        {t('bulk.all', { n: every.length })} <kbd>{shownKey('chooseAll', keys)}</kbd>
      </button>
      <button type="button" onClick={() => choose(NONE)}>
        {t('bulk.clear')} <kbd>{shownKey('back', keys)}</kbd>
      </button>
    </div>
  );
}
