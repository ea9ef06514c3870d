// What a kind of unit is called. The kinds are the catalog's, so that a new one needs no new console:
// one without words here is shown by its name.

import type { TFunction } from 'i18next';
import { zh } from '../i18n/zh';

type Known = keyof typeof zh.unitKind;

const isKnown = (kind: string): kind is Known => Object.hasOwn(zh.unitKind, kind);

export const unitKind = (t: TFunction, kind: string): string =>
  isKnown(kind) ? t(`unitKind.${kind}`) : kind;
