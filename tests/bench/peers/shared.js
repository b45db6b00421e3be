// What both peers have alike: the pool, as large as ours, and who is asking, from the same access token.

import { createVerifier } from "fast-jwt";
import pg from "pg";

export const pool = new pg.Pool({ ...address(process.env.DATABASE_URL), max: 20, application_name: "peer" });

// As ours: signature, issuer, audience and expiry are checked, and a token that was seen before is remembered.
const verify = createVerifier({
  key: process.env.SIGNING_KEY,
  algorithms: ["HS256"],
  allowedIss: "hourglass",
  allowedAud: "hourglass:graphql",
  clockTolerance: 10_000,
  cache: 10_000,
  cacheKeyBuilder: (token) => token,
});

/** The id of the member whose token this is. Throws for anything else. */
export function memberOf(authorization) {
  if (!authorization?.startsWith("Bearer ")) throw new Error("Unauthenticated");
  return verify(authorization.slice(7)).sub;
}

/** Tell the parent that requests may come, and stop when it says so. */
export async function serve(listening, close) {
  await listening;
  process.on("SIGTERM", async () => {
    await close();
    await pool.end();
    process.exit(0);
  });
}

// libpq's way to name a socket's folder, `?host=/run/postgresql`, is not node-postgres's.
function address(url) {
  const parsed = new URL(url.replace("@/", "@localhost/"));
  return {
    host: parsed.searchParams.get("host") ?? parsed.hostname,
    port: Number(parsed.searchParams.get("port") ?? (parsed.port || 5432)),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: parsed.pathname.slice(1),
  };
}
