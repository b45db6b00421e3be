// The graph that those serve who write it by hand, in our names; and rows as its values want them.

import pg from "pg";
import { pool } from "./shared.js";

pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => text.replace(" ", "T"));

export const typeDefs = `
  type Query { viewer: Viewer!, posts(first: Int!): PostConnection! }
  type Mutation { writePost(input: WritePostInput!): WritePostPayload! }
  type Viewer { member: Member!, balance: Balance! }
  type Member { id: ID!, handle: String!, displayName: String!, tier: Tier! }
  type Tier { key: String! }
  type Balance { points: Int!, pending: Int!, credits: Int! }
  type PostConnection { nodes: [Post!]!, pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean!, endCursor: String }
  type Post {
    id: ID!, body: String!, writtenAt: String!, author: Member!, hashtags: [Hashtag!]!
    reactionCounts: [ReactionCount!]!, viewerHasReacted: Boolean!
  }
  type Hashtag { name: String! }
  type ReactionCount { kind: String!, count: Int! }
  input WritePostInput { body: String! }
  type WritePostPayload { post: Post!, effects: Effects! }
  type Effects { earned: [Earned!]! }
  type Earned { rule: String!, currency: String!, amount: Int! }
`;

/** What a statement finds. node-postgres prepares it by its name, once on each connection. */
export async function rows(name, text, values) {
  return (await pool.query({ name, text, values })).rows;
}

/** A page of posts, of which one more was asked for than it shows. */
export function page(found, first, post = (row) => row) {
  const nodes = found.slice(0, first).map(post);
  const endCursor = nodes.length ? Buffer.from(nodes.at(-1).id).toString("base64url") : null;
  return { nodes, pageInfo: { hasNextPage: found.length > first, endCursor } };
}
