// Who is signed in: the two tokens, kept for every tab of this origin, and renewed before they expire or when refused.

const STORAGE_KEY = 'hourglass:session';
const RENEWAL_LOCK = 'hourglass:renewal';
const EARLY_SECONDS = 20;

export class Session {
  #endpoint;
  #refreshDocument;
  #listeners = new Set();
  #renewal = null;
  #identity = null;

  constructor(endpoint, refreshDocument) {
    this.#endpoint = endpoint;
    this.#refreshDocument = refreshDocument;
    this.#identity = this.#kept()?.identity ?? null;
    window.addEventListener('storage', event => {
      if (event.key === STORAGE_KEY || event.key === null) this.#announce();
    });
  }

  /** Changes with every sign-in, here or in another tab; null while nobody is signed in. Stays when tokens are renewed. */
  identity = () => this.#identity;

  /** Calls `listener` whenever another identity, or none, is signed in. Returns how to stop listening. */
  subscribe = listener => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Somebody has signed in. */
  begin({ accessToken, refreshToken }) {
    this.#keep({ accessToken, refreshToken, identity: `${Date.now()}-${Math.random()}` });
  }

  end() {
    localStorage.removeItem(STORAGE_KEY);
    this.#announce();
  }

  /** The access token to send now, renewed first when it is about to expire; null when nobody is signed in. */
  async accessToken() {
    if (this.#renewal !== null) return this.#renewal;
    const kept = this.#kept();
    if (kept === null) return null;
    return expiresSoon(kept) ? this.renew(kept.accessToken) : kept.accessToken;
  }

  /**
   * A newer access token than the one that was refused. Null when the session is over.
   *
   * A refresh token may be used once, its replay ends every session of the family: only one tab at a time renews,
   * and those that waited take what it got.
   */
  renew(refusedToken) {
    this.#renewal ??= exclusively(() => this.#renewOnce(refusedToken)).finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async #renewOnce(refusedToken) {
    const kept = this.#kept();
    if (kept === null || kept.accessToken !== refusedToken) return kept?.accessToken ?? null;
    const response = await fetch(this.#endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: this.#refreshDocument, variables: { refreshToken: kept.refreshToken } }),
    });
    if (response.status >= 500 || response.status === 429) return refusedToken; // not refused: try again later
    const tokens = tokensIn((await response.json()).data);
    if (tokens === null) this.end();
    else this.#keep({ ...kept, ...tokens });
    return tokens?.accessToken ?? null;
  }

  #kept() {
    return JSON.parse(localStorage.getItem(STORAGE_KEY));
  }

  #keep(session) {
    localStorage.setItem(STORAGE_KEY, JSON.stringify({ ...session, keptAt: Date.now() }));
    this.#announce();
  }

  #announce() {
    const identity = this.#kept()?.identity ?? null;
    if (identity === this.#identity) return;
    this.#identity = identity;
    for (const listener of this.#listeners) listener();
  }
}

/** The first object with an access and a refresh token anywhere in a result's data, whatever mutation gave it. */
export function tokensIn(data) {
  if (typeof data !== 'object' || data === null) return null;
  const { accessToken, refreshToken } = data;
  if (typeof accessToken === 'string' && typeof refreshToken === 'string') return { accessToken, refreshToken };
  for (const value of Object.values(data)) {
    const found = tokensIn(value);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Whether a JWT's time is nearly up, by the lifetime it names and this machine's clock alone, however wrong that is.
 * A token that is no JWT is good until the server refuses it.
 */
function expiresSoon({ accessToken, keptAt }) {
  try {
    const { iat, exp } = JSON.parse(atob(accessToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return Date.now() - keptAt > (exp - iat - EARLY_SECONDS) * 1000;
  } catch {
    return false;
  }
}

/** Runs `task` while no other tab does. Over plain HTTP from another machine browsers offer no locks. */
function exclusively(task) {
  return navigator.locks ? navigator.locks.request(RENEWAL_LOCK, task) : task();
}
