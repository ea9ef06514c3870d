// From what a person typed into a command's form to the fields that the hub takes, and what is wrong
// with them, field by field. Pure: the hub checks everything again and has the last word.

export type FieldKind =
  | 'TEXT'
  | 'LEVEL'
  | 'FLAG'
  | 'NUMBER'
  | 'UNIT'
  | 'ASSIGNMENT'
  | 'DEPARTMENT'
  | 'PLACE'
  | 'TIME'
  | 'CHOICE';

export interface Field {
  name: string;
  titles: { zh: string; en: string };
  kind: FieldKind;
  required: boolean;
  /** What a CHOICE can be. */
  choices?: readonly { name: string; titles: { zh: string; en: string } }[];
}

/** What the form holds, as typed; an absent or empty entry is nothing. */
export type Typed = Readonly<Record<string, string>>;

export type FieldFault = 'required' | 'tooLong' | 'noNumber' | 'noTime' | 'noLevel';

export const TEXT_MAX = 2_000;

export interface Read {
  values: Record<string, unknown>;
  faults: Record<string, FieldFault>;
}

export function readFields(fields: readonly Field[], typed: Typed): Read {
  const values: Record<string, unknown> = {};
  const faults: Record<string, FieldFault> = {};
  for (const { name, kind, required } of fields) {
    const text = (typed[name] ?? '').trim();
    if (text === '') {
      if (required) faults[name] = 'required';
      continue;
    }
    const read = readOne(kind, text);
    if ('fault' in read) faults[name] = read.fault;
    else values[name] = read.value;
  }
  return { values, faults };
}

type One = { value: unknown } | { fault: FieldFault };

function readOne(kind: FieldKind, text: string): One {
  switch (kind) {
    case 'TEXT':
      return [...text].length > TEXT_MAX ? { fault: 'tooLong' } : { value: text };
    case 'LEVEL':
      return /^[1-4]$/.test(text) ? { value: Number(text) } : { fault: 'noLevel' };
    case 'FLAG':
      return { value: text === 'true' };
    case 'NUMBER':
      return readNumber(text);
    case 'TIME':
      return readTime(text);
    default:
      return { value: text };
  }
}

/** Digits as an input method may write them: full-width ones and a full-width point or comma too. */
function readNumber(text: string): One {
  const plain = text
    .normalize('NFKC')
    .replace(/[，,\s]/g, '')
    .replace(/。/g, '.');
  const value = Number(plain);
  return plain !== '' && Number.isFinite(value) ? { value } : { fault: 'noNumber' };
}

/** A time without a zone is this machine's wall time, as the browser's own picker gives it. */
function readTime(text: string): One {
  const at = Date.parse(text);
  return Number.isNaN(at) ? { fault: 'noTime' } : { value: new Date(at).toISOString() };
}

/** The field that a refusal of the hub is about: it names it in quotation marks. */
export function fieldNamed(message: string, fields: readonly Field[]): string | null {
  const quoted = (title: string) =>
    [`“${title}”`, `'${title}'`, `"${title}"`].some((words) => message.includes(words));
  const found = fields.find(
    ({ name, titles }) => quoted(titles.zh) || quoted(titles.en) || message.includes(`(${name})`),
  );
  return found?.name ?? null;
}

/** Nothing has been typed that would be lost. */
export const isEmpty = (typed: Typed): boolean =>
  Object.values(typed).every((text) => text.trim() === '');
