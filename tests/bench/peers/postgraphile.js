// PostGraphile 5: the Amber preset over the schema `peers`, and plans where the answer depends on who asks.
//
// Who asks travels as a parameter of the statement and not as a setting of the session (`pgSettings`), which would wrap
// every statement in a transaction: three more round trips.

import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { sql, TYPES } from "postgraphile/@dataplan/pg";
import { makePgService } from "postgraphile/adaptors/pg";
import { context } from "postgraphile/grafast";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { extendSchema, gql, wrapPlans } from "postgraphile/utils";
import { memberOf, pool, serve } from "./shared.js";

const memberId = () => context().get("memberId");

const WhoeverAsks = extendSchema(({ pgResources: { members, write_post } }) => ({
  typeDefs: gql`
    extend type Query { viewer: Member }
    extend type Post { viewerHasReacted: Boolean! }
    input WritePostInput { body: String! }
    extend type Mutation { writePost(input: WritePostInput!): Written }
  `,
  objects: {
    Query: { plans: { viewer: () => members.get({ id: memberId() }) } },
    Post: {
      plans: {
        viewerHasReacted($post) {
          const $posts = $post.getClassStep();
          const asking = $posts.placeholder($posts.withLayerPlan(memberId), TYPES.uuid);
          return $post.select(
            sql`(select true from posts_reaction
              where subject_id = ${$posts.alias}.id and member_id = ${asking} limit 1) is true`,
            TYPES.boolean,
          );
        },
      },
    },
    Mutation: {
      plans: {
        writePost: (_, { $input: { $body } }) =>
          write_post.execute([{ step: memberId() }, { step: $body, pgCodec: TYPES.text }], "mutation"),
      },
    },
  },
}));

const NobodyBlocked = wrapPlans({
  Query: {
    allPosts(plan) {
      const $connection = plan();
      const $posts = $connection.getSubplan();
      const asking = $posts.placeholder($posts.withLayerPlan(memberId), TYPES.uuid);
      $posts.where(sql`${$posts.alias}.author_id not in (
        select blocked_id from members_block where blocker_id = ${asking}
        union all select blocker_id from members_block where blocked_id = ${asking}
      )`);
      return $connection;
    },
  },
});

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [WhoeverAsks, NobodyBlocked],
  pgServices: [makePgService({ pool, schemas: ["peers"] })],
  grafast: {
    context: ({ node }) => ({ memberId: memberOf(node.req.headers.authorization) }),
  },
  grafserv: { graphiql: false, watch: false },
};

const instance = postgraphile(preset);
const server = createServer();
const served = instance.createServ(grafserv);
await served.addTo(server);
await serve(
  new Promise((resolve) => server.listen(Number(process.env.PORT), "127.0.0.1", resolve)),
  async () => {
    server.close();
    await instance.release();
  },
);
