// Opens a case of any kind by the form of its workflow.

import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { newKey } from '../command/send';
import { readFragment } from '../graphql/tada';
import { say } from '../i18n/language';
import { Link } from '../route/Link';
import { Page } from '../route/Page';
import { casePath, go, rewriteQuery, useRoute } from '../route/route';
import { CommandForm } from './CommandForm';
import { type CaseKindData, offer } from './documents';
import { useKinds } from './kinds';
import { openingOf } from './opening';
import { open } from './order';
import { useChoices } from './useChoices';

export function NewCaseScreen() {
  const { t, i18n } = useTranslation();
  const { search } = useRoute();
  const known = useKinds();
  const { state, failure } = known;
  // The hub offers no opening of a kind that this operator may not open.
  const kinds = known.kinds.filter(({ open }) => open !== null);
  const wanted = new URLSearchParams(search).get('kind');
  const kind = kinds.find(({ name }) => name === wanted) ?? kinds[0];
  const choose = (name: string) => {
    const query = new URLSearchParams(search);
    query.set('kind', name);
    rewriteQuery(query);
  };
  return (
    <Page title={t('form.newCase')}>
      <p className="crumbs">
        <Link to="/cases">{t('nav.cases')}</Link>
      </p>
      <div className="kind-tabs" role="toolbar" aria-label={t('lists.kind')}>
        {kinds.map(({ name, titles }) => (
          <button
            type="button"
            key={name}
            aria-pressed={name === kind?.name}
            onClick={() => choose(name)}
          >
            {say(titles, i18n.language)}
          </button>
        ))}
      </div>
      {failure === null ? null : (
        <p className="page-trouble" role="status">
          {t('lists.failed', { reason: failure })}
        </p>
      )}
      {kind ? <OpenForm key={kind.name} kind={kind} /> : null}
      {!kind && failure === null && state !== 'known' ? (
        <p className="hint">{t('case.loading')}</p>
      ) : null}
    </Page>
  );
}

function OpenForm({ kind }: { kind: CaseKindData }) {
  const choices = useChoices();
  const key = useRef(newKey());
  const opening = readFragment(offer, kind.open);
  if (!opening) return null;
  return (
    <div className="offer-form narrow">
      <CommandForm
        titles={opening.titles}
        fields={opening.fields}
        choices={choices}
        onCancel={() => go('/cases')}
        send={async (values) => {
          const given = await open(kind.name, openingOf(values), key.current);
          if (given.ok && given.item) go(casePath(given.item.number));
          else key.current = newKey();
          return given;
        }}
      />
    </div>
  );
}
