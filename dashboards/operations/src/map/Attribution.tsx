// Whose the base map is, in the language of the screen.

import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import type { Text } from '../live/protocol';

export function Attribution({ words }: { words: Text | null }) {
  const { i18n } = useTranslation();
  const said = say(words, i18n.language);
  return said === '' ? null : <p className="map-attribution">{said}</p>;
}
