// Typed documents: every query in the console is checked against the schema that the hub exports.

import { initGraphQLTada } from 'gql.tada';
import type { introspection } from '../../.vite/graphql-env';

export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; JSON: unknown; LogCursor: string };
}>();

export type { FragmentOf, ResultOf, VariablesOf } from 'gql.tada';
export { readFragment } from 'gql.tada';
