// What the administrator asks: how the feeds live, what was refused and why, and to send it again.

import { graphql, type ResultOf } from '../graphql/tada';

export const feedsQuery = graphql(`
  query ConsoleFeeds {
    feeds {
      name
      titles { zh en }
      department { name titles { zh en } }
      state
      behind
      behindSince
      lastEventAt
      eventsPerMinute
      rejected
      skew
    }
  }
`);

export const lettersQuery = graphql(`
  query ConsoleDeadLetters($filter: DeadLetterFilter, $first: Int, $after: String) {
    deadLetters(filter: $filter, first: $first, after: $after) {
      nodes {
        id
        reason
        message
        path
        department { name titles { zh en } }
        receivedAt
        source
        eventId
        type
        bytes
      }
      pageInfo { endCursor hasNextPage }
    }
  }
`);

/** Only for the letter that is looked at: originals are large, and not for every eye. */
export const originalQuery = graphql(`
  query ConsoleDeadLetter($id: ID!) {
    node(id: $id) {
      ... on DeadLetter {
        topic
        bytes
        original(bytes: 16384)
        headers { name value }
      }
    }
  }
`);

export const replayLetters = graphql(`
  mutation ConsoleReplay($input: ReplayDeadLettersInput!) {
    replayDeadLetters(input: $input) { id accepted message }
  }
`);

export type FeedData = ResultOf<typeof feedsQuery>['feeds'][number];
export type LetterData = ResultOf<typeof lettersQuery>['deadLetters']['nodes'][number];
export type ReplayData = ResultOf<typeof replayLetters>['replayDeadLetters'][number];
