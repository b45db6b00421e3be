// mercurius with graphql-jit: one hand-written statement for each operation, prepared by node-postgres.

import Fastify from "fastify";
import mercurius from "mercurius";
import { page, rows, typeDefs } from "./graph.js";
import { memberOf, serve } from "./shared.js";

const resolvers = {
  Query: {
    async viewer(_, __, { memberId }) {
      const [row] = await rows("viewer", VIEWER, [memberId]);
      return { member: member(memberId, row), balance: row };
    },
    async posts(_, { first }, { memberId }) {
      const found = await rows(`posts ${first}`, postsOf(first), [memberId]);
      return page(found, first, post);
    },
  },
  Mutation: {
    async writePost(_, { input: { body } }, { memberId }) {
      const [row] = await rows("write", WRITE, [memberId, body]);
      return { post: post(row), effects: { earned: [row] } };
    },
  },
};

function post(row) {
  return {
    id: row.id,
    body: row.body,
    writtenAt: row.written_at,
    author: member(row.author_id, row),
    hashtags: row.hashtags.map((name) => ({ name })),
    reactionCounts: row.counts,
    viewerHasReacted: row.reacted,
  };
}

function member(id, row) {
  return { id, handle: row.handle, displayName: row.display_name, tier: { key: row.tier } };
}

const VIEWER = `
  select m.handle, m.display_name, coalesce(s.tier, 'member') as tier, coalesce(kept.points, 0) + due.points as points,
    coalesce(kept.pending, 0) - due.pending as pending, coalesce(kept.credits, 0) as credits
  from members_member m left join tiers_standing s on s.member_id = m.id
  cross join lateral (
    select sum(balance) filter (where currency = 'points' and holding = 'active')::bigint as points,
      sum(balance) filter (where currency = 'points' and holding = 'pending')::bigint as pending,
      sum(balance) filter (where currency = 'credits' and holding = 'active')::bigint as credits
    from ledger_account where member_id = $1
  ) kept
  cross join lateral (
    select coalesce(sum(case when activated_at is null then remaining else -remaining end), 0)::bigint as points,
      coalesce(sum(remaining) filter (where activated_at is null), 0)::bigint as pending
    from ledger_lot where member_id = $1 and remaining > 0 and currency = 'points'
    and case when activated_at is null then pending_until else expires_at end <= now()
  ) due
  where m.id = $1
`;

// The limit is written into the statement: PostgreSQL plans it once, and not at every call.
const postsOf = (first) => `
  select p.id, p.author_id, p.source as body, p.written_at, to_json(p.hashtags) as hashtags, m.handle, m.display_name,
    coalesce(s.tier, 'member') as tier, tally.counts,
    (select true from posts_reaction r where r.subject_id = p.id and r.member_id = $1 limit 1) is true as reacted
  from (
    select id, author_id, source, written_at, hashtags from posts_post where removed_at is null
    and author_id not in (
      select blocked_id from members_block where blocker_id = $1
      union all select blocker_id from members_block where blocked_id = $1
    ) order by id desc limit ${first + 1}
  ) p
  join members_member m on m.id = p.author_id left join tiers_standing s on s.member_id = p.author_id
  left join lateral (
    select coalesce(json_agg(json_build_object('kind', upper(measure), 'count', value)), '[]') as counts from (
      select measure, sum(value)::bigint as value from (
        select measure, value from posts_tally where subject_id = p.id
        union all select measure, delta from posts_tally_delta where subject_id = p.id
      ) tallies where measure <> 'comments' group by 1
    ) summed where value > 0
  ) tally on true
  order by p.id desc
`;

const WRITE = `
  select (w.post).id, (w.post).author_id, (w.post).body, to_json((w.post).hashtags) as hashtags,
    w.rule, w.currency, w.amount, m.handle
  from peers.write_post($1, $2) w, members_member m where m.id = $1
`;

const app = Fastify({ logger: false });
app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  jit: 1,
  graphiql: false,
  context: ({ headers }) => ({ memberId: memberOf(headers.authorization) }),
});
await serve(app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) }), () => app.close());
