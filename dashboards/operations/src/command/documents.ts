// One mutation per order; all answer with the same four outcomes.

import { caseDetail } from '../case/detail';
import { graphql } from '../graphql/tada';

export const outcome = graphql(
  `
  fragment Outcome on CommandResult {
    __typename
    ... on CommandAccepted { case { ...CaseDetail } }
    ... on CommandRefused { code message }
    ... on CommandConflict { case { ...CaseDetail } winner { kind name } message }
    ... on CommandUndecided { message }
  }
`,
  [caseDetail],
);

export const acknowledgeCase = graphql(
  `mutation Acknowledge($input: AcknowledgeCaseInput!) { result: acknowledgeCase(input: $input) { ...Outcome } }`,
  [outcome],
);
export const assignUnit = graphql(
  `mutation Assign($input: AssignUnitInput!) { result: assignUnit(input: $input) { ...Outcome } }`,
  [outcome],
);
export const markEnRoute = graphql(
  `mutation EnRoute($input: MarkEnRouteInput!) { result: markEnRoute(input: $input) { ...Outcome } }`,
  [outcome],
);
export const markOnScene = graphql(
  `mutation OnScene($input: MarkOnSceneInput!) { result: markOnScene(input: $input) { ...Outcome } }`,
  [outcome],
);
export const resolveCase = graphql(
  `mutation Resolve($input: ResolveCaseInput!) { result: resolveCase(input: $input) { ...Outcome } }`,
  [outcome],
);
export const verifyCase = graphql(
  `mutation Verify($input: VerifyCaseInput!) { result: verifyCase(input: $input) { ...Outcome } }`,
  [outcome],
);
export const closeCase = graphql(
  `mutation Close($input: CloseCaseInput!) { result: closeCase(input: $input) { ...Outcome } }`,
  [outcome],
);
export const addNote = graphql(
  `mutation Note($input: AddNoteInput!) { result: addNote(input: $input) { ...Outcome } }`,
  [outcome],
);
/** Any order of the case's kind by name: how the orders that take others back are given. */
export const advanceCase = graphql(
  `mutation TakeBack($input: AdvanceCaseInput!) { result: advanceCase(input: $input) { ...Outcome } }`,
  [outcome],
);
