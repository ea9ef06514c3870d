// The filter of a list: a search field and a few choices.

import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import type { Text } from '../live/protocol';
import { rewriteQuery, useRoute } from '../route/route';
import { SEVERITIES } from '../severity/palette';
import { useNames } from '../view/names';
import { CASE_STATUSES, type ListFilter, readListFilter, writeListFilter } from './filter';

interface Props {
  /** Left out: the list has no kinds of cases. */
  kinds?: readonly { name: string; titles: Text }[];
  statuses?: boolean;
}

export function useListFilter(): ListFilter {
  return readListFilter(useRoute().search);
}

export function FilterFields({ kinds, statuses = false }: Props) {
  const { t, i18n } = useTranslation();
  const { departments } = useNames();
  const filter = useListFilter();
  const change = (part: Partial<ListFilter>) =>
    rewriteQuery(writeListFilter({ ...filter, ...part }, location.search));
  return (
    <search className="tools">
      <input
        type="search"
        value={filter.text}
        aria-label={t('lists.search')}
        placeholder={t('lists.search')}
        onChange={(event) => change({ text: event.target.value })}
      />
      {kinds ? (
        <Choice
          label={t('lists.kind')}
          value={filter.kind}
          options={kinds.map(({ name, titles }) => [name, say(titles, i18n.language)])}
          onChange={(kind) => change({ kind })}
        />
      ) : null}
      {statuses ? (
        <Choice
          label={t('lists.state')}
          value={filter.status}
          options={CASE_STATUSES.map((status) => [status, t(`status.${status}`)])}
          onChange={(status) =>
            change({ status: CASE_STATUSES.find((one) => one === status) ?? null })
          }
        />
      ) : null}
      <Choice
        label={t('lists.severity')}
        value={filter.severity === null ? null : String(filter.severity)}
        options={SEVERITIES.map((level) => [String(level), `${level} ${t(`severity.${level}`)}`])}
        onChange={(level) =>
          change({ severity: SEVERITIES.find((one) => String(one) === level) ?? null })
        }
      />
      <Choice
        label={t('lists.department')}
        value={filter.department}
        options={[...departments].map(([name, titles]) => [name, say(titles, i18n.language)])}
        onChange={(department) => change({ department })}
      />
      {statuses ? (
        <label className="check">
          <input
            type="checkbox"
            checked={filter.escalated}
            onChange={(event) => change({ escalated: event.target.checked })}
          />
          {t('case.escalated')}
        </label>
      ) : null}
    </search>
  );
}

interface ChoiceProps {
  label: string;
  value: string | null;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string | null) => void;
}

export function Choice({ label, value, options, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  return (
    <label>
      {label}
      <select value={value ?? ''} onChange={(event) => onChange(event.target.value || null)}>
        <option value="">{t('lists.all')}</option>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
