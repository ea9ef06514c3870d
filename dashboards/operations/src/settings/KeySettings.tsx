// Keys: all single ones on or off (WCAG 2.1.4), each action on another key or on none.

import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  allowSingleKeys,
  clashes,
  rebind,
  resetKeys,
  shownKey,
  useBindings,
} from '../command/bindings';
import { type ActionName, KEY_GROUPS, KEY_TABLE, shownStroke, strokeOf } from '../command/keytable';
import '../styles/form.css';

export function KeySettings() {
  const { t } = useTranslation();
  const now = useBindings();
  const [waiting, setWaiting] = useState<ActionName | null>(null);
  const [clash, setClash] = useState<{ action: ActionName; words: string } | null>(null);
  const take = (action: ActionName, event: KeyboardEvent) => {
    // Tab moves on, Escape gives up: neither is taken away from those who live by the keyboard.
    if (event.key === 'Tab' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') return setWaiting(null);
    const stroke = strokeOf(event);
    if (stroke === null || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
    const taken = clashes(action, stroke, now);
    if (taken.length > 0) {
      const actions = taken.map((other) => t(`key.${other}`)).join(', ');
      setClash({ action, words: t('settings.clash', { key: shownStroke(stroke), actions }) });
      return;
    }
    rebind(action, [stroke]);
    setClash(null);
    setWaiting(null);
  };
  return (
    <section className="setting" aria-label={t('settings.keys')}>
      <h3>{t('settings.keys')}</h3>
      <p className="key-switch">
        <label>
          <input
            type="checkbox"
            checked={now.single}
            onChange={(event) => allowSingleKeys(event.target.checked)}
          />
          {t('settings.single')}
        </label>
        <button type="button" onClick={resetKeys}>
          {t('settings.usualAll')}
        </button>
      </p>
      {KEY_GROUPS.map((group) => (
        <ul className="key-list" key={group}>
          {KEY_TABLE.filter((line) => line.group === group).map(({ action }) => (
            <li key={action} data-action={action}>
              <span>{t(`key.${action}`)}</span>
              <kbd>{shownKey(action, now) || t('settings.none')}</kbd>
              <button
                type="button"
                aria-label={`${t('settings.change')} ${t(`key.${action}`)}`}
                aria-pressed={waiting === action}
                onClick={() => {
                  setClash(null);
                  setWaiting(waiting === action ? null : action);
                }}
                onKeyDown={(event) => (waiting === action ? take(action, event) : undefined)}
                onBlur={() => setWaiting(null)}
              >
                {t(waiting === action ? 'settings.press' : 'settings.change')}
              </button>
              <button
                type="button"
                aria-label={`${t('settings.off')} ${t(`key.${action}`)}`}
                onClick={() => rebind(action, [])}
              >
                {t('settings.off')}
              </button>
              <button
                type="button"
                disabled={!Object.hasOwn(now.own, action)}
                aria-label={`${t('settings.usual')} ${t(`key.${action}`)}`}
                onClick={() => rebind(action, null)}
              >
                {t('settings.usual')}
              </button>
              {clash?.action === action ? (
                <span className="field-fault" role="alert">
                  {clash.words}
                </span>
              ) : null}
            </li>
          ))}
        </ul>
      ))}
    </section>
  );
}
