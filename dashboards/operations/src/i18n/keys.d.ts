// Makes `t('...')` accept only keys that exist.

import type { Messages } from './zh';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: Messages };
  }
}
