// The keys that do something for what is selected now, and no others.

import { useTranslation } from 'react-i18next';
import { useCase } from '../case/archive';
import { useDetail } from '../case/detail';
import { shownKey, useBindings } from '../command/bindings';
import type { ActionName } from '../command/keytable';
import { offered } from '../command/offer';
import { COMMANDS } from '../command/order';
import { useUndo } from '../command/undo';
import { useFeed } from '../live/feed';
import { useView } from '../view/view';

/** What a row under the cursor adds. */
const SELECTED: readonly ActionName[] = ['zoom', 'back'];
const ALWAYS: readonly ActionName[] = ['choose', 'search', 'filter', 'fresh', 'palette', 'help'];

export function Footer() {
  const selected = useView((view) => view.selected);
  const chosen = useView((view) => view.chosen.size);
  const offline = useFeed((feed) => feed.freshness === 'OFFLINE');
  const undoable = useUndo() !== null;
  const caseId = selected?.startsWith('case:') ? selected.slice('case:'.length) : null;
  const detail = useDetail(caseId);
  const item = useCase(caseId);
  const orders = offline ? [] : COMMANDS.filter((name) => offered(name, item, detail));
  const now: readonly ActionName[] =
    chosen > 0
      ? [
          ...(offline ? [] : (['acknowledgeCase'] as const)),
          'choose',
          'chooseNext',
          'chooseAll',
          'back',
        ]
      : [
          ...orders,
          ...(undoable ? (['undo'] as const) : []),
          ...(selected ? SELECTED : []),
          ...ALWAYS,
        ];
  return (
    <footer className="footer">
      <Key action="next" />
      {now.map((action) => (
        <Key key={action} action={action} />
      ))}
    </footer>
  );
}

function Key({ action }: { action: ActionName }) {
  const { t } = useTranslation();
  const key = shownKey(action, useBindings());
  return key === '' ? null : (
    <span className="key">
      <kbd>{key}</kbd>
      {t(`key.${action}`)}
    </span>
  );
}
