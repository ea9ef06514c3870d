// The GraphQL client: same origin, the session's cookie, no cache. The live picture is the truth on
// the screen; queries only fetch what it does not carry.

import { type AnyVariables, Client, fetchExchange, type TypedDocumentNode } from 'urql';
import { knownOperations } from './known';

/** Longer than the hub's own limit for a command, so that its answer is not cut off. */
const TIMEOUT_MS = 15_000;

/** Called when the hub no longer knows the session. */
export const unauthorized = { tell: () => {} };

const request: typeof fetch = async (input, init) => {
  const response = await fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.status === 401) unauthorized.tell();
  return response;
};

const client = new Client({
  url: '/graphql',
  exchanges: [knownOperations, fetchExchange],
  preferGetMethod: false,
  requestPolicy: 'network-only',
  // Refusals come in the language of the screen.
  fetchOptions: () => ({ headers: { 'accept-language': document.documentElement.lang } }),
  fetch: request,
});

export type Answer<T> = { ok: true; data: T } | { ok: false; reason: string };

type Result<T> = { data?: T | undefined; error?: { message: string } | undefined };

function answer<T>(result: Result<T>): Answer<T> {
  if (result.data && !result.error) return { ok: true, data: result.data };
  return { ok: false, reason: (result.error?.message ?? '').replace(/^\[\w+\] /, '') };
}

export async function ask<T, V extends AnyVariables>(
  document: TypedDocumentNode<T, V>,
  variables: V,
): Promise<Answer<T>> {
  return answer(await client.query(document, variables).toPromise());
}

export async function order<T, V extends AnyVariables>(
  document: TypedDocumentNode<T, V>,
  variables: V,
): Promise<Answer<T>> {
  return answer(await client.mutation(document, variables).toPromise());
}
