// All keys on one card, from the one table, as the operator has set them.

import { useTranslation } from 'react-i18next';
import { strokesOf, useBindings } from '../command/bindings';
import { KEY_GROUPS, KEY_TABLE, shownStroke } from '../command/keytable';
import { openDialog, useView } from '../view/view';
import { Dialog } from './Dialog';

export function HelpDialog() {
  const { t } = useTranslation();
  const open = useView((view) => view.dialog === 'help');
  const now = useBindings();
  if (!open) return null;
  return (
    <Dialog title={t('help.title')} wide>
      <div className="help">
        {KEY_GROUPS.map((group) => (
          <section key={group}>
            <h3>{t(`keyGroup.${group}`)}</h3>
            <dl>
              {KEY_TABLE.filter((line) => line.group === group).map(({ action }) => (
                <div key={action}>
                  <dt>
                    {strokesOf(action, now).map((stroke) => (
                      <kbd key={stroke}>{shownStroke(stroke)}</kbd>
                    ))}
                    {strokesOf(action, now).length === 0 ? t('help.off') : null}
                  </dt>
                  <dd>{t(`key.${action}`)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="hint">{t('help.ime')}</p>
      <div className="dialog-foot">
        <button type="button" data-first onClick={() => openDialog(null)}>
          {t('notice.dismiss')} <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}
