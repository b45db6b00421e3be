// What the editor shows first: the operation of the address, else what was open last time, else the server's examples.

/** GraphiQL keeps its tabs under this key; without them this is somebody's first visit. */
const TABS_KEY = 'graphiql:tabState';

export function firstOperations(examples, search, storage) {
  const linked = linkedOperation(new URLSearchParams(search));
  const first = linked ?? (storage.getItem(TABS_KEY) === null ? examples[0] : undefined);
  return {
    defaultTabs: linked || examples.length ? [...(linked ? [linked] : []), ...examples] : undefined,
    query: first?.query,
    variables: first?.variables ?? undefined,
  };
}

function linkedOperation(parameters) {
  const query = parameters.get('query');
  return query ? { query, variables: parameters.get('variables') } : undefined;
}
