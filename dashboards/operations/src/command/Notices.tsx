// Shows what became of orders that did not simply succeed.

import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { actorName } from '../i18n/actor';
import { age } from '../i18n/time';
import { clock } from '../live/feed';
import { dismiss, type Notice, useNotices } from './notices';

export function Notices() {
  const { t } = useTranslation();
  const shown = useNotices();
  return (
    <section className="notices" aria-label={t('notice.label')} aria-live="assertive">
      {shown.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} />
      ))}
    </section>
  );
}

function NoticeCard({ notice }: { notice: Notice }) {
  const { t, i18n } = useTranslation();
  const { retry } = notice;
  return (
    <div className="notice" data-kind={notice.kind} role="alert">
      <p>
        {notice.caseNumber ? <span className="mono">{notice.caseNumber} </span> : null}
        {words(t, i18n.language, notice)}
      </p>
      {retry ? (
        <button
          type="button"
          onClick={() => {
            dismiss(notice.id);
            retry();
          }}
        >
          {t('notice.retry')}
        </button>
      ) : null}
      <button
        type="button"
        className="icon"
        onClick={() => dismiss(notice.id)}
        aria-label={t('notice.dismiss')}
      >
        ✕
      </button>
    </div>
  );
}

function words(t: TFunction, language: string, notice: Notice): string {
  const { kind, message, winner, wonAt, command } = notice;
  switch (kind) {
    case 'conflict': {
      const name = actorName(t, winner);
      if (!wonAt) return t('notice.conflict', { winner: name, message });
      const ago = age(clock.getState().now - Date.parse(wonAt), language);
      return t('notice.conflictAt', { winner: name, ago, message });
    }
    case 'network':
      return t('notice.network', { reason: message });
    case 'notAllowed':
      return t('notice.notAllowed', { command: t(`command.${command}`) });
    case 'oneByOne':
      return t('notice.oneByOne', { command: t(`command.${command}`) });
    case 'offline':
      return t('notice.offline');
    case 'refused':
      return t('notice.refused', { message });
    case 'undecided':
      return t('notice.undecided', { message });
  }
}
