// Cases of any kind: what kinds there are, one case with all its offers, any command by its name.

import { graphql, type ResultOf } from '../graphql/tada';

export const offer = graphql(`
  fragment Offer on CommandOffer {
    name
    titles { zh en }
    fields { name titles { zh en } kind required choices { name titles { zh en } } }
  }
`);

export const casePage = graphql(
  `
  fragment CasePage on Case {
    id
    key
    number
    kind
    version
    state
    stateTitles { zh en }
    status
    titles { zh en }
    severity
    openedAt
    openedBy { kind name }
    closedAt
    place { code names { zh en } }
    location { lon lat }
    responsible { name titles { zh en } }
    acknowledgedBy { kind name }
    alerts { key severity titles { zh en } explanation { words { zh en } } }
    assignments { id state unit { key } unitNames { zh en } assignedAt enRouteAt onSceneAt releasedAt }
    clocks { name titles { zh en } counts startedAt dueAt atRiskAt stoppedAt breachedAt }
    timeline(last: 100) { nodes { at actor { kind name } command words { zh en } fields } }
    commands { ...Offer }
    exercise
    outcome
    verified
    rework
    bounces
    reopened
    suspendedUntil
    escalation
    escalatedAt
    facts { name titles { zh en } words { zh en } }
    sop { zh en }
  }
`,
  [offer],
);

export const casePageQuery = graphql(
  `query ConsoleCasePage($id: ID!) { case(id: $id) { ...CasePage } }`,
  [casePage],
);

export const outcomeOfAny = graphql(
  `
  fragment OutcomeOfAny on CommandResult {
    __typename
    ... on CommandAccepted { case { ...CasePage } }
    ... on CommandRefused { code message }
    ... on CommandConflict { case { ...CasePage } winner { kind name } message }
    ... on CommandUndecided { message }
  }
`,
  [casePage],
);

export const advanceCase = graphql(
  `mutation Advance($input: AdvanceCaseInput!) { result: advanceCase(input: $input) { ...OutcomeOfAny } }`,
  [outcomeOfAny],
);

export const openCase = graphql(
  `mutation Open($input: OpenCaseInput!) { result: openCase(input: $input) { ...OutcomeOfAny } }`,
  [outcomeOfAny],
);

export const caseKindsQuery = graphql(
  `
  query ConsoleCaseKinds {
    caseKinds {
      name
      titles { zh en }
      states { name stage titles { zh en } }
      open { ...Offer }
    }
  }
`,
  [offer],
);

export type CasePageData = ResultOf<typeof casePage>;
export type CaseKindData = ResultOf<typeof caseKindsQuery>['caseKinds'][number];
