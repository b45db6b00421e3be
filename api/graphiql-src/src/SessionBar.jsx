// The corner of the page that says who is signed in, and lets them sign in or out.

import { useSchemaStore } from '@graphiql/react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';

import { SignInDialog } from './SignInDialog.jsx';

export function SessionBar({ title, icon, session, fetcher, operations }) {
  const identity = useSyncExternalStore(session.subscribe, session.identity);
  const handle = useHandle(identity, fetcher, operations.viewer);
  const dialog = useRef(null);
  useSchemaOnceVisible(identity);

  const signOut = async () => {
    await run(fetcher, operations.signOut).catch(() => null); // the tokens are dropped here even if the server is away
    session.end();
  };

  return (
    <div className="hourglass-session">
      <span className="hourglass-title">
        <img src={icon} alt="" />
        {title}
      </span>
      <span role="status" className="hourglass-identity">
        {identity === null ? 'Not signed in' : <>Signed in{handle && <> as <b>@{handle}</b></>}</>}
      </span>
      {identity === null ? (
        <button type="button" className="graphiql-button" onClick={() => dialog.current.showModal()}>
          Sign in
        </button>
      ) : (
        <button type="button" className="graphiql-button" onClick={signOut}>
          Sign out
        </button>
      )}
      <SignInDialog ref={dialog} signIn={input => run(fetcher, operations.signIn, input)} />
    </div>
  );
}

/** The handle of the member who is signed in; null until the server has told it. */
function useHandle(identity, fetcher, viewerDocument) {
  const [handle, setHandle] = useState(null);
  useEffect(() => {
    let current = true;
    setHandle(null);
    if (identity !== null) {
      run(fetcher, viewerDocument).then(
        ({ data }) => current && setHandle(data?.viewer?.member.handle ?? null),
        () => null,
      );
    }
    return () => {
      current = false;
    };
  }, [identity, fetcher, viewerDocument]);
  return handle;
}

/** In production strangers may not see the schema: ask again as soon as somebody has signed in. */
function useSchemaOnceVisible(identity) {
  const { schema, introspect } = useSchemaStore();
  useEffect(() => {
    if (identity !== null && !schema) introspect();
  }, [identity]);
}

/** The whole answer to one operation. */
async function run(fetcher, query, variables) {
  const answer = await fetcher({ query, variables });
  if (!(Symbol.asyncIterator in answer)) return answer;
  for await (const result of answer) return result;
}
