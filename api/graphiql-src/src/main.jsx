// The page: GraphiQL over this server, with a session that is kept, shared between tabs and refreshed by itself.

import 'graphiql/style.css';
import './page.css';

import { GraphiQL } from 'graphiql';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';

import { CopyLink } from './CopyLink.jsx';
import { examplesPlugin } from './examples.jsx';
import { createFetcher } from './fetcher.js';
import { firstOperations } from './opening.js';
import { Session } from './session.js';
import { SessionBar } from './SessionBar.jsx';

const config = JSON.parse(document.getElementById('config').textContent);
setNonce(config.nonce); // the one style element that dialogs and menus add themselves

const endpoint = new URL(config.endpoint, location.href);
const session = new Session(endpoint, config.operations.refreshSession);
const fetcher = createFetcher(endpoint, session);
const plugins = [examplesPlugin(config.examples)];
const opening = firstOperations(config.examples, location.search, localStorage);

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL {...opening} fetcher={fetcher} plugins={plugins} inputValueDeprecation defaultEditorToolsVisibility>
    <GraphiQL.Logo>
      <SessionBar {...config} session={session} fetcher={fetcher} />
    </GraphiQL.Logo>
    <GraphiQL.Toolbar>
      {({ prettify, merge, copy }) => (
        <>
          {prettify}
          {merge}
          {copy}
          <CopyLink endpoint={endpoint} />
        </>
      )}
    </GraphiQL.Toolbar>
  </GraphiQL>,
);

// The linked operation is in a tab now, where edits are kept; a reload must not open the original a second time.
history.replaceState(null, '', location.pathname);
