// Search words and what else narrows the queue, each part to be taken away again by one touch.

import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { shownKey, useBindings } from '../command/bindings';
import { say } from '../i18n/language';
import { wallTime } from '../i18n/time';
import { useNow } from '../live/feed';
import { FOCUS } from '../shell/act';
import { isEverything } from '../view/filter';
import { useKinds, useNames } from '../view/names';
import { brush, narrow, showEverything, unfoldFilter, useView } from '../view/view';

export function FilterBar() {
  const { t } = useTranslation();
  const filter = useView((view) => view.filter);
  const filtering = useView((view) => view.filtering);
  const keys = useBindings();
  const leave = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key !== 'Escape' && event.key !== 'Enter') return;
    if (event.key === 'Escape') narrow({ text: '' });
    event.stopPropagation();
    document.getElementById(FOCUS.list)?.focus();
  };
  return (
    <search className="filter-bar">
      <input
        id={FOCUS.search}
        type="search"
        value={filter.text}
        placeholder={`${t('filter.search')}  ${shownKey('search', keys)}`}
        aria-label={t('filter.search')}
        maxLength={80}
        onChange={(event) => narrow({ text: event.target.value })}
        onKeyDown={leave}
      />
      <button
        type="button"
        aria-expanded={filtering}
        aria-controls="filter-form"
        onClick={() => unfoldFilter(!filtering)}
      >
        {t('filter.label')} <kbd>{shownKey('filter', keys)}</kbd>
      </button>
      <Chips />
      {isEverything(filter) ? null : (
        <button type="button" className="quiet" onClick={showEverything}>
          {t('filter.reset')}
        </button>
      )}
    </search>
  );
}

function Chips() {
  const { t, i18n } = useTranslation();
  const filter = useView((view) => view.filter);
  const { departments, places } = useNames();
  const kinds = useKinds();
  const now = useNow();
  const { span } = filter;
  const without = <T,>(list: readonly T[], one: T) => list.filter((other) => other !== one);
  const chips: [key: string, label: string, remove: () => void][] = [
    ...filter.departments.map((name): [string, string, () => void] => [
      `dep ${name}`,
      say(departments.get(name), i18n.language) || name,
      () => narrow({ departments: without(filter.departments, name) }),
    ]),
    ...filter.places.map((code): [string, string, () => void] => [
      `place ${code}`,
      say(places.get(code), i18n.language) || code,
      () => narrow({ places: without(filter.places, code) }),
    ]),
    ...filter.statuses.map((status): [string, string, () => void] => [
      `status ${status}`,
      t(`status.${status}`),
      () => narrow({ statuses: without(filter.statuses, status) }),
    ]),
    ...filter.kinds.map((kind): [string, string, () => void] => [
      `kind ${kind}`,
      say(kinds.get(kind), i18n.language) || kind,
      () => narrow({ kinds: without(filter.kinds, kind) }),
    ]),
  ];
  if (span) {
    const label = `${wallTime(span.from, now)} – ${wallTime(span.to, now)}`;
    chips.push(['span', label, () => brush(null)]);
  }
  return (
    <>
      {chips.map(([key, label, remove]) => (
        <button
          type="button"
          className="chip removable"
          key={key}
          aria-label={t('filter.remove', { what: label })}
          onClick={remove}
        >
          {label} <span aria-hidden="true">✕</span>
        </button>
      ))}
    </>
  );
}
