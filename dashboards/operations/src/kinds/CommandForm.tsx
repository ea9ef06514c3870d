// A command's form, made from the workflow's fields alone: this file knows no kind of case. What was
// typed stays until the hub has accepted it; what is wrong is told beside the field.

import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import type { Text } from '../live/protocol';
import { type ChoicesByKind, choicesOf } from './choices';
import { FieldInput } from './FieldInput';
import { type Field, fieldNamed, readFields, type Typed } from './fields';
import '../styles/form.css';

/** What became of it: accepted, or why not, in the hub's words. */
export type Sent = { ok: true } | { ok: false; message: string };

interface Props {
  titles: Text;
  fields: readonly Field[];
  choices: ChoicesByKind;
  send(values: Record<string, unknown>): Promise<Sent>;
  onCancel: () => void;
}

interface Refused {
  field: string | null;
  message: string;
}

export function CommandForm({ titles, fields, choices, send, onCancel }: Props) {
  const { t, i18n } = useTranslation();
  const [typed, setTyped] = useState<Typed>({});
  const [asked, setAsked] = useState(false);
  const [working, setWorking] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const { values, faults } = readFields(fields, typed);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    setRefused(null);
    const [wrong] = fields.filter(({ name }) => faults[name]);
    if (wrong) {
      focusField(form.current, wrong.name);
      return;
    }
    setWorking(true);
    const sent = await send(values);
    setWorking(false);
    if (sent.ok) return;
    const field = fieldNamed(sent.message, fields);
    setRefused({ field, message: sent.message });
    if (field) focusField(form.current, field);
  };
  const faultOf = (name: string): string | null => {
    if (refused?.field === name) return refused.message;
    const fault = faults[name];
    return asked && fault ? t(`form.fault.${fault}`) : null;
  };
  return (
    <form className="command-form" ref={form} onSubmit={submit} noValidate aria-busy={working}>
      {fields.map((field, n) => (
        <FieldInput
          key={field.name}
          field={field}
          value={typed[field.name] ?? ''}
          fault={faultOf(field.name)}
          choices={choicesOf(field, choices)}
          first={n === 0}
          onChange={(value) => {
            setTyped({ ...typed, [field.name]: value });
            if (refused?.field === field.name) setRefused(null);
          }}
        />
      ))}
      {fields.length === 0 ? <p className="hint">{t('form.noFields')}</p> : null}
      {refused && refused.field === null ? (
        <p className="field-fault" role="alert">
          {refused.message}
        </p>
      ) : null}
      <div className="dialog-foot">
        <button type="button" onClick={onCancel}>
          {t('dialog.cancel')}
        </button>
        <button
          type="submit"
          className="primary"
          disabled={working}
          data-first={fields.length === 0 ? '' : undefined}
        >
          {working ? t('form.working') : say(titles, i18n.language)}
        </button>
      </div>
    </form>
  );
}

function focusField(form: HTMLFormElement | null, name: string): void {
  form
    ?.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"] :is(input,select,textarea)`)
    ?.focus();
}
