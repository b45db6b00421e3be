// Signing in without leaving a password in a tab, its history or the browser's storage.

import { useState } from 'react';

export function SignInDialog({ ref, signIn }) {
  const [problem, setProblem] = useState(null);

  const submit = async event => {
    event.preventDefault();
    const form = event.currentTarget;
    const { email, password } = Object.fromEntries(new FormData(form));
    const refusal = await signIn({ email, password }).then(refusalIn, error => error.message);
    setProblem(refusal);
    if (refusal === null) {
      form.reset();
      ref.current.close();
    }
  };

  return (
    <dialog ref={ref} className="hourglass-dialog" aria-labelledby="sign-in-title" onClose={() => setProblem(null)}>
      <form onSubmit={submit}>
        <h2 id="sign-in-title">Sign in</h2>
        <label>
          E-mail
          <input name="email" type="email" autoComplete="username" required autoFocus />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {problem && <p role="alert">{problem}</p>}
        <footer>
          <button type="button" className="graphiql-button" onClick={() => ref.current.close()}>
            Cancel
          </button>
          <button type="submit" className="graphiql-button hourglass-primary">
            Sign in
          </button>
        </footer>
        <p className="hourglass-hint">
          A <code>signIn</code> mutation in the editor does the same. For an API key, set <code>authorization</code> under
          Headers.
        </p>
      </form>
    </dialog>
  );
}

/** What the server has against this sign-in, in its own words; null when it has nothing. */
function refusalIn({ data, errors }) {
  return errors?.[0]?.message ?? data?.signIn?.message ?? null;
}
