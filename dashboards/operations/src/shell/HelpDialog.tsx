// All keys on one card.

import { useTranslation } from 'react-i18next';
import { COMMAND_KEY, COMMANDS } from '../command/keymap';
import { openDialog, useView } from '../view/view';
import { Dialog } from './Dialog';

const KEYS = [
  ['J / K  ↓ ↑', 'help.move'],
  ['Enter', 'help.open'],
  ['Esc', 'help.back'],
  ['.', 'help.fresh'],
  ['Z', 'help.zoom'],
  ['⇧ Z', 'help.whole'],
  ['1 – 4', 'help.severity'],
  ['M', 'help.mute'],
  ['?', 'help.help'],
] as const;

export function HelpDialog() {
  const { t } = useTranslation();
  const open = useView((view) => view.dialog === 'help');
  if (!open) return null;
  return (
    <Dialog title={t('help.title')}>
      <dl className="help">
        {COMMANDS.map((name) => (
          <div key={name}>
            <dt>
              <kbd>{COMMAND_KEY[name].toUpperCase()}</kbd>
            </dt>
            <dd>{t(`command.${name}`)}</dd>
          </div>
        ))}
        {KEYS.map(([key, word]) => (
          <div key={word}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(word)}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">{t('help.ime')}</p>
      <div className="dialog-foot">
        <button type="button" onClick={() => openDialog(null)}>
          {t('notice.dismiss')} <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}
