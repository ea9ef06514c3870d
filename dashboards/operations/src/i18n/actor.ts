// Who did something: people by name, the hub's own actors by what they are.

import type { TFunction } from 'i18next';

interface Actor {
  kind: string;
  name: string;
}

export function actorName(t: TFunction, actor: Actor | null | undefined): string {
  const kind = actor?.kind.toLowerCase();
  if (kind === 'timer' || kind === 'router' || kind === 'hub') return t(`actor.${kind}`);
  return actor?.name ?? '';
}
