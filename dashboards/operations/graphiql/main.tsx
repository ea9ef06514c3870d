// GraphiQL for the hub's developers: everything it needs comes from the hub itself, with the session
// of whoever signed in. Subscriptions run over the same WebSocket as for any client.

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createClient } from 'graphql-ws';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import './page.css';
import { examples } from './examples';
import { SignIn } from './SignIn';

const socket = new URL('/graphql', window.location.href);
socket.protocol = socket.protocol.replace('http', 'ws');

const fetcher = createGraphiQLFetcher({
  url: '/graphql',
  wsClient: createClient({ url: socket.href }),
});

interface Viewer {
  name: string;
  roles: string[];
}

/** Who is signed in; `null`: nobody. */
async function viewer(): Promise<Viewer | null> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ viewer { name roles } }' }),
  });
  const answer = response.ok ? await response.json() : null;
  return answer?.data?.viewer ?? null;
}

const READS_SCHEMA = ['ADMINISTRATOR', 'DEVELOPER'];

function Page() {
  const [who, setWho] = useState<Viewer | null | undefined>(undefined);
  const look = () => {
    viewer()
      .then(setWho)
      .catch(() => setWho(null));
  };
  useEffect(look, []);
  if (who === undefined) return null;
  if (who === null) return <SignIn onSignedIn={look} />;
  const readsSchema = who.roles.some((role) => READS_SCHEMA.includes(role));
  return (
    <>
      {readsSchema ? null : (
        <p className="notice" role="status">
          您的角色不含读取模式：查询可用，没有补全与文档。Your roles do not include reading the
          schema: queries run, without completion and documentation.
        </p>
      )}
      <GraphiQL
        fetcher={fetcher}
        defaultQuery={examples[0]?.query ?? ''}
        defaultTabs={examples}
        {...(readsSchema ? {} : { schema: null })}
      />
    </>
  );
}

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
