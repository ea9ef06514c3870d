// An error in one panel must not take the others with it.

import i18next from 'i18next';
import { Component, type ReactNode } from 'react';

interface Props {
  children: ReactNode;
}

export class PanelBoundary extends Component<Props, { reason: string | null }> {
  override state = { reason: null as string | null };

  static getDerivedStateFromError(error: unknown) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    const { reason } = this.state;
    if (reason === null) return this.props.children;
    return (
      <section className="broken" role="alert">
        <p>{i18next.t('panel.broken', { reason })}</p>
        <button type="button" onClick={() => this.setState({ reason: null })}>
          {i18next.t('panel.again')}
        </button>
      </section>
    );
  }
}
