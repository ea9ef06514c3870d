// The orders of a case as buttons with their keys. All are always in the same place; those that are
// not possible now are dim.

import { useTranslation } from 'react-i18next';
import { useDetail } from '../case/detail';
import { useFeed } from '../live/feed';
import type { LiveCase } from '../live/protocol';
import { shownKey, useBindings } from './bindings';
import { offered } from './offer';
import { COMMANDS } from './order';
import { perform } from './perform';
import { useBusy } from './send';

export function CommandBar({ item }: { item: LiveCase }) {
  const { t } = useTranslation();
  const detail = useDetail(item.id);
  const busy = useBusy(item.id);
  const keys = useBindings();
  const offline = useFeed((feed) => feed.freshness === 'OFFLINE');
  return (
    <div className="command-bar" role="toolbar" aria-label={t('case.label')} aria-busy={busy}>
      {COMMANDS.map((command) => {
        const allowed = !offline && offered(command, item, detail);
        return (
          <button
            type="button"
            key={command}
            className="order"
            data-command={command}
            disabled={!allowed}
            onClick={() => void perform(command, item.id)}
          >
            <kbd>{shownKey(command, keys)}</kbd>
            {t(`command.${command}`)}
          </button>
        );
      })}
    </div>
  );
}
