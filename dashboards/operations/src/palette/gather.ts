// Everything the palette can do now, in words of both languages.

import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import { useDetail } from '../case/detail';
import { shownKey, useBindings } from '../command/bindings';
import { KEY_TABLE } from '../command/keytable';
import { offered } from '../command/offer';
import { isCommand } from '../command/order';
import { useUndo } from '../command/undo';
import { say } from '../i18n/language';
import { useFeed, world } from '../live/feed';
import type { ShownRow } from '../queue/freeze';
import type { Row } from '../queue/rows';
import { act } from '../shell/act';
import { useNames } from '../view/names';
import { STANDING, STANDING_NAMES, useSaved } from '../view/saved';
import { filterBy, narrow, select, switchLanguage, useView } from '../view/view';
import type { Entry } from './entries';

/** Actions of the list under the cursor: they make no sense from a palette. */
const NOT_HERE = new Set(['palette', 'next', 'previous', 'open', 'choosePrevious', 'chooseNext']);

export function useEntries(shown: readonly ShownRow[], all: readonly Row[]): Entry[] {
  return [...useActions(shown), ...useViews(), ...useCases(all), ...usePlaces()];
}

/** The same word in the other language, to be found by either. */
const other = (language: string): string => (language.startsWith('zh') ? 'en' : 'zh');

function useActions(shown: readonly ShownRow[]): Entry[] {
  const { t, i18n } = useTranslation();
  const keys = useBindings();
  const selected = useView((view) => view.selected);
  const chosen = useView((view) => view.chosen.size);
  const offline = useFeed((feed) => feed.freshness === 'OFFLINE');
  const caseId = selected?.startsWith('case:') ? selected.slice('case:'.length) : null;
  const detail = useDetail(caseId);
  const undoable = useUndo() !== null;
  const item = caseId ? world.cases.get(caseId) : undefined;
  const sayOther = i18next.getFixedT(other(i18n.language));
  const possible = KEY_TABLE.filter(({ action }) => {
    if (NOT_HERE.has(action)) return false;
    if (action === 'undo') return undoable && !offline;
    if (action === 'acknowledgeCase' && chosen > 0) return !offline;
    return !isCommand(action) || (!offline && offered(action, item, detail));
  });
  const entries = possible.map(
    ({ action }): Entry => ({
      id: `action-${action}`,
      group: 'action',
      label: t(`key.${action}`),
      also: [sayOther(`key.${action}`)],
      beside: shownKey(action, keys),
      run: () => act(action, shown),
    }),
  );
  const language = i18n.language.startsWith('zh') ? 'en' : 'zh';
  entries.push({
    id: 'action-language',
    group: 'action',
    label: t('language.switch'),
    also: ['language', 'English', t('palette.language')],
    beside: '',
    run: () => void switchLanguage(language),
  });
  return entries;
}

function useViews(): Entry[] {
  const { t, i18n } = useTranslation();
  const own = useSaved();
  const sayOther = i18next.getFixedT(other(i18n.language));
  return [
    ...STANDING_NAMES.map(
      (name): Entry => ({
        id: `view-${name}`,
        group: 'view',
        label: t(`views.${name}`),
        also: [sayOther(`views.${name}`)],
        beside: '',
        run: () => filterBy(STANDING[name]),
      }),
    ),
    ...own.map(
      ({ name, filter }, n): Entry => ({
        id: `own-${n}`,
        group: 'view',
        label: name,
        also: [],
        beside: '',
        run: () => filterBy(filter, name),
      }),
    ),
  ];
}

function useCases(all: readonly Row[]): Entry[] {
  const { i18n } = useTranslation();
  const { places } = useNames();
  return all.map((row): Entry => {
    const place = row.place ? places.get(row.place) : undefined;
    const where = say(place, i18n.language);
    return {
      id: row.key.replace(/[^\w-]/g, '-'),
      group: 'case',
      label: [say(row.title, i18n.language), where].filter(Boolean).join(' · '),
      also: [row.case?.number ?? '', row.title.zh, row.title.en, place?.zh ?? '', place?.en ?? ''],
      beside: row.case?.number ?? '',
      run: () => select(row.key),
    };
  });
}

function usePlaces(): Entry[] {
  const { i18n } = useTranslation();
  const { places } = useNames();
  return [...places].map(
    ([code, names]): Entry => ({
      id: `place-${code}`,
      group: 'place',
      label: say(names, i18n.language),
      also: [names.zh, names.en, code],
      beside: '',
      run: () => narrow({ places: [code] }),
    }),
  );
}
