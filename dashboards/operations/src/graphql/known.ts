// Operations that the hub was given when this console was built are named by their hash alone. A hub
// that does not know one (a console is newer than it) says so, and is sent the text with it, once.

import { operations } from 'virtual:operations';
import { persistedExchange } from '@urql/exchange-persisted';
import type { DocumentNode } from 'graphql';

/** The hash of the one operation in a document; none where the build knows none. */
export function hashOf(document: DocumentNode): string {
  for (const definition of document.definitions) {
    if (definition.kind === 'OperationDefinition' && definition.name) {
      return operations[definition.name.value] ?? '';
    }
  }
  return '';
}

export const knownOperations = persistedExchange({
  preferGetForPersistedQueries: false,
  enableForMutation: true,
  // The browser would hash only on a page that came by TLS, and there is nothing left to compute.
  generateHash: async (_, document) => hashOf(document),
});
