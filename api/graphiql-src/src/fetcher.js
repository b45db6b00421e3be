// How operations travel: queries and mutations over HTTP, subscriptions over graphql-transport-ws, both as who is signed in.

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';

import { tokensIn } from './session.js';

const REFUSED_TOKEN = [4401, 4403]; // Unauthorized, Forbidden: how a server closes a socket whose token is not good

export function createFetcher(endpoint, session) {
  return createGraphiQLFetcher({
    url: endpoint.href,
    fetch: (url, init) => fetchSignedIn(session, url, init),
    wsClient: subscriptionClient(endpoint, session),
  });
}

/** Sends the bearer, renews it once when it is refused, and begins a session when an answer carries tokens. */
async function fetchSignedIn(session, url, init) {
  if (hasOwnAuthorization(init.headers)) return fetch(url, init);
  const token = await session.accessToken();
  let response = await fetch(url, withBearer(init, token));
  if (token !== null && (await isRefused(response))) {
    response = await fetch(url, withBearer(init, await session.renew(token)));
  }
  const tokens = tokensIn((await bodyOf(response))?.data);
  if (tokens !== null) session.begin(tokens);
  return isReadable(response) ? response : explained(response);
}

function subscriptionClient(endpoint, session) {
  let offered = null; // the token the present socket was opened with
  const client = createClient({
    url: endpoint.href.replace(/^http/, 'ws'),
    async connectionParams() {
      offered = await session.accessToken();
      return offered === null ? {} : { authorization: `Bearer ${offered}` };
    },
    on: {
      closed({ code }) {
        if (REFUSED_TOKEN.includes(code) && offered !== null) session.renew(offered);
      },
    },
  });
  session.subscribe(() => client.terminate()); // running subscriptions come back as the new identity
  return client;
}

function withBearer(init, token) {
  return token === null ? init : { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } };
}

/** What somebody writes into the headers editor wins: an API key, another member's token. */
function hasOwnAuthorization(headers) {
  return Object.keys(headers).some(name => name.toLowerCase() === 'authorization');
}

/** Whether the server refused the bearer before it ran anything, so that sending again is safe even for a mutation. */
async function isRefused(response) {
  if (response.status === 401) return true;
  const body = await bodyOf(response);
  if (body === null || 'data' in body) return false;
  return body.errors.some(error => error.extensions?.code === 'UNAUTHENTICATED');
}

/** The JSON a response carries, which stays unread; null for anything else. */
async function bodyOf(response) {
  return isJSON(response) ? response.clone().json() : null;
}

/** A proxy's page or a plain line as a GraphQL error, which the editor can show. */
async function explained(response) {
  const message = `HTTP ${response.status} ${response.statusText}: ${(await response.text()).slice(0, 500)}`;
  return Response.json({ errors: [{ message }] });
}

const isJSON = response => /^application\/(graphql-response\+)?json/.test(response.headers.get('content-type'));
const isReadable = response => isJSON(response) || /^multipart\/mixed/.test(response.headers.get('content-type'));
