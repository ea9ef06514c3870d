// What the administrator asks: how the feeds live, what was refused and why, and to send it again.

import { graphql, type ResultOf, type VariablesOf } from '../graphql/tada';

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
        admittedAs { eventId ingestTime }
      }
    }
  }
`);

/** What one fix may mend, by reason and place in the event. */
export const groupsQuery = graphql(`
  query ConsoleDeadLetterGroups($filter: DeadLetterFilter) {
    deadLetterGroups(filter: $filter) {
      department { name titles { zh en } }
      reason
      path
      count
      lastAt
    }
  }
`);

/** All that match, part by part. */
export const replayMatching = graphql(`
  mutation ConsoleReplayMatching($input: ReplayMatchingDeadLettersInput!) {
    replayMatchingDeadLetters(input: $input) {
      outcomes { id accepted message }
      endCursor
      hasNext
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
export type GroupData = ResultOf<typeof groupsQuery>['deadLetterGroups'][number];
export type ReplayData = ResultOf<typeof replayLetters>['replayDeadLetters'][number];
export type ReplayPart = ResultOf<typeof replayMatching>;
export type ReplayInput = VariablesOf<typeof replayMatching>['input'];
