// The offer to take back what was just ordered, with the time it stands.

import { useTranslation } from 'react-i18next';
import { shownKey, useBindings } from './bindings';
import { undo } from './perform';
import { type Given, useOffers } from './undo';

export function UndoToasts() {
  const { t } = useTranslation();
  const offers = useOffers();
  return (
    <section className="undo-toasts" aria-label={t('undo.label')} aria-live="polite">
      {offers.map((given, n) => (
        <UndoToast key={given.until} given={given} last={n === offers.length - 1} />
      ))}
    </section>
  );
}

/** `last`: the one that the key is for. */
function UndoToast({ given, last }: { given: Given; last: boolean }) {
  const { t } = useTranslation();
  const key = shownKey('undo', useBindings());
  return (
    <div className="undo-toast" data-testid="undo">
      <span>
        <span className="mono">{given.caseNumber}</span> {t(`undo.${given.command}`)}
      </span>
      <button type="button" onClick={() => void undo(given)}>
        {t('key.undo')} {last && key ? <kbd>{key}</kbd> : null}
      </button>
      <span className="undo-left" aria-hidden="true" />
    </div>
  );
}
