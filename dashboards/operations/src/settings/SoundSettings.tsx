// Which levels are heard, and how loud; each can be tried out.

import { useTranslation } from 'react-i18next';
import { SEVERITIES } from '../severity/palette';
import { SeverityMark } from '../severity/SeverityMark';
import { sound, unblock } from '../sound/horn';
import { preferSound, useSoundPreferences } from '../sound/preferences';

const STEPS = 10;

export function SoundSettings() {
  const { t } = useTranslation();
  const { levels, volume } = useSoundPreferences();
  const tryOut = (level: (typeof SEVERITIES)[number]) => {
    unblock();
    sound(level, Date.now());
  };
  return (
    <fieldset className="setting">
      <legend>{t('settings.sound')}</legend>
      <p className="hint">{t('settings.soundLevels')}</p>
      <ul className="sound-levels">
        {SEVERITIES.map((level) => (
          <li key={level}>
            <label>
              <input
                type="checkbox"
                checked={levels.includes(level)}
                onChange={(event) =>
                  preferSound({
                    levels: SEVERITIES.filter((other) =>
                      other === level ? event.target.checked : levels.includes(other),
                    ),
                  })
                }
              />
              <SeverityMark severity={level} size={16} />
              <span aria-hidden="true">{t(`severity.${level}`)}</span>
            </label>
            <button
              type="button"
              aria-label={`${t('settings.tryOut')} ${t(`severity.${level}`)}`}
              onClick={() => tryOut(level)}
            >
              {t('settings.tryOut')}
            </button>
          </li>
        ))}
      </ul>
      <label className="volume">
        {t('settings.volume')}
        <input
          type="range"
          min={0}
          max={STEPS}
          value={Math.round(volume * STEPS)}
          onChange={(event) => preferSound({ volume: Number(event.target.value) / STEPS })}
        />
      </label>
    </fieldset>
  );
}
