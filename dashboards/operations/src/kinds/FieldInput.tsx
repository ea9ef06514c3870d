// One field of a command's form, by its kind: label, input, and what is wrong with it.

import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import { SEVERITIES } from '../severity/palette';
import { SeverityMark } from '../severity/SeverityMark';
import type { Choice } from './choices';
import { type Field, TEXT_MAX } from './fields';

interface Props {
  field: Field;
  value: string;
  /** What is wrong with it, in words. */
  fault: string | null;
  choices: readonly Choice[];
  first: boolean;
  onChange: (value: string) => void;
}

export function FieldInput(props: Props) {
  const { field, fault } = props;
  const { i18n } = useTranslation();
  const id = useId();
  const faultId = `${id}-fault`;
  const label = say(field.titles, i18n.language);
  const many = field.kind === 'LEVEL' || field.kind === 'FLAG';
  const required = field.required ? <span aria-hidden="true"> *</span> : null;
  const words = fault ? (
    <span className="field-fault" id={faultId} role="alert">
      {fault}
    </span>
  ) : null;
  const aria = { 'aria-invalid': fault !== null, 'aria-describedby': fault ? faultId : undefined };
  return many ? (
    <fieldset className="field" data-field={field.name} aria-describedby={aria['aria-describedby']}>
      <legend>
        {label}
        {required}
      </legend>
      {field.kind === 'LEVEL' ? <Levels {...props} name={id} /> : <Flag {...props} name={id} />}
      {words}
    </fieldset>
  ) : (
    <div className="field" data-field={field.name}>
      <label htmlFor={id}>
        {label}
        {required}
      </label>
      <Single {...props} id={id} aria={aria} />
      {words}
    </div>
  );
}

interface Aria {
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
}

function Single({
  field,
  value,
  choices,
  first,
  onChange,
  id,
  aria,
}: Props & { id: string; aria: Aria }) {
  const { t, i18n } = useTranslation();
  const shared = {
    ...aria,
    id,
    value,
    required: field.required,
    'data-first': first ? '' : undefined,
  };
  switch (field.kind) {
    case 'TEXT':
      return (
        <textarea
          {...shared}
          rows={2}
          maxLength={TEXT_MAX}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case 'NUMBER':
      return (
        <input
          {...shared}
          type="text"
          inputMode="decimal"
          autoComplete="off"
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case 'TIME':
      return (
        <input
          {...shared}
          type="datetime-local"
          onChange={(event) => onChange(event.target.value)}
        />
      );
    default:
      return (
        <select {...shared} onChange={(event) => onChange(event.target.value)}>
          <option value="">{t(choices.length > 0 ? 'form.choose' : 'form.noChoice')}</option>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {'　'.repeat(choice.depth)}
              {say(choice.text, i18n.language)}
            </option>
          ))}
        </select>
      );
  }
}

function Levels({ value, first, onChange, name }: Props & { name: string }) {
  const { t } = useTranslation();
  return (
    <div className="choice">
      {SEVERITIES.map((level, n) => (
        <label key={level}>
          <input
            type="radio"
            name={name}
            checked={value === String(level)}
            data-first={first && n === 0 ? '' : undefined}
            onChange={() => onChange(String(level))}
          />
          <SeverityMark severity={level} size={18} />
          <span aria-hidden="true">{t(`severity.${level}`)}</span>
        </label>
      ))}
    </div>
  );
}

function Flag({ value, first, onChange, name, field }: Props & { name: string }) {
  const { t } = useTranslation();
  const options = field.required ? (['true', 'false'] as const) : (['true', 'false', ''] as const);
  return (
    <div className="choice">
      {options.map((option, n) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            checked={value === option}
            data-first={first && n === 0 ? '' : undefined}
            onChange={() => onChange(option)}
          />
          {t(`form.flag.${option === '' ? 'unsaid' : option}`)}
        </label>
      ))}
    </div>
  );
}
