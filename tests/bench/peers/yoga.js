// graphql-yoga on Node's own HTTP server: a resolver for each relation, and for each a DataLoader of every request.
//
// Yoga keeps what it parsed and validated by default. Statements are written by hand and prepared by node-postgres.

import { createServer } from "node:http";
import DataLoader from "dataloader";
import { createSchema, createYoga } from "graphql-yoga";
import { page, rows, typeDefs } from "./graph.js";
import { memberOf, serve } from "./shared.js";

const resolvers = {
  Query: {
    viewer: () => ({}),
    async posts(_, { first }, { memberId }) {
      return page(await rows(`posts ${first}`, postsOf(first), [memberId]), first);
    },
  },
  Mutation: {
    async writePost(_, { input: { body } }, { memberId }) {
      const [row] = await rows("write", WRITE, [memberId, body]);
      return { post: row, effects: { earned: [row] } };
    },
  },
  Viewer: {
    member: (_, __, { memberId, loaders }) => loaders.members.load(memberId),
    async balance(_, __, { memberId }) {
      const [row] = await rows("balance", BALANCE, [memberId]);
      return row;
    },
  },
  Member: {
    displayName: ({ display_name }) => display_name,
    tier: ({ id }, _, { loaders }) => loaders.tiers.load(id),
  },
  Post: {
    writtenAt: ({ written_at }) => written_at,
    author: ({ author_id }, _, { loaders }) => loaders.members.load(author_id),
    hashtags: ({ hashtags }) => hashtags.map((name) => ({ name })),
    reactionCounts: ({ id }, _, { loaders }) => loaders.reactionCounts.load(id),
    viewerHasReacted: ({ id }, _, { loaders }) => loaders.hasReacted.load(id),
  },
};

/** One request's: what was loaded is remembered as long as it lasts. */
function loadersFor(memberId) {
  return {
    members: new DataLoader(async (ids) => {
      const found = byId(await rows("members", MEMBERS, [ids]));
      return ids.map((id) => found.get(id));
    }),
    tiers: new DataLoader(async (ids) => {
      const found = byId(await rows("tiers", TIERS, [ids]));
      return ids.map((id) => found.get(id) ?? { key: "member" });
    }),
    reactionCounts: new DataLoader(async (ids) => {
      const found = Map.groupBy(await rows("counts", COUNTS, [ids]), ({ id }) => id);
      return ids.map((id) => found.get(id) ?? []);
    }),
    hasReacted: new DataLoader(async (ids) => {
      const found = byId(await rows("reacted", REACTED, [memberId, ids]));
      return ids.map((id) => found.has(id));
    }),
  };
}

function byId(found) {
  return new Map(found.map((row) => [row.id, row]));
}

const BALANCE = "select points, pending, credits from peers.balances where member_id = $1";

// The limit is written into the statement: PostgreSQL plans it once, and not at every call.
const postsOf = (first) => `
  select id, author_id, source as body, written_at, hashtags from posts_post
  where removed_at is null and author_id not in (
    select blocked_id from members_block where blocker_id = $1
    union all select blocker_id from members_block where blocked_id = $1
  ) order by id desc limit ${first + 1}
`;

const MEMBERS = "select id, handle, display_name from members_member where id = any($1)";

const TIERS = "select member_id as id, tier as key from tiers_standing where member_id = any($1)";

const COUNTS = `
  select subject_id as id, upper(measure) as kind, sum(value)::bigint as count from (
    select subject_id, measure, value from posts_tally where subject_id = any($1)
    union all select subject_id, measure, delta from posts_tally_delta where subject_id = any($1)
  ) tallies where measure <> 'comments' group by subject_id, measure having sum(value) > 0
`;

const REACTED = "select distinct subject_id as id from posts_reaction where member_id = $1 and subject_id = any($2)";

const WRITE = `
  select (w.post).id, (w.post).author_id, (w.post).body, (w.post).hashtags, w.rule, w.currency, w.amount
  from peers.write_post($1, $2) w
`;

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  context({ request }) {
    const memberId = memberOf(request.headers.get("authorization"));
    return { memberId, loaders: loadersFor(memberId) };
  },
  graphiql: false,
  landingPage: false,
  logging: false,
});
const server = createServer(yoga);
await serve(
  new Promise((resolve) => server.listen(Number(process.env.PORT), "127.0.0.1", resolve)),
  () => server.close(),
);
