// The city's own name for its console, where the hub gives one.

import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { say } from '../i18n/language';
import type { Text } from '../live/protocol';
import { fetchConfig } from '../map/config';

export function useBranding(): string {
  const { t, i18n } = useTranslation();
  const [branding, setBranding] = useState<Text | null>(null);
  useEffect(() => {
    fetchConfig().then(
      (config) => setBranding(config.branding),
      // Without a configuration the console goes by its own name.
      () => setBranding(null),
    );
  }, []);
  return say(branding, i18n.language) || t('product');
}
