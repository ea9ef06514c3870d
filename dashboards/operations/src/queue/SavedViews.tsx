// The saved views as tabs with their counts: the common ones first, then the operator's own.

import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Filter, isEverything, passes } from '../view/filter';
import {
  forgetView,
  NAME_MAX,
  STANDING,
  STANDING_NAMES,
  sameFilter,
  saveView,
  useSaved,
} from '../view/saved';
import { filterBy, useView } from '../view/view';
import { useSurroundings } from './queue';
import type { Row } from './rows';

export function SavedViews({ all }: { all: readonly Row[] }) {
  const { t } = useTranslation();
  const own = useSaved();
  const filter = useView((view) => view.filter);
  const named = useView((view) => view.named);
  const known =
    STANDING_NAMES.some((name) => sameFilter(STANDING[name], filter)) ||
    own.some((one) => sameFilter(one.filter, filter));
  return (
    <nav className="views" aria-label={t('views.label')}>
      {STANDING_NAMES.map((name) => (
        <Tab key={name} label={t(`views.${name}`)} filter={STANDING[name]} all={all} />
      ))}
      {own.map((one) => (
        <Tab key={one.name} label={one.name} filter={one.filter} all={all} own />
      ))}
      {known || isEverything(filter) ? null : <Save filter={filter} proposed={named ?? ''} />}
    </nav>
  );
}

interface TabProps {
  label: string;
  filter: Filter;
  all: readonly Row[];
  own?: boolean;
}

function Tab({ label, filter, all, own = false }: TabProps) {
  const { t } = useTranslation();
  const around = useSurroundings();
  const now = useView((view) => view.filter);
  const current = sameFilter(filter, now);
  const n = all.filter((row) => passes(row, filter, around)).length;
  return (
    <span className={current ? 'view current' : 'view'}>
      <button
        type="button"
        aria-pressed={current}
        onClick={() => filterBy(filter, own ? label : null)}
      >
        {label} <span className="mono view-count">{n}</span>
      </button>
      {own && current ? (
        <button
          type="button"
          className="icon"
          aria-label={t('views.forget', { name: label })}
          onClick={() => forgetView(label)}
        >
          ✕
        </button>
      ) : null}
    </span>
  );
}

/** Keeps the present filter under a name. A colleague's link brings its name along. */
function Save({ filter, proposed }: { filter: Filter; proposed: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    if (name === '') return;
    saveView(name, filter);
    filterBy(filter, name);
    setOpen(false);
  };
  if (!open) {
    return (
      <button type="button" className="view-save" onClick={() => setOpen(true)}>
        ＋ {t('views.save')}
      </button>
    );
  }
  return (
    <form className="view-name" onSubmit={submit}>
      <input
        name="name"
        maxLength={NAME_MAX}
        defaultValue={proposed}
        aria-label={t('views.name')}
        placeholder={t('views.name')}
        // biome-ignore lint/a11y/noAutofocus: the operator has just asked to name the view.
        autoFocus
        onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
      />
      <button type="submit">{t('dialog.confirm')}</button>
    </form>
  );
}
