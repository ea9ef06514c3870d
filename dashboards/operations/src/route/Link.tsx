// A link to another screen: an ordinary address that can be copied, opened in a new tab or bookmarked,
// followed without loading the page anew.

import type { MouseEvent, ReactNode } from 'react';
import { go } from './route';

interface Props {
  to: string;
  className?: string;
  current?: boolean;
  children: ReactNode;
}

export function Link({ to, className, current = false, children }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
      return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} className={className} aria-current={current ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  );
}
