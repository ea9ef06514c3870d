// A modal dialog on the browser's own `<dialog>`: focus stays inside, Escape closes, the rest is
// inert, and nothing has to be injected that the content security policy would refuse.

import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { openDialog } from '../view/view';
import '../styles/dialog.css';

interface Props {
  title: string;
  /** For what needs more room than a form. */
  wide?: boolean;
  children: ReactNode;
}

export function Dialog({ title, wide = false, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    // The browser would take the first field; a dialog knows better which one is meant.
    element.current?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  // At once, not when the browser gets round to its close event: the next key may be a command.
  const closeOnEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    openDialog(null);
  };
  return (
    <dialog
      ref={element}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-label={title}
      onKeyDown={closeOnEscape}
      onClose={() => openDialog(null)}
    >
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
